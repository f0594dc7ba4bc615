# `cmake --install` and find_package(ectype) for consumers.

if(NOT SKBUILD)
  include(CMakePackageConfigHelpers)
  install(TARGETS ectype_search ectype EXPORT ectypeTargets)
  install(DIRECTORY include/ectype DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT ectypeTargets NAMESPACE ectype::
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/ectype)
  configure_package_config_file(cmake/ectypeConfig.cmake.in ectypeConfig.cmake
    INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/ectype)
  write_basic_package_version_file(ectypeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/ectypeConfig.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/ectypeConfigVersion.cmake
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/ectype)
endif()
