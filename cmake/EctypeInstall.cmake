# `cmake --install` and find_package(ectype) for consumers.

if(NOT SKBUILD)
  include(CMakePackageConfigHelpers)
  install(TARGETS ectype_search EXPORT ectypeSearchTargets)
  install(TARGETS ectype EXPORT ectypeImageTargets)
  install(DIRECTORY include/ectype DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  foreach(part IN ITEMS Search Image)
    install(EXPORT ectype${part}Targets NAMESPACE ectype::
      DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/ectype)
  endforeach()
  configure_package_config_file(cmake/ectypeConfig.cmake.in ectypeConfig.cmake
    INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/ectype)
  write_basic_package_version_file(ectypeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/ectypeConfig.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/ectypeConfigVersion.cmake
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/ectype)
endif()
