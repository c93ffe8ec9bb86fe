// The engine inside an epoll loop that has other work to do: embed_event_loop PLAN ENVIRONMENTS
//
// The loop waits for three descriptors: one rings when the engine wants a turn, a pipe brings jobs to the crew, and a
// timer says that the crew is done. The engine's timers bound how long the loop waits.
#include <shipflow/shipflow.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <utility>

namespace {

struct crew final : shipflow::provider {
  explicit crew(int to) : jobs(to) {}

  std::string name() const override { return "crew"; }
  std::vector<shipflow::action_spec> actions() const override {
    shipflow::action_spec work;
    work.name = "do";
    work.undo = shipflow::reversibility::forward_only;
    work.inputs = {{"job", "string", true, false, "what is to be done"}};
    return {work};
  }
  // Begins a job and returns; the reply is kept until the timer says that it is done.
  void call(shipflow::request q, shipflow::reply r) override {
    if (q.what != shipflow::verb::apply) return r(shipflow::answer::done());
    std::printf("crew: asked to %s\n", q.inputs.at("job").as_string().c_str());
    waiting = std::move(r);
    if (::write(jobs, "j", 1) != 1)
      waiting(shipflow::answer::failed({shipflow::errc::io, "nobody takes jobs", ""}));
  }
  void done() {
    std::printf("crew: done\n");
    waiting(shipflow::answer::done());
  }

  int jobs;
  shipflow::reply waiting;
};

void watch(int epoll, int fd) {
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.fd = fd;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted);
}

void empty(int fd) {
  char bytes[8];
  [[maybe_unused]] const auto got = ::read(fd, bytes, sizeof bytes);
}

// Milliseconds until the engine wants a turn without being rung for; -1: not before.
int patience(shipflow::loop& loop) {
  const auto due = loop.next_due();
  if (!due) return -1;
  return static_cast<int>(std::clamp<std::int64_t>((*due - loop.now()).count() + 1, 0, 60'000));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fputs("usage: embed_event_loop PLAN ENVIRONMENTS\n", stderr), 2;
  const int bell = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  const int timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  int jobs[2];
  if (bell < 0 || timer < 0 || epoll < 0 || ::pipe(jobs) != 0) return std::perror("descriptors"), 1;

  shipflow::loop loop;
  loop.on_post([bell] {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(bell, &one, sizeof one);
  });
  shipflow::engine engine(loop, shipflow::make_memory_store(), {});
  const auto workers = std::make_shared<crew>(jobs[1]);
  engine.add(workers).value();

  shipflow::diagnostics found;
  const auto plan = shipflow::read_plan(shipflow::load_document(argv[1], found), found);
  const auto here = shipflow::read_environment(shipflow::load_document(argv[2], found), "here", {}, found);
  shipflow::release_info release;
  release.version = "1.0.0";
  const auto compiled = shipflow::compile(plan, here, release, {}, engine.offers(), found);
  if (found.has_errors()) return std::fputs(found.text().c_str(), stderr), 2;
  const auto run = engine.start(compiled, {"user:me", {}, "", ""}).value();

  watch(epoll, bell);
  watch(epoll, jobs[0]);
  watch(epoll, timer);
  while (!engine.ended(run)) {
    epoll_event ready{};
    const int count = ::epoll_wait(epoll, &ready, 1, patience(loop));
    if (count == 1) empty(ready.data.fd);
    if (count == 1 && ready.data.fd == jobs[0]) {
      std::printf("crew: began, while the engine waits\n");
      itimerspec soon{};
      soon.it_value.tv_nsec = 20'000'000;
      ::timerfd_settime(timer, 0, &soon, nullptr);
    }
    if (count == 1 && ready.data.fd == timer) workers->done();
    loop.run_ready();
  }
  std::printf("%s\n", std::string(name_of(engine.look(run)->phase)).c_str());
  for (const int fd : {bell, timer, epoll, jobs[0], jobs[1]}) ::close(fd);
}
