// What passes between engine and store: crashes, failures of the store, and what a step's beginning and
// end set off.
#include "rehearsal/scene.hpp"

#include <algorithm>
#include <array>

namespace shipflow::rehearsal {
namespace {

constexpr std::array<std::string_view, 6> changes_of_weather{"trigger_", "crash_",  "clock_",
                                                             "lease_",   "upgrade", "undo_crash"};
constexpr duration while_under_way{10};
constexpr auto clock_jump = std::chrono::hours(1);

bool begins(fact_kind k) {
  return k == fact_kind::intent || k == fact_kind::timer || k == fact_kind::undo_intent;
}
bool starts(fact_kind k) { return k == fact_kind::started || k == fact_kind::undo_started; }

bool says(const passing_fact& f, std::string_view text) {
  return f.stored->body.find(text) != std::string::npos;
}

bool ends(const passing_fact& f) {
  switch (f.kind) {
    case fact_kind::skipped: return true;
    case fact_kind::outcome:
    case fact_kind::undo_outcome: return says(f, "\"status\":\"done\"");
    case fact_kind::resolved: return says(f, "\"status\":\"applied\"");
    default: return false;
  }
}

std::string place(const passing_fact& f) {
  const bool back = f.kind == fact_kind::undo_intent || f.kind == fact_kind::undo_started ||
                    f.kind == fact_kind::undo_outcome;
  return back ? "undo" : "apply";
}

// The text of a member at any depth; enough for keys, which the engine makes of hexadecimal digits.
std::string text_of(const passing_fact& f, std::string_view member) {
  const auto key = "\"" + std::string(member) + "\":\"";
  const auto at = f.stored->body.find(key);
  if (at == std::string::npos) return {};
  const auto begin = at + key.size();
  return f.stored->body.substr(begin, f.stored->body.find('"', begin) - begin);
}

}  // namespace

commit_fate scene::judge(host& from, const passing_fact& f) {
  const std::string step(f.step);
  const auto at = place(f);
  if (begins(f.kind)) {
    if (script_.take(step, at, "crash_before_intent")) {
      crash(from);
      return commit_fate::lost_with_the_engine;
    }
    if (script_.take(step, at, "crash_after_intent")) {
      crash(from);
      return commit_fate::written_and_not_heard;
    }
    if (script_.take(step, at, "store_full")) refusals_left_ = 3;
    if (script_.take(step, at, "commit_unknown")) return commit_fate::unknown_written;
    if (script_.take(step, at, "commit_lost")) return commit_fate::unknown_not_written;
  }
  const bool dies = (starts(f.kind) && script_.take(step, at, "crash_after_start")) ||
                    (ends(f) && script_.take(step, at, "crash_after_outcome"));
  if (!dies) return commit_fate::normal;
  crash(from);
  return commit_fate::written_and_not_heard;
}

commit_fate scene::judge(host& from, const commit_request& c) {
  if (c.run != run_) return commit_fate::normal;
  for (const auto& stored : c.facts) {
    const auto fate = judge(from, look_at(stored));
    if (fate != commit_fate::normal) return fate;
  }
  if (refusals_left_ == 0) return commit_fate::normal;
  --refusals_left_;
  return commit_fate::refused;
}

// A watch that skips slots has no samples of them, which an engine that takes over would miss: it looks at
// each again from a while before the first fault that could show them or need them.
time_point scene::quiet_until() const {
  auto first = time_point::max();
  for (const auto& f : script_.to_come()) {
    const bool matters = std::any_of(changes_of_weather.begin(), changes_of_weather.end(),
                                     [&](std::string_view k) { return f.kind.starts_with(k); });
    if (!matters) continue;
    const auto i = staged_.what->find(f.step);
    if (!i || staged_.earliest.empty()) return began_;
    const auto& [begin, end] = staged_.earliest[*i];
    const bool late = f.kind == "crash_after_outcome" || f.kind == "undo_crash";
    first = std::min(first, began_ + (late ? end : begin));
  }
  if (first == time_point::max()) return first;
  return first - clock_jump * static_cast<int>(script_.count("clock_forward"));
}

void scene::change_weather(const std::string& step) {
  const auto set = [&](const char* kind, weather w) {
    if (!script_.take(step, "apply", kind)) return;
    climate_->now = w;
    climate_->changed = time_.now();
    climate_->bad_looks = 0;
  };
  set("trigger_fires", weather::bad);
  set("trigger_flaps", weather::flapping);
  set("trigger_silent", weather::silent);
}

void scene::step_begins(const std::string& step, const std::string& at) {
  if (at == "apply") change_weather(step);
  auto& h = hosts_.back();
  if (script_.take(step, at, "clock_forward")) h.program->set_clock(clock_jump);
  if (script_.take(step, at, "clock_back")) h.program->set_clock(-clock_jump);
  if (script_.take(step, at, "upgrade")) time_.post([this] { upgrade(); });
  if (script_.take(step, at, "lease_lost")) take_over();
  if (script_.take(step, at, "superseded")) time_.post([this] { supersede(); });
  if (script_.take(step, at, "cancel")) people_.ask_for("cancel", {}, while_under_way);
}

void scene::step_ended(const std::string& step) {
  if (script_.take(step, "apply", "rollback")) people_.ask_for("rollback");
  for (const auto* kind : {"undo_throttled", "undo_timeout", "undo_fails", "undo_crash", "undo_stale"})
    if (script_.pending(step, "apply", kind)) people_.ask_for("rollback");
}

void scene::state_changed(const passing_fact& f) {
  const auto& body = f.stored->body;
  if (body.find("\"phase\":\"draining\"") != std::string::npos && !turned_) {
    turned_ = true;
    turned_at_ = time_.now();
  }
  if (body.find("\"asks\":{") == std::string::npos) return;
  const auto parsed = parse_json(body, 128);
  const auto whole = parsed ? fact_from_json(*parsed) : result<fact>(parsed.error());
  if (!whole) return;
  const auto& asks = whole->body.at("asks").get_object();
  question q;
  q.id = asks.at("id").get_string();
  q.text = asks.at("text").get_string();
  if (const auto* roles = asks.if_contains("roles"); roles != nullptr && roles->is_array())
    for (const auto& role : roles->get_array()) q.roles.emplace_back(role.get_string());
  questions_.push_back(q.text);
  people_.asked(q);
}

void scene::written(const passing_fact& f) {
  if (begins(f.kind)) {
    durable_keys_.insert(text_of(f, "key"));
    step_begins(std::string(f.step), place(f));
  }
  if (f.kind == fact_kind::timer && says(f, "\"asks\":true")) {
    const auto i = staged_.what->find(f.step);
    if (i) questions_.push_back(staged_.what->steps[*i].title);
    if (i) people_.asked(*i);
  }
  if (ends(f) && place(f) == "apply") step_ended(std::string(f.step));
  if (f.kind == fact_kind::state) state_changed(f);
}

void scene::written(const commit_request& c) {
  if (c.run != run_) return;
  facts_ += static_cast<std::int64_t>(c.facts.size());
  for (const auto& stored : c.facts) written(look_at(stored));
  if (is_terminal(c.status) && !over_at_) over_at_ = time_.now();
  if (c.status != run_status::parked) parked_at_.reset();
  if (c.status == run_status::parked && !parked_at_) parked_at_ = time_.now();
}

}  // namespace shipflow::rehearsal
