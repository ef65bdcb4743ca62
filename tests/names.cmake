# cmake -DROOT=<source dir> -P names.cmake
# Fails if two headers define a type of one name. No compiler says so where nothing includes both,
# and the linker then takes one type's members for the other's.
cmake_minimum_required(VERSION 3.25)

set(bad "")
foreach(folder core net verify sign transparency registry-client cli)
  file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/${folder}/*.h)
  foreach(file IN LISTS files)
    file(STRINGS ${ROOT}/${file} lines REGEX "^(class|struct|enum class) .*{$")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^(class|struct|enum class) (\\[\\[nodiscard\\]\\] )?([A-Za-z0-9_]+).*" "\\3" name "${line}")
      if(DEFINED of_${name})
        list(APPEND bad "${name}: ${of_${name}} and ${file}")
      endif()
      set(of_${name} ${file})
    endforeach()
  endforeach()
endforeach()
if(bad)
  list(JOIN bad "\n  " text)
  message(FATAL_ERROR "types that share a name:\n  ${text}")
endif()
