// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The dialects and passes that bnc needs, registered in one place.

#ifndef BNC_PIPELINES_REGISTRATION_H
#define BNC_PIPELINES_REGISTRATION_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace bnc {

/// Adds every dialect a spec or its lowering uses, with the interfaces that
/// convert them to LLVM.
void registerDialects(mlir::DialectRegistry &registry);

/// Registers bnc's passes and pipelines, and the upstream passes that they
/// and the tests use, by name.
void registerPasses();

} // namespace bnc

#endif // BNC_PIPELINES_REGISTRATION_H
