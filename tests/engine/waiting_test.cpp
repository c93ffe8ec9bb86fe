#include "rehearsal/wrapped_store.hpp"
#include "rig.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;
using shipflow::rehearsal::wrapped_store;

namespace {

// Counts everything that asks the store for work.
class watched_store final : public wrapped_store {
 public:
  using wrapped_store::wrapped_store;
  int claims = 0;
  shipflow::result<std::vector<shipflow::run_row>> claim(const std::string& e, std::int64_t n,
                                                         std::size_t l) override {
    ++claims;
    return wrapped_store::claim(e, n, l);
  }
};

}  // namespace

TEST_CASE("engine/waiting: runs that wait are not held, not written and not looked at before they are due") {
  rig r;
  auto counting = std::make_shared<watched_store>(r.store);
  r.store = counting;
  r.crash();
  constexpr int runs = 500;
  plan_builder b;
  b.get().locks.clear();
  b.wait("wait", std::chrono::hours(10), {});
  std::vector<std::string> ids;
  for (int i = 0; i < runs; ++i) ids.push_back(r.start(b));
  r.settle();
  CHECK(r.engine->loaded() == 0);
  CHECK(counting->commits <= 2 * runs);
  const auto commits = counting->commits;
  const auto claims = counting->claims;
  r.time.run_until([] { return false; }, std::chrono::hours(9));
  CHECK(counting->commits == commits);
  CHECK(counting->claims == claims);
  r.time.run_until([] { return false; }, std::chrono::hours(2));
  for (const auto& id : ids) CHECK(r.engine->ended(id));
}
