# How lit runs the tests of bnc.
#
# Switches (environment):
#   BNC_VERIFY_ROUNDTRIP=1  every bnc-opt also checks that its input prints and
#                           parses back, as text and as bytecode
#   BNC_CC, BNC_CXX         compilers for C and C++ programs (default cc, c++)

import os

import lit.formats

config.name = "bnc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "Unit", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)

tools_dir = os.path.join(config.bnc_build_dir, "bin")
config.environment["PATH"] = os.path.pathsep.join(
    (tools_dir, config.llvm_tools_dir, os.environ["PATH"])
)

# Longer names first: lit replaces in order.
config.substitutions.extend(
    [
        ("%bnc_source_dir", config.bnc_source_dir),
        ("%bnc_build_dir", config.bnc_build_dir),
        ("%runtime_include", os.path.join(config.bnc_source_dir, "runtime/include")),
        ("%runtime_lib_dir", os.path.join(config.bnc_build_dir, "lib")),
        ("%python", os.path.realpath(sys.executable)),
        ("%cxx", os.environ.get("BNC_CXX", "c++")),
        ("%cc", os.environ.get("BNC_CC", "cc")),
    ]
)

if os.environ.get("BNC_VERIFY_ROUNDTRIP", "0") == "1":
    config.substitutions.append((r"\bbnc-opt\b", "bnc-opt --verify-roundtrip"))
