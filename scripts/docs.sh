# Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
# shellcheck shell=bash
# Sourced by ./dev docs.

# generate_docs DIR: what TableGen knows of ops and passes, as Markdown.
generate_docs() {
  local tblgen=("$LLVM_BIN/mlir-tblgen" -I include -I /usr/lib/llvm-22/include)
  mkdir -p "$1"
  "${tblgen[@]}" --gen-dialect-doc --dialect=norm \
    include/bnc/Dialect/Norm/IR/NormOps.td -o "$1/NormDialect.md"
  local passes
  for passes in Conversion Schedule; do
    "${tblgen[@]}" --gen-pass-doc "include/bnc/$passes/Passes.td" \
      -o "$1/${passes}Passes.md"
  done
}
