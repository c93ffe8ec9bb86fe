#include <shipflow/error.hpp>

#include <doctest/doctest.h>

#include <set>

using namespace shipflow;

TEST_CASE("base/error: every code has its own name") {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(errc::internal); ++i) names.insert(name_of(static_cast<errc>(i)));
  CHECK(names.size() == static_cast<std::size_t>(errc::internal) + 1);
}

TEST_CASE("base/error: the text names the place first") {
  CHECK(make_error(errc::io, "disk full").text() == "disk full");
  CHECK(make_error(errc::io, "disk full", "store.db").text() == "store.db: disk full");
}

TEST_CASE("base/error: only what may pass by itself is worth a retry") {
  for (int i = 0; i <= static_cast<int>(errc::internal); ++i) {
    const auto code = static_cast<errc>(i);
    const bool passing = code == errc::unavailable || code == errc::throttled || code == errc::timeout;
    CHECK(make_error(code, "x").retryable() == passing);
  }
}

TEST_CASE("base/error: value() of a failure throws the error") {
  const result<int> failed = make_error(errc::not_found, "no such run");
  CHECK_THROWS_WITH_AS(static_cast<void>(failed.value()), "no such run", shipflow::exception);
}
