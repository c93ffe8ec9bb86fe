# With SHIPFLOW_PRECOMPILED the standard headers and Boost.JSON are parsed once per tree instead of once per
# file, a third of the time of a build with a sanitizer. The release tree is built without, so that a file
# that relies on an include it does not make is found there.
include_guard(GLOBAL)
option(SHIPFLOW_PRECOMPILED "Parse the standard headers once" OFF)

set(SHIPFLOW_PRECOMPILED_HEADERS
  <algorithm> <array> <atomic> <charconv> <chrono> <cmath> <deque> <fstream> <functional> <map>
  <memory> <mutex> <optional> <random> <set> <span> <sstream> <string> <string_view> <utility> <variant> <vector>
  <boost/json.hpp>)

function(shipflow_precompiled_source target)
  set(source ${PROJECT_BINARY_DIR}/${target}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "int main() {}\n")
  target_sources(${target} PRIVATE ${source})
  target_link_libraries(${target} PRIVATE shipflow_settings Boost::headers Boost::json ${ARGN})
  target_precompile_headers(${target} PRIVATE ${SHIPFLOW_PRECOMPILED_HEADERS})
endfunction()

# A compiler takes what was precompiled only with the same options: those of libraries and those of programs.
if(SHIPFLOW_PRECOMPILED)
  add_library(shipflow_precompiled OBJECT)
  shipflow_precompiled_source(shipflow_precompiled)
  add_executable(shipflow_precompiled_program EXCLUDE_FROM_ALL)
  shipflow_precompiled_source(shipflow_precompiled_program Threads::Threads)
endif()

# shipflow_precompile(<target>): a target of C++ uses what was parsed, when the tree has it.
function(shipflow_precompile target)
  if(NOT SHIPFLOW_PRECOMPILED)
    return()
  endif()
  set(from shipflow_precompiled)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL EXECUTABLE)
    set(from shipflow_precompiled_program)
  endif()
  target_precompile_headers(${target} REUSE_FROM ${from})
endfunction()
