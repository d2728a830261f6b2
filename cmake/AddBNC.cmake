# Wrappers that give every part of bnc the same build rules.

# add_bnc_library(NAME sources... [DEPENDS targets...] [LINK libraries...])
# A static library of the compiler, against the packaged MLIR and LLVM.
function(add_bnc_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)
  target_link_libraries(${name} PUBLIC ${ARG_LINK} MLIR LLVM)
  add_dependencies(${name} BNCTableGen ${ARG_DEPENDS})
endfunction()

# add_bnc_tool(NAME sources... [LINK libraries...])
function(add_bnc_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  set_target_properties(${name} PROPERTIES INSTALL_RPATH "${LLVM_LIBRARY_DIR}")
endfunction()

# add_bnc_unit_test(NAME sources... [LINK libraries...])
# A GoogleTest program that `check-bnc-unit` builds and runs.
function(add_bnc_unit_test name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} EXCLUDE_FROM_ALL ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES INSTALL_RPATH "${LLVM_LIBRARY_DIR}")
  add_custom_target(check-${name} COMMAND ${name} --gtest_brief=1 USES_TERMINAL
    COMMENT "Running ${name}")
  add_dependencies(check-bnc-unit check-${name})
endfunction()

# bnc_embed_text(INPUT OUTPUT)
# Writes the text of INPUT to OUTPUT, a C++ raw string literal to #include.
function(bnc_embed_text input output)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${input})
  file(READ ${input} text)
  file(CONFIGURE OUTPUT ${output} CONTENT "R\"bnc(@text@)bnc\"" @ONLY)
endfunction()
