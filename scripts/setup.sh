# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
# shellcheck shell=bash
# Sourced by ./dev: packages, configuration and build.

PACKAGES=(
  g++ clang-22 lld-22 clang-format-22 libclang-rt-22-dev mold
  cmake ninja-build ccache git python3
  libmlir-22-dev mlir-22-tools llvm-22-dev llvm-22-tools
  libfmt-dev libgtest-dev zlib1g-dev libzstd-dev
)
# Where the packaged LLVM keeps its tools.
# shellcheck disable=SC2034
LLVM_BIN=/usr/lib/llvm-22/bin

# Prints those of PACKAGES that are not installed.
missing_packages() {
  local installed
  installed=" $(dpkg-query -W -f='${db:Status-Abbrev}${Package} ' \
    "${PACKAGES[@]}" 2>/dev/null | sed 's/ii \([^ ]*\)/\1/g' || true) "
  local package
  for package in "${PACKAGES[@]}"; do
    [[ $installed == *" $package "* ]] || echo "$package"
  done
}

# Installs what is missing. Asks nothing; needs root or sudo only then.
set_up() {
  if ! command -v dpkg-query >/dev/null; then
    echo "dev: no dpkg here; going on without checking for ${PACKAGES[*]}" >&2
    return
  fi
  local missing
  mapfile -t missing < <(missing_packages)
  [[ ${#missing[@]} -eq 0 ]] && return
  local root=()
  if [[ $(id -u) -ne 0 ]]; then
    if ! command -v sudo >/dev/null; then
      echo "dev: not root and no sudo; please install: ${missing[*]}" >&2
      exit 1
    fi
    root=(sudo)
  fi
  echo "dev: installing ${missing[*]}"
  "${root[@]}" apt-get update -q
  local package
  for package in "${missing[@]}"; do
    if ! apt-cache show "$package" >/dev/null 2>&1; then
      echo "dev: apt does not know $package: bnc is built with LLVM 22, which" \
        "Debian 12 has in bookworm-security; is that in the apt sources?" >&2
      exit 1
    fi
  done
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# configure DIR OPTIONS...: runs CMake when DIR has no build or other options.
configure() {
  local dir=$1
  shift
  local options=(
    -G Ninja -DCMAKE_C_COMPILER_LAUNCHER=ccache
    -DCMAKE_CXX_COMPILER_LAUNCHER=ccache "$@"
  )
  if [[ -f $dir/build.ninja ]] &&
    [[ $(cat "$dir/options.txt" 2>/dev/null) == "${options[*]}" ]]; then
    return
  fi
  cmake -S . -B "$dir" "${options[@]}" >"$dir.log" 2>&1 || {
    cat "$dir.log" >&2
    return 1
  }
  mv "$dir.log" "$dir/configure.log"
  echo "${options[*]}" >"$dir/options.txt"
}

# Paths relative to the root make the compiler cache serve every checkout.
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$PWD} CCACHE_NOHASHDIR=1

# build TARGETS...: brings build/ up to date.
build() {
  configure build -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=clang-22 \
    -DCMAKE_CXX_COMPILER=clang++-22 -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=mold
  ninja -C build --quiet "$@"
}

# The C and C++ files of the repository, separated by NUL.
list_sources() {
  git ls-files -z --cached --others --exclude-standard -- \
    '*.h' '*.c' '*.cpp'
}
