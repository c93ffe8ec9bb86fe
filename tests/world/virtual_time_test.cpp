#include <shipflow/world.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace shipflow;

TEST_CASE("world/time: handlers run in order of time, then of submission, and time jumps to them") {
  virtual_time time(1);
  std::string order;
  const auto begin = time.now();
  time.call_at(begin + duration{50}, [&] { order += "c"; });
  time.post([&] { order += "a"; });
  time.call_at(begin + duration{50}, [&] { order += "d"; });
  time.post([&] { order += "b"; });
  CHECK(order.empty());
  time.run_ready();
  CHECK(order == "ab");
  CHECK(time.now() == begin);
  CHECK(time.run_until([&] { return order == "abcd"; }));
  CHECK(time.now() == begin + duration{50});
}

TEST_CASE("world/time: without anything left to run, the time asked for passes") {
  virtual_time time(1);
  const auto begin = time.now();
  CHECK_FALSE(time.run_until([] { return false; }, std::chrono::hours(2)));
  CHECK(time.now() == begin + std::chrono::hours(2));
}

TEST_CASE("world/time: a cancelled timer does not run, an unknown one is ignored") {
  virtual_time time(1);
  bool ran = false;
  const auto id = time.call_at(time.now() + duration{5}, [&] { ran = true; });
  time.cancel(id);
  time.cancel(id);
  time.cancel(4711);
  time.run_until([] { return false; }, duration{100});
  CHECK_FALSE(ran);
}

TEST_CASE("world/time: what a program had pending dies with it, the world goes on") {
  virtual_time time(1);
  auto program = time.begin_program();
  std::string seen;
  time.call_at(time.now() + duration{10}, [&] { seen += "w"; });
  program->call_at(program->now() + duration{10}, [&] { seen += "p"; });
  program->post([&] { seen += "q"; });
  program->forget();
  time.run_until([] { return false; }, duration{100});
  CHECK(seen == "w");
}

TEST_CASE("world/time: handlers whose destruction gives new work are dropped as well") {
  virtual_time time(1);
  auto program = time.begin_program();
  bool ran = false;
  struct poster {
    scheduler* to;
    bool* ran;
    ~poster() {
      to->post([seen = ran] { *seen = true; });
    }
  };
  program->post([keep = std::make_shared<poster>(poster{program.get(), &ran})] {});
  time.forget();
  program->forget();
  time.run_ready();
  CHECK_FALSE(ran);
}

TEST_CASE("world/time: a stopped program runs nothing, and afterwards everything in order") {
  virtual_time time(1);
  auto program = time.begin_program();
  std::string seen;
  program->call_at(program->now() + duration{20}, [&] { seen += "b"; });
  program->call_at(program->now() + duration{10}, [&] { seen += "a"; });
  const auto cancelled = program->call_at(program->now() + duration{30}, [&] { seen += "x"; });
  program->pause();
  time.run_until([] { return false; }, duration{100});
  CHECK(seen.empty());
  program->cancel(cancelled);
  program->proceed();
  time.run_ready();
  CHECK(seen == "ab");
}

TEST_CASE("world/time: a wall clock that jumps moves the timers of its program only") {
  virtual_time time(1);
  auto program = time.begin_program();
  std::string seen;
  const auto begin = time.now();
  program->call_at(program->now() + std::chrono::hours(1), [&] { seen += "p"; });
  time.call_at(begin + std::chrono::minutes(30), [&] { seen += "w"; });
  program->set_clock(std::chrono::minutes(50));
  CHECK(program->now() == begin + std::chrono::minutes(50));
  CHECK(time.run_until([&] { return seen == "p"; }));
  CHECK(time.now() == begin + std::chrono::minutes(10));
  CHECK(time.run_until([&] { return seen == "pw"; }));
  CHECK(time.now() == begin + std::chrono::minutes(30));
}

TEST_CASE("world/time: the same seed gives the same numbers") {
  virtual_time a(7);
  virtual_time b(7);
  virtual_time c(8);
  const auto first = a.random();
  CHECK(first == b.random());
  CHECK(first != c.random());
}

TEST_CASE("world/time: what is posted keeps its place among timers of the same moment") {
  virtual_time time(1);
  std::string order;
  time.call_at(time.now(), [&] { order += 'a'; });
  time.post([&] { order += 'b'; });
  time.call_at(time.now(), [&] { order += 'c'; });
  time.run_ready();
  CHECK(order == "abc");
}

TEST_CASE("world/time: other threads may post, and whoever waits is told") {
  virtual_time time(1);
  std::atomic<int> rings{0};
  time.on_post([&] { ++rings; });
  const auto program = time.begin_program();
  int ran = 0;
  {
    std::vector<std::jthread> others;
    for (int t = 0; t < 4; ++t)
      others.emplace_back([&] {
        for (int i = 0; i < 500; ++i)
          (i % 2 == 0 ? static_cast<shipflow::scheduler&>(time) : *program).post([&] { ++ran; });
      });
    while (rings < 1'000) time.run_ready();
  }
  CHECK(time.next_handler().value_or(time.now()) == time.now());
  time.run_ready();
  CHECK(rings == 2'000);
  CHECK(ran == 2'000);
}
