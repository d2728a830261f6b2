// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The C parameters of a norm.func.

#include "bnc/Emit/Signature.h"
