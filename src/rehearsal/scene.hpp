// One run of a plan in virtual time, with the faults of a script, and everything that has to hold.
#pragma once

#include "rehearsal/disturbed_store.hpp"
#include "rehearsal/findings.hpp"
#include "rehearsal/people.hpp"
#include "rehearsal/script.hpp"
#include "rehearsal/sources.hpp"
#include "rehearsal/staged.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace shipflow::rehearsal {

/// What came of a run.
struct ending {
  bool happened = false;  ///< all faults of the script
  bool released = false;  ///< the run ended so, whatever the checks say
  rehearsed outcome = rehearsed::parked;
  std::string why;
  std::string action;
  duration lasted{0};
  std::optional<duration> restoring;
  std::vector<std::string> questions;
  std::vector<finding> findings;
  std::string hash;
  duration virtual_time{0};
  std::vector<step_state> steps;
  time_point created{};
  std::set<std::string> undone;  ///< steps whose compensation was carried out
};

class scene {
 public:
  scene(const staged& s, const std::vector<fault>& faults, std::uint64_t seed);
  ~scene();
  scene(const scene&) = delete;
  scene& operator=(const scene&) = delete;

  /// Once.
  [[nodiscard]] ending play();
  /// What the run wrote down, and its id; empty: it could not be started.
  [[nodiscard]] store& record() noexcept { return *inner_; }
  [[nodiscard]] const std::string& run() const noexcept { return run_; }

 private:
  // One engine and what dies with it.
  struct host {
    std::unique_ptr<virtual_program> program;
    std::shared_ptr<disturbed_store> keep;
    std::unique_ptr<engine> works;
    bool dead = false;
  };

  // The course of things: scene.cpp.
  host& boot();
  void begin();
  void crash(host& h);
  void bury();
  void take_over();
  void upgrade();
  host& spoken_to();
  void say(const said& what);
  void supersede();
  void live(const std::function<bool()>& done);
  void act_as_told(const run_state& s);
  void obey_until_ended();
  [[nodiscard]] std::optional<run_row> row();
  [[nodiscard]] ending conclude();
  void conclude_unfinished(ending& e, const run_state& s);

  // What passes between engine and store: scene_commits.cpp.
  [[nodiscard]] commit_fate judge(host& from, const commit_request& c);
  [[nodiscard]] commit_fate judge(host& from, const passing_fact& f);
  void written(const commit_request& c);
  void written(const passing_fact& f);
  void step_begins(const std::string& step, const std::string& at);
  void step_ended(const std::string& step);
  void state_changed(const passing_fact& f);
  void change_weather(const std::string& step);
  [[nodiscard]] time_point quiet_until() const;

  [[nodiscard]] delivery_answer told(const delivery& d);

  // What passes between engine and world: scene_calls.cpp.
  void pass_call(host& from, world_model& to, request q, reply r);
  [[nodiscard]] std::string place_of(const request& q) const;
  bool answered_for(const std::string& at, const request& q, const std::shared_ptr<reply>& r);
  bool stale(world_model& to, const std::string& at, const request& q, const std::shared_ptr<reply>& r);
  void forward(world_model& to, request q, std::function<void(answer)> then);
  void pass_after(host& from, world_model& to, const std::string& at, request q,
                  const std::shared_ptr<reply>& r);
  void later(const std::shared_ptr<reply>& r, answer a);

  // What must hold: scene_checks.cpp.
  void watch_world();
  void check_effect(const request& q);
  void check_late(const request& q);
  void check_serving();
  void check_effects();
  void check_restored(const run_state& s);
  void check_journal(const run_state& s);
  void found(const std::string& check, std::string what);
  void found(const std::vector<finding>& all);
  [[nodiscard]] std::set<std::string> left_on_purpose(const run_state& s) const;
  [[nodiscard]] json::object snapshot() const;

  const staged& staged_;
  script script_;
  virtual_time time_;
  std::shared_ptr<world> world_;
  std::vector<std::shared_ptr<world_model>> models_;
  std::vector<std::shared_ptr<probe_source>> probes_;
  std::vector<std::shared_ptr<metric_source>> metrics_;
  std::shared_ptr<climate> climate_;
  std::shared_ptr<store> inner_;
  people people_;
  std::vector<std::shared_ptr<reply>> held_;  // replies that never come
  std::deque<host> hosts_;

  std::string run_;
  std::string newer_run_;
  time_point began_{};
  time_point limit_{};  // for the run, and for it once more when people act
  std::set<std::string> durable_keys_;
  bool turned_ = false;
  std::optional<time_point> turned_at_;
  std::optional<time_point> over_at_;
  std::optional<time_point> parked_at_;
  host* crashed_ = nullptr;  // not buried yet
  int refusals_left_ = 0;
  std::int64_t facts_ = 0;
  bool foreign_ = false;             // somebody else changed the world
  std::function<void()> put_right_;  // that change
  json::object before_;
  std::map<std::string, int> floors_;
  std::map<std::string, answer> last_look_;        // step -> what a look before the undo saw
  std::map<std::string, time_point> stale_until_;  // step -> looks after a lost reply
  std::map<std::string, std::size_t> tried_;       // why it was parked -> commands tried
  std::vector<std::string> questions_;
  std::vector<finding> findings_;
  std::set<std::string> seen_findings_;
};

}  // namespace shipflow::rehearsal
