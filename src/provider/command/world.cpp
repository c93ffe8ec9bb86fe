// The world model of the command provider: its clerk, over programs that are memory.
#include "provider/command/clerk.hpp"
#include "provider/command/recipe.hpp"
#include "provider/command/world_keepers.hpp"

#include <utility>

namespace shipflow {
namespace commands {
namespace {

class model final : public command_world {
 public:
  model(std::shared_ptr<world> where, command_world_options options)
      : where_(std::move(where)), keepers_(where_, std::move(options)), clerk_(made_up_, keepers_) {
    made_up_.state_directory = "/world";
  }

  [[nodiscard]] std::string name() const override { return "command"; }
  [[nodiscard]] std::vector<action_spec> actions() const override { return {run_spec()}; }
  [[nodiscard]] result<std::vector<action_spec>> actions_of(const json::object& target) const override {
    return actions_for(target);
  }

  void call(request q, reply r) override {
    auto& time = where_->time();
    time.call_at(time.now() + keepers_.options().call,
                 [this, q = std::move(q), r = std::make_shared<reply>(std::move(r))] { serve(q, *r); });
  }

  void install(const std::string& resource, const std::string& value) override {
    keepers_.values()[resource] = value;
  }

  [[nodiscard]] json::object snapshot() const override {
    json::object all;
    for (const auto& [resource, value] : keepers_.values()) all[resource] = value;
    return all;
  }
  [[nodiscard]] std::optional<time_point> next_change() const override { return keepers_.next_end(); }

  bool disturb(disturbance what, const request& about) override {
    if (what == disturbance::foreign_change) {
      const auto resources = resources_of(about);
      if (resources.empty()) return false;
      keepers_.values()[resources.front()] = "set by somebody else";
      where_->touch();
      return true;
    }
    if (what == disturbance::put_right) return false;
    keepers_.catch_up();
    auto* p = keepers_.running(about.effect_key);
    if (p == nullptr) return false;
    if (what == disturbance::stall)
      p->stalled = true;
    else
      keepers_.break_half_way(*p);
    return true;
  }

 private:
  void serve(const request& q, reply& r) {
    keepers_.catch_up();
    keepers_.begin_call(&q);
    if (q.what == verb::observe)
      clerk_.begin_look(q, std::move(r));
    else
      r(clerk_.answer_to(q));
    keepers_.begin_call(nullptr);
    clerk_.follow_looks();
    expect_end();
  }

  /// Programs end in their moment, whether or not somebody asks.
  void expect_end() {
    const auto next = keepers_.next_end();
    auto& time = where_->time();
    if (!next || (expected_ && *expected_ > time.now() && *next >= *expected_)) return;
    expected_ = next;
    time.call_at(*next, [this] {
      keepers_.catch_up();
      clerk_.follow_looks();
      expect_end();
    });
  }

  std::shared_ptr<world> where_;
  command_options made_up_;
  world_keepers keepers_;
  clerk clerk_;
  std::optional<time_point> expected_;
};

}  // namespace
}  // namespace commands

inline namespace v1 {

command_world::~command_world() = default;

std::shared_ptr<command_world> make_command_world(std::shared_ptr<world> where,
                                                  command_world_options options) {
  return std::make_shared<commands::model>(std::move(where), std::move(options));
}

}  // namespace v1
}  // namespace shipflow
