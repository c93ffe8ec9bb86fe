// When which services are looked at: never oftener than AWS allows, and nobody is forgotten.
#include "provider/ecs/lookout.hpp"

#include "provider/ecs/rates.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace shipflow;
using ecs::look;

namespace {

constexpr time_point begin = from_ms(1'000'000'000);

/// Calls of one region, as they were made, and what each answered.
struct made {
  time_point at;
  std::vector<look> looks;
};

struct crowd {
  ecs::rates pace;
  ecs::lookout queue;
  std::uint64_t ids = 0;
  std::vector<made> calls;
  time_point now = begin;

  void ask(int service, int clusters, time_point due) {
    look l;
    l.id = ++ids;
    l.cluster = "cluster-" + std::to_string(service % clusters);
    l.name = "service-" + std::to_string(service);
    l.due = due;
    queue.add(std::move(l));
  }
  ecs::lookout::ready_at ready() {
    return [this](look::kind, const std::string& region) {
      return pace.ready(region, "ECS", "DescribeServices", now);
    };
  }
  /// All calls that may be made now.
  std::vector<look> call() {
    std::vector<look> all;
    for (auto looks = queue.next(now, ready()); !looks.empty(); looks = queue.next(now, ready())) {
      CHECK(pace.take("", "ECS", "DescribeServices", now) == now);
      calls.push_back({now, looks});
      all.insert(all.end(), looks.begin(), looks.end());
    }
    return all;
  }
};

/// No window of any length has more calls than AWS's own bucket would let through.
void stays_within(const std::vector<made>& calls, double burst, double per_second) {
  double level = 0;
  auto before = begin;
  for (const auto& c : calls) {
    level = std::max(0.0, level - static_cast<double>((c.at - before).count()) / 1'000.0 * per_second);
    before = c.at;
    level += 1;
    REQUIRE(level <= burst + 1e-6);
  }
}

}  // namespace

TEST_CASE("provider/ecs: whatever is asked and when, rates are kept and everyone is answered in time") {
  const auto seed = std::random_device{}();
  INFO("seed ", seed);
  std::mt19937 dice(seed);
  for (int round = 0; round < 20; ++round) {
    crowd c;
    const int services = 1 + static_cast<int>(dice() % 1'200);
    const int clusters = 1 + static_cast<int>(dice() % 12);
    std::map<std::uint64_t, time_point> asked;
    for (int i = 0; i < services; ++i) c.ask(i, clusters, begin + duration{dice() % 3'000});
    duration longest{0};
    std::map<int, int> seen;
    for (int tick = 0; tick < 1'200; ++tick) {
      for (const auto& l : c.call()) {
        longest = std::max(longest, c.now - l.due);
        const int service = std::stoi(l.name.substr(8));
        ++seen[service];
        c.ask(service, clusters, c.now + duration{500 + dice() % 2'000});
      }
      c.now += duration{50};
    }
    CHECK(static_cast<int>(seen.size()) == services);
    // A full round of 120 calls and what clusters leave half empty, at 16 a second.
    CHECK(longest <= std::chrono::seconds(16));
    for (const auto& call : c.calls) {
      CHECK(call.looks.size() <= 10);
      for (const auto& l : call.looks) CHECK(l.cluster == call.looks.front().cluster);
    }
    stays_within(c.calls, 100, 20);
  }
}

TEST_CASE("provider/ecs: a call asks for no more names than it takes, and once for a name") {
  crowd c;
  for (int i = 0; i < 25; ++i) c.ask(i, 1, begin);
  c.ask(0, 1, begin);
  CHECK(c.call().size() == 26);
  CHECK(c.calls.size() == 3);
  CHECK(c.calls.front().looks.size() == 10);
  look task;
  task.what = look::kind::task;
  for (int i = 0; i < 101; ++i) {
    task.id = ++c.ids;
    task.name = std::to_string(i);
    c.queue.add(task);
  }
  CHECK(c.queue.next(begin, c.ready()).size() == 100);
  CHECK(c.queue.size() == 1);
}

TEST_CASE("provider/ecs: what is due soon rides along, what is not waits, and sleep ends in time") {
  crowd c;
  CHECK_FALSE(c.queue.wake(c.ready()));
  c.ask(1, 1, begin + duration{400});
  c.ask(2, 1, begin + duration{800});
  CHECK(c.call().empty());
  CHECK(c.queue.wake(c.ready()) == begin + duration{400});
  c.now = begin + duration{400};
  CHECK(c.call().size() == 2);
  c.ask(3, 1, c.now);
  c.ask(4, 1, c.now + duration{501});
  CHECK(c.call().size() == 1);
  CHECK(c.queue.size() == 1);
}

TEST_CASE("provider/ecs: a bucket lets a burst through, then its rate, and survives a clock that goes back") {
  ecs::bucket b(2, 4);
  CHECK(b.take(begin) == begin);
  CHECK(b.take(begin) == begin);
  CHECK(b.ready(begin) == begin + duration{250});
  CHECK(b.take(begin) == begin + duration{250});
  CHECK(b.take(begin) == begin + duration{500});
  CHECK(b.take(begin + duration{10'000}) == begin + duration{10'000});
  CHECK(b.take(begin) == begin);
  CHECK(b.take(begin) > begin);
}

TEST_CASE("provider/ecs: quotas are those that AWS documents, by kind of operation") {
  CHECK(ecs::quota_of("ECS", "DescribeServices").burst == 100);
  CHECK(ecs::quota_of("ECS", "DescribeServices").per_second == 20);
  CHECK(ecs::quota_of("ECS", "UpdateService").per_second == 5);
  CHECK(ecs::quota_of("ECS", "RegisterTaskDefinition").per_second == 1);
  CHECK(ecs::quota_of("ELASTIC_LOAD_BALANCING_V2", "DescribeTargetHealth").burst == 40);
  CHECK(ecs::quota_of("ECS", "DescribeTasks").of == ecs::quota_of("ECS", "ListTasks").of);
  CHECK(ecs::allowed_per_second("ECS", "DescribeServices") == doctest::Approx(16));
}

TEST_CASE("provider/ecs: looks fall on common moments, never later than their pause") {
  const auto seed = std::random_device{}();
  INFO("seed ", seed);
  std::mt19937 dice(seed);
  for (int i = 0; i < 1'000; ++i) {
    const auto now = begin + duration{dice() % 100'000};
    const duration pause{1'500 + dice() % 13'500};
    const auto at = ecs::common_moment(now, pause);
    CHECK(at > now);
    CHECK(at <= now + pause);
    CHECK(at > now + pause - duration{1'500});
    CHECK(to_ms(at) % 1'500 == 0);
  }
}

TEST_CASE("provider/ecs: few are looked at every second or so, in a crowd near ends go before far ones") {
  ecs::course c;
  for (const int seconds : {0, 30, 60, 600, 36'000}) {
    c.passed = std::chrono::seconds(seconds);
    CHECK(ecs::pause_after(c) == duration{1'500});
  }
  c.round = duration{6'000};
  c.passed = duration{60'000};
  const auto usual = ecs::pause_after(c);
  CHECK(usual == duration{6'000});
  c.expected = duration{200'000};
  CHECK(ecs::pause_after(c) > usual);
  c.near = true;
  CHECK(ecs::pause_after(c) == duration{3'000});
  c.near = false;
  c.round = duration{600'000};
  CHECK(ecs::pause_after(c) == duration{15'000});
}
