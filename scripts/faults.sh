# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
# shellcheck shell=bash
# Sourced by ./dev faults: plants each of test/Faults in a copy of the sources;
# the quick part of the tests must find every one. Arguments pick by name.

build bnc-property
tree=build/faults/tree
mkdir -p build/faults/logs "$tree"

# Brings the copy up to date without touching files that are the same, so that
# only what a fault changed is compiled.
copy_sources() {
  git ls-files -z --cached --others --exclude-standard |
    python3 scripts/copy-changed.py "$tree"
}

# The tests that a fault has to survive: one random spec per cell and the
# execution tests. Prints what failed.
run_quick_tests() (
  cd "$tree" || exit
  export CCACHE_BASEDIR=$PWD
  configure build -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=clang-22 \
    -DCMAKE_CXX_COMPILER=clang++-22 -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=mold
  ninja -C build --quiet bnc-property ExecutionTest || exit 99
  local status=0
  timeout 600 build/bin/bnc-property --seed=1 --seeds=56 || status=1
  timeout 600 build/bin/ExecutionTest --gtest_brief=1 || status=1
  exit $status
)

found=0
missed=0

copy_sources
run_quick_tests >build/faults/logs/none.log 2>&1 || {
  tail -n 40 build/faults/logs/none.log
  echo "dev faults: the tests fail without a fault" >&2
  exit 1
}
for fault in test/Faults/*.fault; do
  name=$(basename "$fault" .fault)
  [[ $# -eq 0 || " $* " == *" $name "* ]] || continue
  log=build/faults/logs/$name.log
  copy_sources
  python3 scripts/plant-fault.py "$fault" "$tree"
  status=0
  run_quick_tests >"$log" 2>&1 || status=$?
  case $status in
    0) verdict=MISSED missed=$((missed + 1)) ;;
    99)
      tail -n 20 "$log"
      echo "dev faults: $name does not compile" >&2
      exit 1
      ;;
    *) verdict=found found=$((found + 1)) ;;
  esac
  printf '%-28s %-7s %s\n' "$name" "$verdict" \
    "$(grep -m 1 -E '^seed|FAILED|^\[  F|signal|Segmentation' "$log" | cut -c 1-100 || true)"
done
echo "$found found, $missed missed"
[[ $missed -eq 0 ]]
