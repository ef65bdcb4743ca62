include(CheckCXXSourceCompiles)

# boltseal_options carries what every target of ours is built with; dependencies do not get it.
add_library(boltseal_options INTERFACE)
target_compile_features(boltseal_options INTERFACE cxx_std_20)
target_compile_options(boltseal_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Wformat=2
  -Wnon-virtual-dtor -Woverloaded-virtual -Wundef -Wvla -Wimplicit-fallthrough
  -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)
target_compile_definitions(boltseal_options INTERFACE _GLIBCXX_ASSERTIONS
  BOLTSEAL_VERSION="${PROJECT_VERSION}")

set(BOLTSEAL_SANITIZE "" CACHE STRING "Sanitizers for our code, such as 'address,undefined'.")
if(BOLTSEAL_SANITIZE)
  target_compile_options(boltseal_options INTERFACE
    -fsanitize=${BOLTSEAL_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    -g1)  # a report names lines and no variables; all of -g costs a third of the build
  target_link_options(boltseal_options INTERFACE -fsanitize=${BOLTSEAL_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo" OR CMAKE_BUILD_TYPE STREQUAL "Release")
  # Sanitizers would be blinded by these, so it is one or the other.
  target_compile_options(boltseal_options INTERFACE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection
    -ftrivial-auto-var-init=zero -ffunction-sections -fdata-sections
    $<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},x86_64>:-fcf-protection=full>)
  target_link_options(boltseal_options INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections)
  # OpenSSL's tables are 20,000 addresses to relocate at each start: packed they are a fiftieth.
  set(CMAKE_REQUIRED_LINK_OPTIONS -Wl,--fatal-warnings,-z,pack-relative-relocs)
  check_cxx_source_compiles("#include <cstdlib>
    static_assert(__GLIBC_PREREQ(2, 36));
    int main() {}" BOLTSEAL_PACKS_RELOCATIONS)
  unset(CMAKE_REQUIRED_LINK_OPTIONS)
  if(BOLTSEAL_PACKS_RELOCATIONS)
    target_link_options(boltseal_options INTERFACE -Wl,-z,pack-relative-relocs)
  endif()
endif()

# Each test is a program of its own, and GNU's linker takes four times as long for one.
find_program(LLD_PROGRAM ld.lld)
if(LLD_PROGRAM AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_link_options(boltseal_options INTERFACE -fuse-ld=lld)
endif()

option(BOLTSEAL_FUZZ "Link the fuzz targets with libFuzzer instead of replaying their corpus." OFF)

# Used when it is there, unless the caller has chosen a launcher.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # It takes precompiled headers only from those who say that they know what it cannot see in them.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()
target_compile_options(boltseal_options INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>
  "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")

# What nearly every source reads, read once. Libraries and programs are not compiled alike, so each
# kind has one owner and the others share. The release preset does without, and so shows when a
# source does not include what it uses.
set(BOLTSEAL_PRECOMPILED
  <algorithm> <array> <charconv> <chrono> <filesystem> <functional> <map> <memory> <optional>
  <ostream> <set> <span> <sstream> <string> <string_view> <utility> <variant> <vector>
  ${PROJECT_SOURCE_DIR}/core/bytes.h ${PROJECT_SOURCE_DIR}/core/json.h
  ${PROJECT_SOURCE_DIR}/core/result.h)
function(boltseal_precompile target owner)  # further arguments: headers that the owner adds
  if(target STREQUAL owner)
    target_precompile_headers(${target} PRIVATE ${BOLTSEAL_PRECOMPILED} ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()

# Sources of one target compiled together take a third of the time, which pays where all is built
# at once (./quickstart, ./check) and not where one file was changed. The price is that what is
# private to a source needs a name that no other source of its target uses.
option(BOLTSEAL_UNITY "Compile many sources of a target together." OFF)
function(boltseal_unite target)
  set_target_properties(${target} PROPERTIES
    UNITY_BUILD ${BOLTSEAL_UNITY} UNITY_BUILD_BATCH_SIZE 16)
endfunction()
# For sources whose size counts and whose speed does not. One with options of its own would be
# compiled alone, and without the precompiled header.
set(BOLTSEAL_SMALL $<$<CONFIG:RelWithDebInfo,Release>:-Os>)
if(BOLTSEAL_UNITY)
  set(BOLTSEAL_SMALL "")
  # What a source keeps to itself looks to GCC as if a header did; and it sees the values of
  # std::optional used before there are any.
  target_compile_options(boltseal_options INTERFACE
    "$<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage;-Wno-maybe-uninitialized>")
endif()

set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# boltseal_library(<name> SOURCES <file>... [LINKS <target_link_libraries arguments>...])
function(boltseal_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
  add_library(boltseal_${name} STATIC ${arg_SOURCES})
  add_library(boltseal::${name} ALIAS boltseal_${name})
  target_include_directories(boltseal_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(boltseal_${name} PRIVATE boltseal_options ${arg_LINKS})
  boltseal_precompile(boltseal_${name} boltseal_core)
  boltseal_unite(boltseal_${name})
endfunction()

# boltseal_embed(<source> <function> <folder> <file>...) writes <source> into the build folder: a
# function, declared in <folder>_files.h, that returns what is in the file of that name.
function(boltseal_embed source function folder)
  set(text "#include \"${folder}_files.h\"\n\nnamespace boltseal {\n\n")
  string(APPEND text "std::string_view ${function}(std::string_view name) {\n")
  foreach(file IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/${file})
    file(READ ${folder}/${file} content)
    string(APPEND text "    if (name == \"${file}\") return R\"embedded(${content})embedded\";\n")
  endforeach()
  string(APPEND text "    return {};\n}\n\n}  // namespace boltseal\n")
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${source} CONTENT "@text@" @ONLY)
endfunction()

# boltseal_test(<folder>/<name> [LINKS <target>...]) builds tests/<folder>/<name>_test.cc.
function(boltseal_test path)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINKS")
  cmake_path(GET path FILENAME name)
  add_executable(${name}_test ${path}_test.cc)
  target_link_libraries(${name}_test PRIVATE boltseal_catch_main boltseal_options ${arg_LINKS})
  boltseal_precompile(${name}_test bytes_test
    ${PROJECT_SOURCE_DIR}/tests/check.h)
  catch_discover_tests(${name}_test TEST_PREFIX "${name}: " DISCOVERY_MODE PRE_TEST
    PROPERTIES ENVIRONMENT "BOLTSEAL_VECTORS=${BOLTSEAL_VECTORS}" SKIP_RETURN_CODE 4)
endfunction()

# boltseal_fuzz(<parser> [LINKS <target>...]) builds fuzz/<parser>_fuzz.cc, and replays
# fuzz/corpus/<parser> as an ordinary test unless libFuzzer was asked for.
function(boltseal_fuzz parser)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINKS")
  add_executable(${parser}_fuzz fuzz/${parser}_fuzz.cc)
  target_link_libraries(${parser}_fuzz PRIVATE boltseal_options ${arg_LINKS})
  if(BOLTSEAL_FUZZ)
    target_link_options(${parser}_fuzz PRIVATE -fsanitize=fuzzer)
  else()
    target_link_libraries(${parser}_fuzz PRIVATE boltseal_replay_main)
    add_test(NAME "corpus: ${parser}"
      COMMAND ${parser}_fuzz ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${parser})
  endif()
endfunction()
