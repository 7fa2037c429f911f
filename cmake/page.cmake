# The service's page becomes part of the program.
set(AVR_PAGE_FOLDER ${PROJECT_BINARY_DIR}/page) # as it is served, for the tests in a browser
file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/reconciler/face/page/*)
add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/page_files.c
    COMMAND ${CMAKE_COMMAND} -D FROM=${PROJECT_SOURCE_DIR}/reconciler/face/page
        -D TO=${AVR_PAGE_FOLDER} -D C_FILE=${PROJECT_BINARY_DIR}/page_files.c
        -P ${PROJECT_SOURCE_DIR}/cmake/embed_page.cmake
    DEPENDS ${files} ${PROJECT_SOURCE_DIR}/cmake/embed_page.cmake VERBATIM)
target_sources(face PRIVATE ${PROJECT_BINARY_DIR}/page_files.c)
