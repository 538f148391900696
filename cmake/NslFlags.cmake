# SPDX-License-Identifier: Apache-2.0
# Compiler, hardening and sanitizer flags of every target.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")

include(CheckPIESupported)
check_pie_supported()

find_program(NSL_CCACHE ccache)
if(NSL_CCACHE)
  # Paths are made relative to the tree, so that another clone of it hits the same cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_PCH_EXTSUM=1 ${NSL_CCACHE})
endif()

add_compile_options(
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough -Werror
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.
  -fstack-protector-strong -fstack-clash-protection -fcf-protection=full
  -ftrivial-auto-var-init=zero)
add_compile_definitions(
  _GLIBCXX_ASSERTIONS
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_ARRAY
  BOOST_BEAST_SEPARATE_COMPILATION
  FMT_HEADER_ONLY=0)
add_link_options(-fuse-ld=lld-19 -Wl,-z,relro,-z,now,-z,noexecstack)

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
if(NSL_SANITIZE)
  add_compile_options(-fsanitize=${NSL_SANITIZE} -fno-omit-frame-pointer -O0)
  add_link_options(-fsanitize=${NSL_SANITIZE})
endif()
if(NSL_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
