// Virtual time and worlds: what a rehearsal runs on instead of clocks and systems.
//
// A world model is a provider whose effects are a few lines of memory. It keeps to the documented
// behaviour of the system it stands for: delays, eventual consistency, throttling, work that goes on
// after the answer. Faults (lost replies, crashes, stale reads ...) are not its business: a rehearsal
// puts them around the calls. Nothing here knows plans, runs or the engine, so a model can also stand
// behind an HTTP server as the counterpart of a provider under test: call it with a request, run the
// virtual time until it answers.
//
//   virtual_time time(42);
//   auto w = std::make_shared<world>(time);
//   auto fleet = make_generic_model(w, "ecs", specs);
//   fleet->call(q, reply([](answer a) { ... }));
//   time.run_until([&] { return answered; });
//
// Everything but `post` is used on one thread. The same seed and the same calls give the same answers.
#pragma once

#include <shipflow/probe.hpp>
#include <shipflow/provider.hpp>
#include <shipflow/scheduler.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

class virtual_program;

/// A clock that jumps from handler to handler: a day costs as much as what happens in it. Itself the
/// scheduler of the world; programs that can crash get schedulers of their own. `post` may be called from
/// any thread, here and on programs; everything else from the one that runs the time.
class virtual_time final : public scheduler {
 public:
  /// 2026-03-03T10:00:00Z, a Tuesday.
  static constexpr time_point default_begin = from_ms(1'772'532'000'000);

  explicit virtual_time(std::uint64_t seed, time_point begin = default_begin);
  ~virtual_time() override;
  virtual_time(const virtual_time&) = delete;
  virtual_time& operator=(const virtual_time&) = delete;

  [[nodiscard]] time_point now() override;
  void post(handler h) override;
  timer_id call_at(time_point at, handler h) override;
  void cancel(timer_id timer) override;
  [[nodiscard]] std::uint64_t random() override;

  /// A scheduler for a program in this time. Lives no longer than this object.
  [[nodiscard]] std::unique_ptr<virtual_program> begin_program();

  /// Runs what is due now, without letting time pass.
  void run_ready();
  /// Runs the next handler, letting time pass to it; false when there is none up to `limit`.
  bool step(time_point limit);
  /// Runs until `done`; when nothing is left within `at_most`, lets the rest of it pass. Returns `done()`.
  bool run_until(const std::function<bool()>& done, duration at_most = std::chrono::hours(48));
  /// When the next handler runs; empty when none is left.
  [[nodiscard]] std::optional<time_point> next_handler() const;
  /// Handlers run so far.
  [[nodiscard]] std::uint64_t handlers() const noexcept;
  /// Called after every `post`, on the thread that posted, as `loop::on_post`.
  void on_post(std::function<void()> ring);

  /// Time passes in which nothing runs; what became due meanwhile runs late, in order.
  void jump(duration by);
  /// Drops the pending handlers of the world itself, as if it had no memory.
  void forget();

 private:
  friend class virtual_program;
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// One program in virtual time: its handlers die with it, its wall clock may be wrong, and it may be
/// stopped for a while without knowing.
class virtual_program final : public scheduler {
 public:
  ~virtual_program() override;
  virtual_program(const virtual_program&) = delete;
  virtual_program& operator=(const virtual_program&) = delete;

  [[nodiscard]] time_point now() override;
  void post(handler h) override;
  timer_id call_at(time_point at, handler h) override;
  timer_id call_after(duration wait, handler h) override;
  timer_id watch_clock(std::function<void(duration by)> h) override;
  void cancel(timer_id timer) override;
  [[nodiscard]] std::uint64_t random() override;

  /// Drops everything that is pending, as a crash does.
  void forget();
  /// Nothing of it runs until `proceed`; what became due runs then, in order.
  void pause();
  void proceed();
  /// The wall clock is off by so much more from now on: what waits for a time of day keeps that time,
  /// pauses do not notice, and those who watch the clock hear of it.
  void set_clock(duration off);

 private:
  friend class virtual_time;
  virtual_program(virtual_time& time, std::uint32_t number);
  virtual_time& time_;
  std::uint32_t number_;
};

/// What serves people for one component; a rehearsal checks it after every change of the world.
struct serving {
  std::string component;
  std::string version;
  int weight = 0;            ///< share of traffic, 0..100; 0: none
  int healthy = 0;           ///< instances that can answer
  int wanted = 0;            ///< instances a fleet has to have before it gets traffic
  bool maintenance = false;  ///< people get the maintenance page: the floor does not count
};

/// The state that all models of one rehearsal share. Outlives every engine.
class world {
 public:
  explicit world(virtual_time& time) : time_(time) {}

  [[nodiscard]] virtual_time& time() noexcept { return time_; }

  /// Models call it when an apply or undo is about to change something.
  void about_to(const request& q);
  /// Models call it when they carried an effect out (`undo`: put something back). Repeating what the
  /// other side recognises by token or version is no effect and is not reported.
  void carried_out(const request& q, effect_class repeat, bool undo);
  /// Times each effect was carried out, by its key.
  struct effect_count {
    std::string step;
    std::string action;
    effect_class repeat = effect_class::set_value;
    int times = 0;
    int undone = 0;
  };
  [[nodiscard]] const std::map<std::string, effect_count>& effects() const noexcept { return effects_; }

  /// Models call it after every change.
  void touch();
  /// Called by `about_to`.
  std::function<void(const request&)> on_effect;
  /// Called by `touch`.
  std::function<void()> on_change;

 private:
  virtual_time& time_;
  std::map<std::string, effect_count> effects_;
};

/// What a rehearsal may do to a model from outside.
enum class disturbance {
  foreign_change,  ///< somebody else changes what the request is about
  fail_half_way,   ///< what the request started breaks now and stays half done
  stall,           ///< what the request started makes no progress from now on; asking it to end still works
  put_right,       ///< the foreign change is taken back, where somebody has to do that
};

/// A provider in a world. Answers through `world::time()` after a while, never blocks.
class world_model : public provider {
 public:
  ~world_model() override;
  /// Resource -> value of all that a rollback has to restore, by the names of `action_spec::resources`.
  [[nodiscard]] virtual json::object snapshot() const = 0;
  /// When it changes by itself next, without a call; empty: never.
  [[nodiscard]] virtual std::optional<time_point> next_change() const;
  /// False when this model knows no such thing; the fault is then not applicable.
  virtual bool disturb(disturbance what, const request& about);
  /// What serves people now.
  [[nodiscard]] virtual std::vector<serving> serves() const;
};

/// One action of a generic model.
struct modelled_action {
  action_spec spec;
  /// Resources that a call touches; by default the templates of the spec, rendered with component,
  /// environment, target and inputs.
  std::function<std::vector<std::string>(const request&)> resources;
  /// Outputs that `done` carries; by default every output of the spec, as a text with its name.
  std::function<json::object(const request&)> outputs;
  /// How long the effect goes on after its call was answered; zero: done at once.
  duration lasts{0};
  /// The same of its undo; empty: as long as the effect.
  std::optional<duration> undo_lasts{};
};

/// A model of any provider from the declared class of its actions: every resource has a value, an apply
/// sets it to what its inputs say, an undo puts the baseline back. `token` recognises its key,
/// `compare_and_set` refuses when the value is not as observed, `set_value` sets again, and `creates`
/// makes one more thing each time it is asked. Answers after 20 to 100 ms. The actions of strategies,
/// launch, shift, retire and replace, keep fleets by colour, with instances that take a while to come up.
[[nodiscard]] std::shared_ptr<world_model> make_generic_model(std::shared_ptr<world> where, std::string name,
                                                              std::vector<modelled_action> actions);
/// Specs of launch, shift, retire and replace, with what the compiler gives them: a stand-in for providers
/// of services that run behind a balancer.
[[nodiscard]] std::vector<action_spec> strategy_actions();

}  // namespace v1
}  // namespace shipflow
