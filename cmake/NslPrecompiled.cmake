# SPDX-License-Identifier: Apache-2.0
# nsl_precompiled(TARGET KIND): compiles the target's sources with a precompiled prefix header.
#
# KIND is `room` (libraries, position-independent), `cli` (the same, with the parser of arguments) or
# `test` (programs, with the test library).
# CMake's own target_precompile_headers would do for one folder; its binary names that folder, and
# ccache then shares nothing between clones. See precompile.sh.
option(NSL_PRECOMPILED "Compile with precompiled prefix headers" ON)

function(nsl_make_prefix kind header)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  get_directory_property(options COMPILE_OPTIONS)
  get_directory_property(definitions COMPILE_DEFINITIONS)
  list(TRANSFORM definitions PREPEND "-D")
  separate_arguments(flags UNIX_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}}")
  set(out ${CMAKE_BINARY_DIR}/prefix/${kind}.pch)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/prefix
    COMMAND ${CMAKE_SOURCE_DIR}/cmake/precompile.sh ${CMAKE_SOURCE_DIR}/cmake/${header} ${out}
            ${CMAKE_CXX_COMPILER} ${flags} ${options} ${definitions}
            -DBOOST_CONTAINER_DYN_LINK -DBOOST_CONTAINER_NO_LIB -DBOOST_JSON_DYN_LINK -DBOOST_JSON_NO_LIB
            ${CMAKE_CXX23_STANDARD_COMPILE_OPTION} ${ARGN}
    DEPENDS ${CMAKE_SOURCE_DIR}/cmake/precompile.sh ${CMAKE_SOURCE_DIR}/cmake/${header}
    DEPFILE ${out}.d
    COMMENT "Precompiling ${header}" VERBATIM)
  add_custom_target(nsl_prefix_${kind} DEPENDS ${out})
endfunction()

if(NSL_PRECOMPILED)
  nsl_make_prefix(room prefix.h -fPIC)
  nsl_make_prefix(cli prefix_cli.h -fPIC)
  nsl_make_prefix(test prefix_test.h -fPIE -DGTEST_HAS_PTHREAD=1)
endif()

function(nsl_precompiled target kind)
  if(NSL_PRECOMPILED)
    add_dependencies(${target} nsl_prefix_${kind})
    target_compile_options(${target} PRIVATE
      $<$<COMPILE_LANGUAGE:CXX>:SHELL:-include-pch ${CMAKE_BINARY_DIR}/prefix/${kind}.pch>)
  endif()
endfunction()
