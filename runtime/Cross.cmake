# The runtime for another architecture, lib/<arch>/libquantc_*.a, where clang and
# that architecture's libc are installed. What `--target` of that architecture
# links with.
function(quantc_add_cross_runtime arch)
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang" OR
     CMAKE_SYSTEM_PROCESSOR STREQUAL "${arch}" OR
     NOT EXISTS "/usr/${arch}-linux-gnu/include/stdio.h")
    return()
  endif()
  set(folder "${CMAKE_ARCHIVE_OUTPUT_DIRECTORY}/${arch}")
  file(MAKE_DIRECTORY "${folder}")
  foreach(library quantc_runtime quantc_app)
    get_target_property(sources ${library} SOURCES)
    set(objects "")
    foreach(source ${sources})
      set(object "${CMAKE_CURRENT_BINARY_DIR}/${arch}/${source}.o")
      add_custom_command(OUTPUT "${object}"
        COMMAND "${CMAKE_C_COMPILER}" "--target=${arch}-linux-gnu" -std=gnu11 -O2
          -fPIC -ffp-contract=off -ffunction-sections -fdata-sections
          -fvisibility=hidden "-I${CMAKE_CURRENT_SOURCE_DIR}/include"
          -MD -MF "${object}.d" -c "${CMAKE_CURRENT_SOURCE_DIR}/${source}"
          -o "${object}"
        DEPENDS "${source}" DEPFILE "${object}.d" VERBATIM)
      list(APPEND objects "${object}")
    endforeach()
    add_custom_command(OUTPUT "${folder}/lib${library}.a"
      COMMAND "${CMAKE_COMMAND}" -E rm -f "${folder}/lib${library}.a"
      COMMAND "${CMAKE_AR}" rcsD "${folder}/lib${library}.a" ${objects}
      DEPENDS ${objects} VERBATIM)
    list(APPEND archives "${folder}/lib${library}.a")
  endforeach()
  file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/${arch}")
  add_custom_target(quantc_runtime_${arch} ALL DEPENDS ${archives})
endfunction()
