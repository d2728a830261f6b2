// Part of bnc, under the Apache License v2.0 with LLVM Exceptions.
// The command line tool.

#include "bnc/Tools/Tool.h"

int main(int argc, char **argv) { return bnc::runTool(argc, argv); }
