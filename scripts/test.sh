# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
# shellcheck shell=bash
# Sourced by ./dev test: every test, stage by stage (docs/Testing.md). The last
# line counts all of them.

# shellcheck source=scripts/docs.sh
source scripts/docs.sh

STAGES=(format docs lit roundtrip property asan)
only=
seeds=400
seed=1
for option in "$@"; do
  case $option in
    --only=*) only=${option#*=} ;;
    --seeds=*) seeds=${option#*=} ;;
    --seed=*) seed=${option#*=} ;;
    *)
      echo "dev test: unknown option '$option'" >&2
      exit 2
      ;;
  esac
done
for stage in ${only//,/ }; do
  if [[ " ${STAGES[*]} " != *" $stage "* ]]; then
    echo "dev test: no stage '$stage'; there are: ${STAGES[*]}" >&2
    exit 2
  fi
done

build || {
  echo "0 passed, 1 failed"
  exit 1
}
mkdir -p build/logs
passed=0
failed=0

# stage NAME COUNTER COMMAND...: runs COMMAND unless --only leaves it out.
# COUNTER gets the log and says "passed failed".
stage() {
  local name=$1 counter=$2 log=build/logs/$1.log
  shift 2
  local chosen=${only:-$(IFS=,; echo "${STAGES[*]}")}
  [[ ,$chosen, == *",$name,"* ]] || return 0
  local start=$SECONDS status=0
  "$@" >"$log" 2>&1 || status=$?
  local good bad
  read -r good bad < <("$counter" "$log" "$status")
  # A stage that stopped without naming a failure has failed itself.
  [[ $status -eq 0 || $bad -gt 0 ]] || bad=1
  passed=$((passed + good))
  failed=$((failed + bad))
  printf '%-14s %5d passed %3d failed %4d s\n' "$name" "$good" "$bad" \
    $((SECONDS - start))
  [[ $bad -eq 0 ]] || tail -n 60 "$log"
}

# Counts a stage that is one check.
count_one() { [[ $2 -eq 0 ]] && echo 1 0 || echo 0 1; }

# Counts what lit and the GoogleTest programs of a log say.
count_suite() {
  awk '/^ *(Passed|Expectedly Failed) *: *[0-9]/ { sub(/^[^:]*:/, ""); good += $1 }
       /^ *(Failed|Timed Out|Unresolved|Unexpectedly Passed) *: *[0-9]/ {
         sub(/^[^:]*:/, ""); bad += $1 }
       /^\[  PASSED  \] [0-9]+ test/ { good += $4 }
       /^\[  FAILED  \] [0-9]+ test/ { bad += $4 }
       END { print good + 0, bad + 0 }' "$1"
}

# Counts the closing lines "N passed, N failed".
count_closing() {
  awk '/^[0-9]+ passed, [0-9]+ failed$/ { good += $1; bad += $3 }
       END { print good + 0, bad + 0 }' "$1"
}

check_docs() {
  rm -rf build/docs-check
  generate_docs build/docs-check
  diff -ru docs/generated build/docs-check || {
    echo "docs/generated is stale: run ./dev docs"
    return 1
  }
}

check_format() {
  list_sources | xargs -0 clang-format-22 --dry-run -Werror
}

run_roundtrip() {
  BNC_VERIFY_ROUNDTRIP=1 "$LLVM_BIN/lit" -sv --filter-out='Execution|Runtime|Sanitizers|Tools' \
    build/test
}

# Seeds known to fail are named in the log and not counted as passed. A quarter of
# the seeds run once more as code for a processor with 256-bit vectors and no
# 16-bit instructions, and a tenth each as code without fma and f16 conversions
# and as code for 512-bit vectors without bf16, emulated where there are none; so
# is a twentieth with bf16. Two processes share the work.
run_property() {
  local open status=0 first=$((seeds * 5 / 8))
  open=$(awk '/^[0-9]/ { printf "%s%s", sep, $1; sep = "," }' \
    test/Property/open-seeds.txt)
  ninja -C build --quiet bnc-property || return
  local run=(build/bin/bnc-property ${open:+--open="$open"})
  "${run[@]}" --seeds="$first" --seed="$seed" --failures=build/failures \
    >build/logs/property-1.log 2>&1 &
  "${run[@]}" --seeds=$((seeds - first)) --seed=$((seed + first)) \
    --failures=build/failures || status=1
  "${run[@]}" --seeds=$(((seeds + 9) / 10)) --seed="$seed" \
    --target=x86-64-v2 --failures=build/failures/v2 || status=1
  if grep -qw avx2 /proc/cpuinfo; then
    "${run[@]}" --seeds=$(((seeds + 9) / 10)) --seed="$seed" \
      --target=x86-64-v4 --failures=build/failures/v4 || status=1
    if ! grep -qw avx512_bf16 /proc/cpuinfo; then
      "${run[@]}" --seeds=$(((seeds + 19) / 20)) --seed="$seed" \
        --target=x86-64-v4-bf16 --failures=build/failures/bf16 || status=1
    fi
    "${run[@]}" --seeds=$(((seeds + 3) / 4)) --seed="$seed" \
      --target=x86-64-v3 --failures=build/failures/v3 || status=1
  fi
  wait $! || status=1
  cat build/logs/property-1.log
  return $status
}

# The tools under g++'s AddressSanitizer and UBSan, over the tests that run no
# generated code. LLVM's own library is not instrumented: the poison that its
# allocators put on memory here it does not lift there.
run_asan() {
  configure build-asan -DCMAKE_BUILD_TYPE=None -DCMAKE_C_COMPILER=gcc \
    -DCMAKE_CXX_COMPILER=g++ -DCMAKE_CXX_FLAGS='-O1 -g1' -DBNC_SANITIZE=ON &&
    ninja -C build-asan --quiet bnc bnc-opt &&
    ASAN_OPTIONS=allow_user_poisoning=0 UBSAN_OPTIONS=halt_on_error=1 "$LLVM_BIN/lit" -sv \
      --filter-out='Codegen/baseline|Contract/(dispatch|linked)|Execution|Runtime|Sanitizers' build-asan/test
}

echo "property seeds: $seeds from --seed=$seed"
stage format count_one check_format
stage docs count_one check_docs
stage lit count_suite ninja -C build --quiet -k 0 check-bnc
stage roundtrip count_suite run_roundtrip
stage property count_closing run_property
stage asan count_suite run_asan

echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
