# Wrappers that give every part of bnc the same build rules.

# The packaged MLIR and LLVM as archives, for a program that starts often: the
# shared libraries take longer to relocate than a kernel to compile.
file(GLOB archives "${LLVM_LIBRARY_DIR}/libMLIR*.a" "${LLVM_LIBRARY_DIR}/libLLVM*.a")
add_library(bnc_llvm_archives INTERFACE)
target_link_libraries(bnc_llvm_archives INTERFACE
  -Wl,--start-group ${archives} -Wl,--end-group z zstd dl m)
target_link_options(bnc_llvm_archives INTERFACE -Wl,--gc-sections)
set(archive_mode "$<AND:$<BOOL:$<TARGET_PROPERTY:BNC_LINK_ARCHIVES>>,$<NOT:$<BOOL:${BNC_SANITIZE}>>>")

# add_bnc_library(NAME sources... [DEPENDS targets...] [LINK libraries...])
# A static library of the compiler, against the packaged MLIR and LLVM: their
# shared libraries, or their archives in a program with BNC_LINK_ARCHIVES.
function(add_bnc_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)
  target_link_libraries(${name} PUBLIC ${ARG_LINK}
    "$<IF:${archive_mode},bnc_llvm_archives,MLIR>"
    "$<$<NOT:${archive_mode}>:LLVM>")
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
