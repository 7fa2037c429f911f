# Warnings are errors with both compilers; hardening as the OpenSSF guide has it.
add_library(warnings INTERFACE)
target_compile_options(warnings INTERFACE
    -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wimplicit-fallthrough -Wstrict-prototypes
    -Wmissing-prototypes -Wundef -Werror)
if(CMAKE_C_COMPILER_ID STREQUAL GNU)
    target_compile_options(warnings INTERFACE -Wduplicated-cond -Wlogical-op -Wtrampolines)
endif()

add_compile_definitions(_GNU_SOURCE)
add_compile_options(-fno-strict-aliasing -fstack-protector-strong -ffunction-sections)
add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack,--as-needed,--gc-sections)

if(AVR_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                        -fno-omit-frame-pointer -O1)
    add_link_options(-fsanitize=address,undefined)
else()
    add_compile_options(-fstack-clash-protection -fcf-protection=full)
    if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
        add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
    endif()
endif()
if(AVR_COVERAGE)
    add_compile_options(--coverage -O0)
    add_link_options(--coverage)
endif()
if(NOT AVR_FUZZ)
    set(CMAKE_POSITION_INDEPENDENT_CODE ON)
    add_link_options($<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-pie>)
endif()
