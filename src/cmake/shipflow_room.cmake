# One folder under src/ is one room: an object library that links exactly the
# rooms to its left. An include that points right does not compile, because
# every room sees the others' private headers only through its links.
include_guard(GLOBAL)

add_library(shipflow_settings INTERFACE)
target_compile_features(shipflow_settings INTERFACE cxx_std_20)
target_include_directories(shipflow_settings INTERFACE ${PROJECT_SOURCE_DIR}/include)
if(SHIPFLOW_DEVELOPER)
  target_compile_options(shipflow_settings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
    # GCC 12 sees an overlap in `"literal" + std::string` that is not there (GCC bug 105651), and
    # uninitialised members of variants; the sanitizer builds look for real ones.
    $<$<CONFIG:Release>:-Wno-restrict -Wno-maybe-uninitialized>
    $<$<CONFIG:Debug>:-Wno-maybe-uninitialized>)
endif()

set_property(GLOBAL PROPERTY SHIPFLOW_ROOMS "")

# shipflow_room(<name> [ROOMS <room>...] [LINKS <library>...])
# Sources are all *.cpp of the folder. Private headers are included as
# "<folder>/<file>.hpp" and are seen only by rooms that list this one in ROOMS.
function(shipflow_room name)
  cmake_parse_arguments(ARG "" "" "ROOMS;LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(target shipflow_${name})
  if(NOT sources)  # a room of headers only still needs one object for the library
    set(sources ${PROJECT_BINARY_DIR}/rooms/${name}.cpp)
    file(CONFIGURE OUTPUT ${sources} CONTENT "")
  endif()
  add_library(${target} OBJECT ${sources})
  # Private headers are reached through a link farm with just this room in it.
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR}/src ${CMAKE_CURRENT_SOURCE_DIR})
  set(farm ${PROJECT_BINARY_DIR}/rooms/${name})
  get_filename_component(parent ${farm}/${folder} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${farm}/${folder} SYMBOLIC)
  target_include_directories(${target} PUBLIC ${farm})
  target_link_libraries(${target} PUBLIC shipflow_settings ${ARG_LINKS})
  foreach(room IN LISTS ARG_ROOMS)
    target_link_libraries(${target} PUBLIC shipflow_${room})
  endforeach()
  shipflow_precompile(${target})
  set_property(GLOBAL APPEND PROPERTY SHIPFLOW_ROOMS ${target})
endfunction()
