# The helpers every CMakeLists.txt of quantc is written with.

# One precompiled header for the whole build: a pass compiles in about a second
# instead of fifteen. Sources must also compile without it.
function(quantc_add_precompiled_header)
  file(WRITE "${PROJECT_BINARY_DIR}/pch/pch.cpp" "")
  add_library(quantc_pch OBJECT "${PROJECT_BINARY_DIR}/pch/pch.cpp")
  target_precompile_headers(quantc_pch PRIVATE
    "${PROJECT_SOURCE_DIR}/cmake/modules/Precompiled.h")
  quantc_target_options(quantc_pch)
endfunction()

# Language options that must be the same for the header and whoever uses it.
function(quantc_target_options target)
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions> -fPIC)
  # One code model everywhere (-fPIE of executables does not match the header).
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
endfunction()

# quantc_add_library(QuantcImport A.cpp B.cpp [DEPENDS generated-header-targets]
#                    [LINK libraries])
function(quantc_add_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  quantc_target_options(${name})
  target_precompile_headers(${name} REUSE_FROM quantc_pch)
  add_dependencies(${name} quantc_headers ${ARG_DEPENDS})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  set_property(GLOBAL APPEND PROPERTY QUANTC_LIBRARIES ${name})
endfunction()

# quantc_add_tool(quant-opt main.cpp [LINK libraries]): every quantc library,
# and the shared MLIR and LLVM.
function(quantc_add_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  get_property(libraries GLOBAL PROPERTY QUANTC_LIBRARIES)
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  quantc_target_options(${name})
  target_precompile_headers(${name} REUSE_FROM quantc_pch)
  add_dependencies(${name} quantc_headers)
  target_link_libraries(${name} PRIVATE
    -Wl,--start-group ${libraries} -Wl,--end-group ${ARG_LINK} MLIR LLVM)
endfunction()

# quantc_add_shared_library(Quantc CAPI.cpp): the same as a library.
function(quantc_add_shared_library name)
  get_property(libraries GLOBAL PROPERTY QUANTC_LIBRARIES)
  add_library(${name} SHARED ${ARGN})
  quantc_target_options(${name})
  target_precompile_headers(${name} REUSE_FROM quantc_pch)
  add_dependencies(${name} quantc_headers)
  target_link_libraries(${name} PRIVATE
    -Wl,--start-group ${libraries} -Wl,--end-group MLIR LLVM)
endfunction()

# quantc_tablegen(ONNXOps.td ONNXOps.h.inc -gen-op-decls ...): pairs of output
# and generator, collected in the target quantc_headers.
function(quantc_tablegen td)
  set(LLVM_TARGET_DEFINITIONS ${td})
  set(arguments ${ARGN})
  while(arguments)
    list(POP_FRONT arguments output)
    list(POP_FRONT arguments flags)
    separate_arguments(flags)
    mlir_tablegen(${output} ${flags})
  endwhile()
  string(REPLACE "/" "_" target "${CMAKE_CURRENT_SOURCE_DIR}/${td}")
  string(MD5 hash "${target}")
  add_public_tablegen_target(quantc_tablegen_${hash})
  set_property(GLOBAL APPEND PROPERTY QUANTC_TABLEGEN quantc_tablegen_${hash})
endfunction()
