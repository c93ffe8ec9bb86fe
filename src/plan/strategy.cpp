// Strategies: in place, rolling, blue-green and canary become launches, shifts, bakes and retirements.
#include "plan/builder.hpp"

#include <utility>

namespace shipflow::planning {
namespace {

// One strategy at work: what all its nodes have in common.
class strategy {
 public:
  strategy(builder& b, std::string name) : b_(b), name_(std::move(name)) {
    const auto* written = b.body("component");
    if (written == nullptr) b.error(b.source().body, "`" + name_ + "` needs `component`");
    if (written != nullptr) component_ = b.read().text(*written).value_or("");
    if (const auto* n = b.body("version"))
      shown_version_ = n->text.find("${steps.") == std::string::npos ? b.read().text(*n).value_or("") : "";
    else
      shown_version_ = b.all().what.version;
  }

  draft_index launch() {
    const auto i = b_.add("launch", step_kind::action, {});
    const auto what = find("launch");
    auto inputs = version_inputs();
    inputs.implied("colour", "next");
    if (const auto* n = b_.body("instances")) inputs.written("instances", *n);
    give_image(inputs);
    b_.at(i).step.title = "launch " + component_ + shown();
    b_.fill(i, what, inputs);
    launched_ = b_.at(i).step.id;
    launch_outputs_ = b_.at(i).outputs;
    return i;
  }

  /// `written`: where the plan has the weight, if it has it.
  draft_index shift(std::string_view part, int weight, draft_index after, const node* written = nullptr) {
    const auto i = b_.add(part, step_kind::action, {after});
    const auto what = find("shift");
    input_list inputs(b_.read(), b_.source().body);
    inputs.implied("weight", weight, written);
    give_launched(inputs, what);
    b_.at(i).step.title = "shift " + std::to_string(weight) + "% of " + component_ + " to the new version";
    b_.fill(i, what, inputs);
    if (!shifted_) b_.traffic_at(i);
    shifted_ = true;
    return i;
  }

  draft_index retire(draft_index after) {
    const auto i = b_.add("retire", step_kind::action, {after});
    const auto what = find("retire");
    // No colour: the provider retires what no longer gets traffic, whatever it is called.
    input_list inputs(b_.read(), b_.source().body);
    if (const auto* n = b_.body("drain")) inputs.written("drain", *n);
    b_.at(i).step.title = "retire the old " + component_;
    b_.fill(i, what, inputs);
    return i;
  }

  draft_index replace(json::value batch, const node* written) {
    const auto i = b_.add("replace", step_kind::action, {});
    const auto what = find("replace");
    auto inputs = version_inputs();
    if (written != nullptr)
      inputs.written("batch", *written);
    else
      inputs.implied("batch", std::move(batch));
    if (const auto* n = b_.body("instances")) inputs.written("instances", *n);
    give_image(inputs);
    b_.at(i).step.title = "replace " + component_ + shown();
    b_.fill(i, what, inputs);
    b_.traffic_at(i);
    return i;
  }

  // A bake of no length is no step.
  draft_index bake(std::string_view part, const node* written, draft_index after) {
    if (written == nullptr) return after;
    const auto lasts = b_.read().time(*written).value_or(duration{0});
    return lasts == duration{0} ? after : b_.add_wait(part, lasts, {after});
  }

  // The last bake of this kind is the one that gates hold up.
  draft_index gated_bake(std::string_view part, const node* written, draft_index after) {
    const auto i = bake(part, written, after);
    if (i != after) b_.gate_at(i);
    return i;
  }

  // People may have to agree before all traffic goes over.
  draft_index promote(draft_index after) {
    const auto* written = b_.body("promote");
    if (written == nullptr) return after;
    if (written->is(node_kind::string)) {
      if (b_.read().text(*written) != "automatic")
        b_.error(*written, "`promote` must be automatic or hold an approval");
      return after;
    }
    const auto* rules = written->find("approval");
    const auto i = b_.add("promote", step_kind::approval, {after});
    fill_approval(b_, i, rules == nullptr ? *written : *rules);
    b_.at(i).step.title = "promote " + component_ + ": " + b_.at(i).step.title;
    return i;
  }

  // The old fleet goes at once, after a while, or at the end of the watch. Kept fleets are
  // retired on the side: nothing that follows the release waits for it.
  void end(draft_index last) {
    const auto* keep = b_.body("keep_old") == nullptr ? b_.own("keep_old") : b_.body("keep_old");
    if (keep == nullptr) return b_.leave_at(retire(last));
    b_.leave_at(last);
    const auto* until = keep->find("until");
    const auto* span = keep->find("for");
    if ((until == nullptr) == (span == nullptr))
      return b_.error(*keep, "`keep_old` needs either `until` or `for`");
    if (span != nullptr) return keep_for(*span, last);
    const auto name = b_.read().text(*until);
    if (name == "decision_window.end") return keep_for_window(*until, last);
    const auto i = retire(last);
    if (name) b_.wait_for(i, *name, *until);
  }

 private:
  void keep_for(const node& span, draft_index last) {
    retire(b_.add_wait("keep", b_.read().time(span).value_or(duration{0}), {last}));
  }

  // As long as people may ask for a rollback, going back should be a switch.
  void keep_for_window(const node& until, draft_index last) {
    const auto* window = b_.all().document.rollback.find("decision_window");
    const auto* span = window == nullptr ? nullptr : window->find("for");
    if (span == nullptr)
      return b_.error(until, "`decision_window.end`: `rollback` has no `decision_window` with `for`");
    keep_for(*span, last);
  }

  std::optional<bound_action> find(const char* action) {
    if (component_.empty()) return std::nullopt;
    return b_.all().bound.of_component(component_, action, name_, b_.source().body);
  }

  input_list version_inputs() {
    input_list inputs(b_.read(), b_.source().body);
    if (const auto* n = b_.body("version"))
      inputs.written("version", *n);
    else
      inputs.implied("version", json::value(b_.all().what.version));
    return inputs;
  }

  void give_image(input_list& inputs) {
    if (const auto* n = b_.body("image")) return inputs.written("image", *n);
    const auto& images = b_.all().what.images;
    if (const auto found = images.find(component_); found != images.end())
      inputs.implied("image", json::value(found->second));
  }

  // What was launched is known only at run time; it is handed on by reference.
  void give_launched(input_list& inputs, const std::optional<bound_action>& what) {
    for (const auto& output : launch_outputs_) {
      if (!what || !takes(*what->spec, output)) continue;
      const auto path = "steps." + launched_ + "." + output;
      inputs.refers(path);
      inputs.implied(output, json::value("${" + path + "}"));
    }
  }

  [[nodiscard]] std::string shown() const { return shown_version_.empty() ? "" : " " + shown_version_; }

  builder& b_;
  std::string name_;
  std::string component_;
  std::string shown_version_;
  std::string launched_;
  std::vector<std::string> launch_outputs_;
  bool shifted_ = false;
};

struct stage {
  int weight = 0;
  const node* written = nullptr;
  const node* bake = nullptr;
};

// `weights: [10, 50]` with one bake for all, or `steps: [{weight, bake}]`.
std::vector<stage> stages_of(const builder& b) {
  std::vector<stage> out;
  const auto take = [&](const node& weight, const node* bake) {
    const auto percent = b.read().whole(weight, 1, 100);
    if (!percent) return;
    if (!out.empty() && *percent <= out.back().weight)
      b.error(weight, "weights must grow from one to the next");
    out.push_back({*percent, &weight, bake});
  };
  if (const auto* steps = b.body("steps")) {
    for (const auto& item : steps->items) {
      const auto* weight = item.find("weight");
      if (weight == nullptr)
        b.error(item, "needs `weight`");
      else
        take(*weight, item.find("bake") == nullptr ? b.body("bake") : item.find("bake"));
    }
  } else if (const auto* weights = b.body("weights")) {
    for (const auto& item : weights->items) take(item, b.body("bake"));
  }
  if (out.empty()) b.error(b.source().body, "`canary` needs `steps` or `weights`");
  return out;
}

}  // namespace

void build_blue_green(builder& b) {
  strategy s(b, "blue_green");
  auto last = s.launch();
  last = s.promote(last);
  last = s.shift("shift", 100, last);
  b.all_traffic_at(last);
  s.end(s.gated_bake("bake", b.body("bake"), last));
}

void build_canary(builder& b) {
  strategy s(b, "canary");
  auto stages = stages_of(b);
  const auto* final_bake = b.body("bake");
  if (!stages.empty() && stages.back().weight == 100) {
    final_bake = stages.back().bake;
    stages.pop_back();
  }
  auto last = s.launch();
  for (const auto& stage : stages) {
    const auto part = std::to_string(stage.weight);
    last = s.shift("shift-" + part, stage.weight, last, stage.written);
    last = s.gated_bake("bake-" + part, stage.bake, last);
  }
  last = s.promote(last);
  last = s.shift("shift-100", 100, last);
  b.all_traffic_at(last);
  s.end(s.bake("bake-100", final_bake, last));
}

void build_rolling(builder& b) {
  strategy s(b, "rolling");
  const auto last = s.replace(1, b.body("batch"));
  b.leave_at(s.gated_bake("bake", b.body("bake"), last));
}

void build_in_place(builder& b) {
  strategy s(b, "in_place");
  const auto last = s.replace("100%", nullptr);
  b.leave_at(s.gated_bake("bake", b.body("bake"), last));
}

}  // namespace shipflow::planning
