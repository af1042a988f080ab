# SPDX-License-Identifier: MIT-0
# What a project of ESP-IDF does with its main component and the one that idf_component.yml overrides, as far as the
# examples go; see "Build System" and "idf_component.yml" in the documentation of ESP-IDF.
function(idf_component_register)
  cmake_parse_arguments(component "" "" "SRCS;INCLUDE_DIRS" ${ARGN})
  if(component_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${component_UNPARSED_ARGUMENTS}")
  endif()
  list(TRANSFORM component_SRCS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  target_sources(program PRIVATE ${component_SRCS})
  foreach(folder ${component_INCLUDE_DIRS})
    target_include_directories(program PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/${folder}")
  endforeach()
endfunction()

macro(project name)
  _project(${name} C)
  file(WRITE "${CMAKE_BINARY_DIR}/start.c" "void app_main(void);\nint main(void) {\n    app_main();\n    return 0;\n}\n")
  add_executable(program "${CMAKE_BINARY_DIR}/start.c")
  file(READ "${CMAKE_CURRENT_SOURCE_DIR}/main/idf_component.yml" description)
  string(REGEX MATCH "override_path: \"([^\"]+)\"" found "${description}")
  add_subdirectory("${CMAKE_CURRENT_SOURCE_DIR}/main/${CMAKE_MATCH_1}" "${CMAKE_BINARY_DIR}/component")
  add_subdirectory(main)
endmacro()
