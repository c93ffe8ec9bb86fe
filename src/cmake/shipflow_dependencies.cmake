# Every dependency with its minimum version.
include_guard(GLOBAL)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED)
find_package(pugixml 1.13 REQUIRED)

# Archives that a library with everything inside is linked from (capi/CMakeLists.txt).
set(SHIPFLOW_ARCHIVES boost_json boost_url ssl crypto sqlite3 yaml-cpp pugixml)
