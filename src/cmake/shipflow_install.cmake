# What `cmake --install` lays down: libraries, headers, keeper, programs, a CMake package and a pkg-config file.
include_guard(GLOBAL)
include(CMakePackageConfigHelpers)

set(SHIPFLOW_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/shipflow)
set(SHIPFLOW_LIBEXECDIR ${CMAKE_INSTALL_LIBEXECDIR}/shipflow)

# One export set is one component of find_package(shipflow COMPONENTS ...).
function(shipflow_install_component component)
  install(EXPORT shipflow-${component}-targets NAMESPACE shipflow:: DESTINATION ${SHIPFLOW_PACKAGE_DIR})
endfunction()

function(shipflow_install_library)
  install(TARGETS shipflow EXPORT shipflow-cxx-targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  shipflow_install_component(cxx)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/shipflow DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN "*.hpp")
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
endfunction()

# The C interface: a shared library that needs nothing of the C++ package.
function(shipflow_install_c)
  install(TARGETS shipflow_c EXPORT shipflow-c-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  shipflow_install_component(c)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/capi/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN "*.h")
  file(RELATIVE_PATH SHIPFLOW_PC_PREFIX
    ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
  configure_file(${PROJECT_SOURCE_DIR}/src/cmake/shipflow-c.pc.in ${PROJECT_BINARY_DIR}/package/shipflow-c.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/shipflow-c.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

# The programs are declared in folders that are read after this file, hence deferred.
function(shipflow_install_programs)
  if(TARGET shipflow-keeper)
    install(TARGETS shipflow-keeper EXPORT shipflow-keeper-targets RUNTIME DESTINATION ${SHIPFLOW_LIBEXECDIR})
    shipflow_install_component(keeper)
  endif()
  if(TARGET shipflow-program)
    install(TARGETS shipflow-program EXPORT shipflow-program-targets RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    set_target_properties(shipflow-program PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
    shipflow_install_component(program)
  endif()
endfunction()

function(shipflow_install_package_config)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/src/cmake/shipflow-config.cmake.in
    ${PROJECT_BINARY_DIR}/package/shipflow-config.cmake INSTALL_DESTINATION ${SHIPFLOW_PACKAGE_DIR})
  # Below 1.0 a new minor version may change the API.
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/shipflow-config-version.cmake
    COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/package/shipflow-config.cmake
    ${PROJECT_BINARY_DIR}/package/shipflow-config-version.cmake DESTINATION ${SHIPFLOW_PACKAGE_DIR})
endfunction()

# Linking the archive needs every library it uses; linking the shared object needs
# only what the public headers call.
function(shipflow_install_pkg_config)
  set(boost_dir "-L$<TARGET_FILE_DIR:Boost::json>")
  set(SHIPFLOW_PC_LIBS "${boost_dir} -lboost_json")
  set(SHIPFLOW_PC_REQUIRES "")
  if(NOT BUILD_SHARED_LIBS)
    string(APPEND SHIPFLOW_PC_LIBS " -lboost_url -pthread")
    set(SHIPFLOW_PC_REQUIRES "openssl >= 3.0, sqlite3 >= 3.40, yaml-cpp >= 0.7, pugixml >= 1.13")
  endif()
  file(RELATIVE_PATH SHIPFLOW_PC_PREFIX
    ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
  configure_file(${PROJECT_SOURCE_DIR}/src/cmake/shipflow.pc.in ${PROJECT_BINARY_DIR}/package/shipflow.pc.in @ONLY)
  file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/package/shipflow.pc
    INPUT ${PROJECT_BINARY_DIR}/package/shipflow.pc.in)
  install(FILES ${PROJECT_BINARY_DIR}/package/shipflow.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

option(SHIPFLOW_INSTALL "Generate the install rules" ${PROJECT_IS_TOP_LEVEL})
if(SHIPFLOW_INSTALL)
  shipflow_install_library()
  shipflow_install_package_config()
  shipflow_install_pkg_config()
  shipflow_install_c()
  cmake_language(DEFER DIRECTORY ${PROJECT_SOURCE_DIR} CALL shipflow_install_programs)
endif()
