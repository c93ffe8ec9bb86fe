// Many hands, and fewer when the other side asks to slow down.
#include "provider/site/crew.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <set>

using namespace shipflow;

TEST_CASE(
    "provider/site: a crew does everything once, at most so many at a time, and stops at the first error") {
  for (const int threads : {0, 1, 8}) {
    CAPTURE(threads);
    site::crew hands(threads);
    std::vector<std::atomic<int>> done(500);
    std::atomic<int> now{0};
    std::atomic<int> most{0};
    const auto ok = hands.each(done.size(), 3, {}, [&](std::size_t i) -> result<void> {
      const int here = ++now;
      for (int seen = most; here > seen && !most.compare_exchange_weak(seen, here);) {
      }
      ++done[i];
      --now;
      return {};
    });
    CHECK(ok.has_value());
    CHECK(most <= 3);
    for (const auto& d : done) CHECK(d == 1);
    std::atomic<int> begun{0};
    const auto failed = hands.each(100'000, 8, {}, [&](std::size_t i) -> result<void> {
      ++begun;
      if (i == 10) return make_error(errc::io, "the eleventh");
      return {};
    });
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().message == "the eleventh");
    CHECK(begun < 100'000);
    CHECK(hands.each(0, 8, {}, [](std::size_t) -> result<void> { return make_error(errc::io, "never"); })
              .has_value());
  }
}

TEST_CASE("provider/site: throttled work is done again, with fewer at a time; what never ends is told") {
  site::crew hands(8);
  std::atomic<int> refusals{9};  // fewer than the tries of one item
  std::vector<std::atomic<int>> done(200);
  const auto ok = hands.each(done.size(), 8, {}, [&](std::size_t i) -> result<void> {
    if (--refusals >= 0) return make_error(errc::throttled, "SlowDown");
    ++done[i];
    return {};
  });
  CHECK_MESSAGE(ok.has_value(), (ok ? "" : ok.error().message));
  for (const auto& d : done) CHECK(d == 1);
}

TEST_CASE("provider/site: a crew that is not wanted any more stops") {
  for (const int threads : {0, 4}) {
    site::crew hands(threads);
    std::stop_source stop;
    std::atomic<int> begun{0};
    const auto ended = hands.each(100'000, 4, stop.get_token(), [&](std::size_t) -> result<void> {
      if (++begun == 50) stop.request_stop();
      return {};
    });
    REQUIRE_FALSE(ended.has_value());
    CHECK(ended.error().code == errc::cancelled);
    CHECK(begun < 100);
  }
}
