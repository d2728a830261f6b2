#include "bnc/Check/Check.h"
using namespace bnc;
mlir::FailureOr<FunctionReport> bnc::checkFunction(norm::FuncOp, const Callee &, const CheckOptions &) { return FunctionReport(); }
void bnc::printReport(llvm::raw_ostream &, const FunctionReport &) {}
bool FunctionReport::passed() const { return true; }
