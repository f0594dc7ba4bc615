# Embeds the style and the script of the HTML report. They are read when the project is configured,
# which a change of theirs starts anew.

function(ectype_embed_report target)
  set(folder ${PROJECT_SOURCE_DIR}/src/report/html)
  foreach(kind IN ITEMS css js)
    set(file ${folder}/report.${kind})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} report_${kind})
    file(SHA256 ${file} report_${kind}_sha256)
  endforeach()
  set(assets ${PROJECT_BINARY_DIR}/generated/report_assets.cpp)
  configure_file(${folder}/assets.cpp.in ${assets} @ONLY)
  target_sources(${target} PRIVATE ${assets})
endfunction()
