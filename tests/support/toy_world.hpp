// A small world with resources that have a value, and a provider that sets them. It counts every
// effect by key, so that a test can say that nothing happened twice.
#pragma once

#include <shipflow/provider.hpp>
#include <shipflow/scheduler.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace shipflow_test {

namespace json = shipflow::json;

/// What outlives an engine: values of resources, effects carried out, operations under way.
struct toy_world {
  std::map<std::string, std::string> values;
  std::map<std::string, int> effects;             ///< effect key -> times carried out
  std::map<std::string, std::string> operations;  ///< key -> value to be set when settled
  std::vector<std::string> log;                   ///< "set api=2", "undo api=1"
};

/// Action `set` {resource, value, [slow]}: touches "${resource}". `slow` starts and settles later.
/// Action `make` {name}: class creates, touches nothing, remembers its key.
class toy_provider final : public shipflow::provider {
 public:
  using verb = shipflow::verb;
  toy_provider(std::shared_ptr<toy_world> world, shipflow::scheduler& time)
      : world_(std::move(world)), time_(time) {}

  /// Lets a test answer in the provider's place: return true when the reply was taken.
  std::function<bool(const shipflow::request&, shipflow::reply&)> intercept;
  /// Answers are kept instead of given, as when the process dies before it hears them.
  bool silent = false;
  std::vector<shipflow::reply> held;
  /// Called after an effect was carried out and before it is answered.
  std::function<void(const shipflow::request&)> carried_out;

  [[nodiscard]] std::string name() const override { return "toy"; }
  [[nodiscard]] std::vector<shipflow::action_spec> actions() const override {
    shipflow::action_spec set;
    set.name = "set";
    set.inputs = {{"resource", "string", true, false, "what is set"},
                  {"value", "string", true, false, "its new value"},
                  {"slow", "boolean", false, false, "start now, settle later"}};
    set.outputs = {{"value", "string", false, false, "the value set"}};
    set.resources = {"${resource}"};
    shipflow::action_spec make;
    make.name = "make";
    make.repeat = shipflow::effect_class::creates;
    make.undo = shipflow::reversibility::forward_only;
    make.inputs = {{"name", "string", true, false, "name of what is made"}};
    make.outputs = {{"id", "string", false, false, "the effect key"}};
    return {set, make};
  }

  void call(shipflow::request q, shipflow::reply r) override {
    time_.post([this, q = std::move(q), r = std::make_shared<shipflow::reply>(std::move(r))] {
      if (intercept && intercept(q, *r)) return;
      auto a = act(q);
      if (silent)
        held.push_back(std::move(*r));
      else
        (*r)(std::move(a));
    });
  }

 private:
  static std::string input(const shipflow::request& q, const char* key) {
    const auto* v = q.inputs.if_contains(key);
    return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
  }

  shipflow::answer carry_out(const shipflow::request& q, const std::string& value) {
    ++world_->effects[q.effect_key];
    if (q.action == "set") {
      world_->values[input(q, "resource")] = value;
      world_->log.push_back("set " + input(q, "resource") + "=" + value);
    } else {
      world_->log.push_back("make " + input(q, "name"));
    }
    if (carried_out) carried_out(q);
    return shipflow::answer::done(json::object{{"value", value}, {"id", q.effect_key}});
  }

  shipflow::answer act(const shipflow::request& q) {
    const auto resource = input(q, "resource");
    const auto value = input(q, "value");
    const auto* slow = q.inputs.if_contains("slow");
    switch (q.what) {
      case verb::observe:
        return shipflow::answer::done(
            world_->values.contains(resource) ? json::value(world_->values[resource]) : json::value{});
      case verb::apply:
        if (slow != nullptr && slow->is_bool() && slow->get_bool()) {
          world_->operations[q.effect_key] = value;
          return shipflow::answer::started(json::object{{"key", q.effect_key}}, shipflow::duration{500});
        }
        return carry_out(q, value);
      case verb::settle: {
        const auto found = world_->operations.find(q.effect_key);
        if (world_->effects.contains(q.effect_key))
          return shipflow::answer::done(json::object{{"value", value}, {"id", q.effect_key}});
        if (found == world_->operations.end())
          return shipflow::answer::failed(
              shipflow::make_error(shipflow::errc::not_found, "no such operation"));
        if (q.stop.stop_requested()) {
          world_->operations.erase(found);
          return shipflow::answer::failed(shipflow::make_error(shipflow::errc::cancelled, "stopped"));
        }
        const auto pending = found->second;
        world_->operations.erase(found);
        return carry_out(q, pending);
      }
      case verb::resolve:
        if (world_->operations.contains(q.effect_key))
          return shipflow::answer::started(json::object{{"key", q.effect_key}});
        if (world_->effects.contains(q.effect_key))
          return shipflow::answer::done(json::object{{"value", value}, {"id", q.effect_key}});
        return shipflow::answer::not_applied();
      case verb::undo:
        if (q.baseline.is_string()) {
          world_->values[resource] = std::string(q.baseline.get_string());
          world_->log.push_back("undo " + resource + "=" + world_->values[resource]);
        } else {
          world_->values.erase(resource);
          world_->log.push_back("undo " + resource + " to absent");
        }
        return shipflow::answer::done();
      case verb::diagnose:
      case verb::ready: return shipflow::answer::done();
    }
    return shipflow::answer::unknown("no such verb");
  }

  std::shared_ptr<toy_world> world_;
  shipflow::scheduler& time_;
};

}  // namespace shipflow_test
