#include "conformance/printing.hpp"
#include "conformance/store_suite.hpp"
#include "conformance/temporary_directory.hpp"

using namespace shipflow;

TEST_CASE("store/memory: keeps every promise of the interface") {
  conformance::run_store_conformance([] { return make_memory_store(); });
}

TEST_CASE("store/sqlite: keeps every promise of the interface") {
  const conformance::temporary_directory directory;
  int made = 0;
  conformance::run_store_conformance([&]() -> std::unique_ptr<store> {
    auto opened = open_sqlite_store({directory.file("store-" + std::to_string(++made)), "", false});
    if (!opened) FAIL(opened.error().text());
    return std::move(*opened);
  });
}
