#include "view.hpp"

#include "terminal.hpp"
#include "text.hpp"

#include <shipflow/release_report.hpp>

#include <cstdio>
#include <map>
#include <vector>

namespace program {
namespace {

namespace json = shipflow::json;
using shipflow::fact_kind;

std::string with_reason(const std::string& line, const std::string& why) {
  return why.empty() ? line : line + ": " + why;
}

// What makes a start another than usual.
std::string why_so(const json::object& created) {
  std::string out;
  for (const auto& [key, words] :
       {std::pair{"emergency", ", an emergency: "}, std::pair{"hotfix", ", a hotfix: "},
        std::pair{"override", ", against the calendar: "}})
    if (const auto why = field(created, key); !why.empty()) out += words + why;
  return out;
}

std::string outcome_line(const shipflow::fact& f) {
  const auto status = field(f.body, "status");
  const auto why = field(f.body, "why");
  if (status == "done") return f.step + " done";
  if (status == "retry") return with_reason(f.step + " failed, will be tried again", why);
  return with_reason(f.step + " " + status, why);
}

std::string state_line(const shipflow::fact& f) {
  if (const auto phase = field(f.body, "phase"); !phase.empty())
    return with_reason("run is " + phase, field(f.body, "reason"));
  if (const auto parked = field(f.body, "parked"); !parked.empty())
    return "parked: " + parked + "; next: " + field(f.body, "command");
  if (const auto* holds = f.body.if_contains("holds"); holds != nullptr && holds->is_object())
    return "not begun: " + field(holds->get_object(), "why");
  if (const auto* lead = f.body.if_contains("reminded"); lead != nullptr && lead->is_int64())
    return "begins in " + shipflow::format_duration(shipflow::duration{lead->get_int64()});
  if (const auto* told = f.body.if_contains("ready"); told != nullptr && told->is_object())
    return with_reason("rollback of " + f.step + ": " + field(told->get_object(), "level"),
                       field(told->get_object(), "why"));
  if (const auto* asked = f.body.if_contains("asks"); asked != nullptr && asked->is_object())
    return "asks " + field(asked->get_object(), "id") + ": " + field(asked->get_object(), "text");
  return {};
}

std::string signal_line(const shipflow::fact& f) {
  const auto head =
      field(f.body, "principal") + " " + field(f.body, "name") + (f.step.empty() ? "" : " " + f.step);
  return field(f.body, "meaning") == "refused" ? head + " refused: " + field(f.body, "why") : head;
}

std::string timer_line(const shipflow::fact& f) {
  const bool asks = f.body.contains("asks");
  const auto* due = f.body.if_contains("due");
  const auto until =
      due == nullptr ? std::string{}
                     : " until " + shipflow::format_time(shipflow::from_ms(due->to_number<std::int64_t>()));
  return f.step + (asks ? " waits for people" : " waits") + until;
}

void print_line(shipflow::time_point at, const std::string& line) {
  std::printf("%s %s\n", shipflow::format_time(at).c_str(), plain(line).c_str());
  std::fflush(stdout);
}

class plain_view : public view {
 public:
  void show(const shipflow::engine_event& e) override {
    using kind = shipflow::engine_event::kind;
    if (e.what_kind == kind::fact) {
      last_ = e.what.at;
      if (const auto line = line_of(e.what); !line.empty()) print_line(e.what.at, line);
    } else if (e.what_kind == kind::progress) {
      progress(field(e.body, "step"), field(e.body, "text"));
    } else if (e.what_kind == kind::trouble || e.what_kind == kind::lost) {
      print_line(last_, field(e.body, "text"));
    }
  }

 private:
  // The same words again are no news.
  void progress(const std::string& step, const std::string& text) {
    if (text.empty() || said_[step] == text) return;
    said_[step] = text;
    print_line(last_, step + ": " + text);
  }

  shipflow::time_point last_{};
  std::map<std::string, std::string> said_;
};

class json_view final : public view {
 public:
  void show(const shipflow::engine_event& e) override {
    std::printf("%s\n", json::serialize(shipflow::to_json(e)).c_str());
    std::fflush(stdout);
  }
};

// Lines scroll; below them stand the steps under way, redrawn in place.
class live_view final : public plain_view {
 public:
  void show(const shipflow::engine_event& e) override {
    below_.erase();
    using kind = shipflow::engine_event::kind;
    if (e.what_kind == kind::progress || e.what_kind == kind::sample)
      note(e);
    else
      plain_view::show(e);
    if (e.what_kind == kind::fact) settle(e.what);
    draw();
  }
  void finish() override { below_.erase(); }

 private:
  void note(const shipflow::engine_event& e) {
    if (e.what_kind == shipflow::engine_event::kind::sample)
      bars_["~" + field(e.body, "guard")] = {-1, field(e.body, "level") + " " + field(e.body, "reason")};
    else
      bars_[field(e.body, "step")] = {e.body.at("percent").to_number<int>(), field(e.body, "text")};
  }
  void settle(const shipflow::fact& f) {
    if (f.kind == fact_kind::intent || f.kind == fact_kind::undo_intent) bars_[f.step] = {-1, "under way"};
    if (f.kind == fact_kind::timer) bars_[f.step] = {-1, line_of(f)};
    if (f.kind == fact_kind::outcome || f.kind == fact_kind::resolved || f.kind == fact_kind::undo_outcome ||
        f.kind == fact_kind::skipped)
      bars_.erase(f.step);
    if (f.kind == fact_kind::state && field(f.body, "phase") == "draining") bars_.clear();
  }
  void draw() {
    std::vector<std::string> lines;
    for (const auto& [name, bar] : bars_) {
      std::string line = "  " + name + " ";
      if (bar.percent >= 0) {
        const auto filled = static_cast<std::size_t>(bar.percent) / 5;
        line +=
            "[" + std::string(filled, '#') + std::string(20 - std::min<std::size_t>(filled, 20), '.') + "] ";
      }
      lines.push_back(fitted(line + bar.text, paper().columns));
    }
    below_.draw(std::move(lines));
  }

  struct row {
    int percent;
    std::string text;
  };
  std::map<std::string, row> bars_;
  redrawn below_;
};

}  // namespace

view::~view() = default;
void view::finish() {}

std::unique_ptr<view> make_view(view_kind kind) {
  if (kind == view_kind::json) return std::make_unique<json_view>();
  if (kind == view_kind::live) return std::make_unique<live_view>();
  return std::make_unique<plain_view>();
}

std::string line_of(const shipflow::fact& f) {
  switch (f.kind) {
    case fact_kind::created:
      return "run created: " + field(f.body, "plan") + " " + field(f.body, "version") + " to " +
             field(f.body, "environment") + " by " + field(f.body, "principal") + why_so(f.body);
    case fact_kind::intent:
      return f.step + " begins" + (f.attempt > 1 ? ", attempt " + std::to_string(f.attempt) : "");
    case fact_kind::outcome: return outcome_line(f);
    case fact_kind::resolved:
      return with_reason(f.step + " resolved: " + field(f.body, "status"), field(f.body, "why"));
    case fact_kind::timer: return timer_line(f);
    case fact_kind::signal: return signal_line(f);
    case fact_kind::verdict:
      return with_reason("guard " + f.step + " " + field(f.body, "level"), field(f.body, "reason"));
    case fact_kind::state: return state_line(f);
    case fact_kind::undo_intent: return "putting back " + f.step;
    case fact_kind::undo_outcome:
      return with_reason(f.step + " put back: " + field(f.body, "status"), field(f.body, "why"));
    case fact_kind::skipped: return with_reason(f.step + " skipped", field(f.body, "why"));
    default: return {};
  }
}

std::string last_line(const shipflow::run_state& s) {
  const auto subject = s.what->name + " " + s.what->release.version + " to " + s.what->environment;
  if (!s.parked.empty()) return "parked: " + subject + ": " + s.parked + "; next: " + s.parked_command;
  if (s.phase == shipflow::phase::released) return with_reason("released: " + subject, s.reason);
  if (s.phase == shipflow::phase::rolled_back) return with_reason("rolled back: " + subject, s.reason);
  if (s.phase == shipflow::phase::cancelled) return with_reason("cancelled: " + subject, s.reason);
  if (is_terminal(s.phase)) return with_reason("failed: " + subject, s.reason);
  return shipflow::words_of_phase(name_of(s.phase)) + ": " + subject;
}

int exit_code(const shipflow::run_state& s) {
  if (s.parked.empty() && s.phase == shipflow::phase::released) return 0;
  return s.phase == shipflow::phase::rolled_back && s.parked.empty() ? 3 : 1;
}

}  // namespace program
