# Turns the files of the page into one C file: each without comments and most blanks, which cost
# bytes on the way to a browser and help nobody there, and the same again packed by gzip.
#
#   cmake -D FROM=reconciler/face/page -D TO=BUILD/page -D C_FILE=BUILD/page_files.c -P embed_page.cmake
file(REMOVE_RECURSE ${TO}) # what is gone from the page is gone here
file(MAKE_DIRECTORY ${TO})

function(as_bytes ret file)
    file(READ ${file} hex HEX)
    # The header of gzip holds the time of packing; the same page shall give the same program.
    string(REGEX REPLACE "^(1f8b08..)........" "\\100000000" hex "${hex}")
    string(REPEAT . 36 line)
    string(REGEX REPLACE "(${line})" "\\1\n" hex "${hex}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
    set(${ret} "${hex}" PARENT_SCOPE)
endfunction()

set(arrays "")
set(table "")
set(number 0)
file(GLOB files ${FROM}/*)
foreach(file ${files})
    get_filename_component(name ${file} NAME)
    file(READ ${file} text)
    string(REGEX REPLACE "/\\*[^*]*\\*/" "" text "${text}")
    string(REGEX REPLACE "[ \n]*\n[ \n]*" "\n" text "${text}")
    if(name MATCHES "css$")
        string(REGEX REPLACE "\n* *([{}]) *\n*" "\\1" text "${text}")
        string(REGEX REPLACE "([;:,])[ \n]+" "\\1" text "${text}")
    elseif(name MATCHES "js$") # no sentence has such words
        string(REGEX REPLACE " (=|=>|===|!==|>=|<|>|[+]|:|&&|[|][|]|[?][?]?) " "\\1" text "${text}")
        string(REGEX REPLACE "(if|for|while) [(]" "\\1(" text "${text}")
        string(REPLACE ") {" "){" text "${text}")
        string(REGEX REPLACE "([;,{([])[ \n]*\n" "\\1" text "${text}")
        string(REPLACE "{ " "{" text "${text}")
        string(REGEX REPLACE "[ \n]}" "}" text "${text}")
    endif()
    file(WRITE ${TO}/${name} "${text}")
    file(ARCHIVE_CREATE OUTPUT ${TO}/packed PATHS ${TO}/${name} FORMAT raw COMPRESSION GZip
         COMPRESSION_LEVEL 9)
    file(SHA256 ${TO}/${name} digest)
    string(SUBSTRING ${digest} 0 16 digest)
    as_bytes(plain ${TO}/${name})
    as_bytes(packed ${TO}/packed)
    file(REMOVE ${TO}/packed)
    string(APPEND arrays "static const unsigned char plain_${number}[] = {${plain}};\n"
        "static const unsigned char packed_${number}[] = {${packed}};\n")
    string(APPEND table "    {\"${name}\", \"${digest}\", plain_${number}, sizeof plain_${number}, "
        "packed_${number}, sizeof packed_${number}},\n")
    math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${C_FILE} "#include \"face/page_files.h\"\n\n${arrays}\n"
    "const struct page_file page_files[] = {\n${table}};\n"
    "const size_t n_page_files = sizeof page_files / sizeof *page_files;\n")
