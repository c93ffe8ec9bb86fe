#include "blocking.hpp"

#include "rehearsal/wrapped_store.hpp"

#include <atomic>
#include <chrono>
#include <future>

namespace ship {
namespace {

using namespace shipflow;

constexpr duration call_takes{20};
std::atomic<time_point> begun{virtual_time::default_begin};

time_point wall() { return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()); }

/// The same distance from now, by the clock of those who do not know of virtual time.
time_point by_clock(time_point deadline, time_point now) {
  begun = now;
  return deadline == time_point{} ? deadline : wall() + (deadline - now);
}

class blocking_provider final : public provider {
 public:
  blocking_provider(virtual_time& time, std::shared_ptr<provider> p) : time_(time), p_(std::move(p)) {}
  [[nodiscard]] std::string name() const override { return p_->name(); }
  [[nodiscard]] std::vector<action_spec> actions() const override { return p_->actions(); }
  [[nodiscard]] result<std::vector<action_spec>> actions_of(const json::object& target) const override {
    return p_->actions_of(target);
  }
  void call(request q, reply r) override {
    q.deadline = by_clock(q.deadline, time_.now());
    std::promise<answer> got;
    auto later = got.get_future();
    p_->call(std::move(q), reply([&got](answer a) { got.set_value(std::move(a)); }));
    auto said = std::make_shared<answer>(later.get());
    auto to = std::make_shared<reply>(std::move(r));
    time_.call_at(time_.now() + call_takes, [said, to] { (*to)(std::move(*said)); });
  }

 private:
  virtual_time& time_;
  std::shared_ptr<provider> p_;
};

class blocking_source final : public metric_source {
 public:
  blocking_source(virtual_time& time, std::shared_ptr<metric_source> s) : time_(time), s_(std::move(s)) {}
  [[nodiscard]] std::vector<std::string> names() const override { return s_->names(); }
  [[nodiscard]] result<void> check(const metric_request& q) const override { return s_->check(q); }
  [[nodiscard]] duration lag(const json::object& spec) const override { return s_->lag(spec); }
  void read(metric_request q, std::function<void(metric_answer)> done) override {
    q.deadline = by_clock(q.deadline, time_.now());
    std::promise<metric_answer> got;
    auto later = got.get_future();
    s_->read(std::move(q), [&got](metric_answer a) { got.set_value(std::move(a)); });
    done(later.get());
  }

 private:
  virtual_time& time_;
  std::shared_ptr<metric_source> s_;
};

class blocking_probes final : public probe_source {
 public:
  blocking_probes(virtual_time& time, std::shared_ptr<probe_source> s) : time_(time), s_(std::move(s)) {}
  [[nodiscard]] std::vector<std::string> kinds() const override { return s_->kinds(); }
  [[nodiscard]] result<void> check(const std::string& kind, const json::object& spec) const override {
    return s_->check(kind, spec);
  }
  void look(probe_request q, std::function<void(probe_answer)> done) override {
    q.deadline = by_clock(q.deadline, time_.now());
    std::promise<probe_answer> got;
    auto later = got.get_future();
    s_->look(std::move(q), [&got](probe_answer a) { got.set_value(std::move(a)); });
    done(later.get());
  }

 private:
  virtual_time& time_;
  std::shared_ptr<probe_source> s_;
};

class blocking_store final : public rehearsal::wrapped_store {
 public:
  blocking_store(virtual_time& time, const std::shared_ptr<store>& s) : wrapped_store(s), time_(time) {}
  void commit(commit_request c, std::function<void(commit_result)> done) override {
    std::promise<commit_result> got;
    auto later = got.get_future();
    wrapped_store::commit(std::move(c), [&got](commit_result r) { got.set_value(std::move(r)); });
    time_.call_at(time_.now(), [r = later.get(), done = std::move(done)] { done(r); });
  }

 private:
  virtual_time& time_;
};

class done_provider final : public provider {
 public:
  explicit done_provider(std::shared_ptr<provider> p) : p_(std::move(p)) {}
  [[nodiscard]] std::string name() const override { return p_->name(); }
  [[nodiscard]] std::vector<action_spec> actions() const override { return p_->actions(); }
  [[nodiscard]] result<std::vector<action_spec>> actions_of(const json::object& target) const override {
    return p_->actions_of(target);
  }
  void call(request /*q*/, reply r) override { r(answer::done()); }

 private:
  std::shared_ptr<provider> p_;
};

}  // namespace

time_point last_call() noexcept { return begun; }

std::shared_ptr<provider> blocking(virtual_time& time, std::shared_ptr<provider> p) {
  return std::make_shared<blocking_provider>(time, std::move(p));
}
std::shared_ptr<metric_source> blocking(virtual_time& time, std::shared_ptr<metric_source> s) {
  return std::make_shared<blocking_source>(time, std::move(s));
}
std::shared_ptr<probe_source> blocking(virtual_time& time, std::shared_ptr<probe_source> s) {
  return std::make_shared<blocking_probes>(time, std::move(s));
}
std::shared_ptr<store> blocking(virtual_time& time, std::shared_ptr<store> s) {
  return std::make_shared<blocking_store>(time, s);
}
std::shared_ptr<provider> always_done(std::shared_ptr<provider> p) {
  return std::make_shared<done_provider>(std::move(p));
}

}  // namespace ship
