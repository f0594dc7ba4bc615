# Compiler settings that every target of ours shares.

include(CheckCXXCompilerFlag)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
find_program(ECTYPE_CCACHE ccache)
if(ECTYPE_CCACHE AND PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${ECTYPE_CCACHE})
endif()

set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_library(ectype_flags INTERFACE)
target_compile_features(ectype_flags INTERFACE cxx_std_20)
# No contraction: a fused multiply-add would give other bits on other machines.
target_compile_options(ectype_flags INTERFACE
  -ffp-contract=off -fvisibility=hidden -fvisibility-inlines-hidden
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  # GCC 12 sees overlapping copies in "x" + std::string (PR 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<BOOL:${ECTYPE_WERROR}>:-Werror>)
if(ECTYPE_SANITIZE)
  target_compile_options(ectype_flags INTERFACE
    -fsanitize=${ECTYPE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(ectype_flags INTERFACE -fsanitize=${ECTYPE_SANITIZE})
endif()

function(ectype_configure target)
  string(REPLACE "ectype_" "" name ${target})
  add_library(ectype::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name} CXX_EXTENSIONS OFF VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:ectype_flags>)
  target_include_directories(${target}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_compile_definitions(${target} PRIVATE ECTYPE_VERSION="${PROJECT_VERSION}")
endfunction()

# One translation unit an instruction set, with flags of its own; nothing else sees these flags.
function(ectype_add_isa_kernels target)
  cmake_path(GET CMAKE_CURRENT_FUNCTION_LIST_DIR PARENT_PATH root)
  set(kernels ${root}/src/distance/kernels)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    target_sources(${target} PRIVATE ${kernels}_avx2.cpp ${kernels}_avx512.cpp)
    target_compile_definitions(${target} PRIVATE ECTYPE_X86_KERNELS)
    set_source_files_properties(${kernels}_avx2.cpp PROPERTIES
      COMPILE_OPTIONS "-mavx2;-mbmi;-mbmi2;-mpopcnt")
    # GCC 12's own avx512fintrin.h warns about uninitialised variables.
    set(avx512 "-mavx512f;-mavx512bw;-mavx512vl;-mavx512dq;-mavx512vpopcntdq;-mavx512vnni;-mpopcnt;-mbmi;-mbmi2;-Wno-uninitialized;$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>")
    set_source_files_properties(${kernels}_avx512.cpp PROPERTIES COMPILE_OPTIONS "${avx512}")
    # Linux alone: its permission has to be asked for.
    check_cxx_compiler_flag("-mamx-tile -mamx-int8" ECTYPE_COMPILER_HAS_AMX)
    if(ECTYPE_COMPILER_HAS_AMX AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
      target_sources(${target} PRIVATE ${kernels}_amx.cpp)
      target_compile_definitions(${target} PRIVATE ECTYPE_AMX_KERNELS)
      set_source_files_properties(${kernels}_amx.cpp PROPERTIES
        COMPILE_OPTIONS "${avx512};-mamx-tile;-mamx-int8")
    endif()
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    # NEON needs no flags: every 64-bit ARM has it.
    target_sources(${target} PRIVATE ${kernels}_neon.cpp)
    target_compile_definitions(${target} PRIVATE ECTYPE_ARM_KERNELS)
  endif()
endfunction()
