#include "watch_picture.hpp"

#include "terminal.hpp"
#include "text.hpp"

#include <shipflow/release_report.hpp>

#include <algorithm>
#include <optional>

namespace program {
namespace {

namespace json = shipflow::json;
using shipflow::duration;
using shipflow::plan_step;
using shipflow::step_kind;
using shipflow::step_state;
using shipflow::step_status;
using shipflow::time_point;

// Whole seconds: nobody reads milliseconds that change all the while.
std::string span(duration d) {
  const auto whole = duration{std::max<std::int64_t>(d.count(), 0) / 1000 * 1000};
  return shipflow::format_duration(whole);
}

std::string bar(int percent) {
  const auto filled = static_cast<std::size_t>(std::clamp(percent, 0, 100)) / 5;
  return "[" + std::string(filled, '#') + std::string(20 - filled, '.') + "]";
}

// {"errors": 0.1} as "errors 0.1".
std::string figures(const json::object& numbers) {
  std::string out;
  for (const auto& [name, value] : numbers)
    out += (out.empty() ? "" : ", ") + std::string(name) + " " +
           (value.is_string() ? std::string(value.get_string()) : json::serialize(value));
  return out;
}

const json::object* member(const json::object& o, const char* group, const std::string& id) {
  const auto* all = o.if_contains(group);
  const auto* one = all != nullptr && all->is_object() ? all->get_object().if_contains(id) : nullptr;
  return one != nullptr && one->is_object() ? &one->get_object() : nullptr;
}

class picture {
 public:
  picture(const shipflow::run_state& s, const watched& seen, time_point now, std::size_t columns)
      : s_(s), seen_(seen), now_(now), columns_(columns) {}

  std::vector<std::string> draw() {
    head();
    steps();
    weights();
    for (std::size_t g = 0; g < s_.guards.size(); ++g) guard(g);
    for (const auto& [id, q] : s_.questions) question(q);
    tasks();
    return std::move(lines_);
  }

 private:
  void line(const std::string& words) { lines_.push_back(fitted(plain(words), columns_)); }

  void head() {
    const auto& p = *s_.what;
    line(p.name + " " + p.release.version + " to " + p.environment + ": " +
         shipflow::words_of_phase(name_of(s_.phase)) + (s_.paused ? ", paused" : "") + ", for " +
         span((over() ? s_.finished : now_) - s_.created) +
         (over() || least_left(s_, now_).count() == 0
              ? ""
              : ", at least " + span(least_left(s_, now_)) + " left"));
    if (!s_.held.empty()) line("  waits: " + s_.held);
    if (!s_.parked.empty()) line("  parked: " + s_.parked + "; next: " + s_.parked_command);
    if (!s_.reason.empty()) line("  " + s_.reason);
  }

  [[nodiscard]] bool over() const { return is_terminal(s_.phase); }

  void steps() {
    std::size_t waiting = 0;
    for (std::size_t i = 0; i < s_.steps.size(); ++i) {
      const auto status = s_.steps[i].status;
      const bool idle =
          status == step_status::waiting || status == step_status::abandoned ||
          (status == step_status::skipped && s_.what->steps[i].on_call && s_.steps[i].attempt == 0);
      if (idle)
        ++waiting;
      else
        step(s_.what->steps[i], s_.steps[i]);
    }
    if (waiting > 0) line("  . " + std::to_string(waiting) + " to come");
  }

  void step(const plan_step& planned, const step_state& st) {
    const char* mark = st.status == step_status::done      ? "+"
                       : st.status == step_status::failed  ? "!"
                       : st.status == step_status::skipped ? "-"
                                                           : ">";
    auto words = std::string("  ") + mark + " " + planned.id + "  ";
    if (st.status == step_status::done) return line(words + span(st.ended - st.began));
    words += st.status == step_status::asking ? "waits for " + people_of(planned)
                                              : std::string(name_of(st.status));
    if (const auto* told = member(seen_.live, "steps", planned.id)) {
      const auto* percent = told->if_contains("percent");
      if (percent != nullptr && percent->is_int64() && percent->get_int64() >= 0)
        words += " " + bar(static_cast<int>(percent->get_int64()));
      words += " " + field(*told, "text");
    }
    line(words + waits_for(planned, st) + (st.why.empty() ? "" : ": " + st.why));
    if (st.status == step_status::asking) asked(planned, st);
  }

  // Whose word and which items are still missing.
  void asked(const plan_step& planned, const step_state& st) {
    for (const auto& [role, people] : st.votes) {
      std::string who;
      for (const auto& p : people) who += " " + p;
      line("      " + role + ": " + std::to_string(people.size()) + " of " + std::to_string(planned.quorum) +
           "," + who);
    }
    for (std::size_t i = 0; i < planned.items.size(); ++i)
      if (!st.ticked.contains(planned.items[i]))
        line("      [ ] " + planned.items[i] + "  " + planned.item_texts[i]);
  }

  static std::string people_of(const plan_step& planned) {
    std::string out;
    for (const auto& role : planned.roles) out += (out.empty() ? "" : ", ") + role;
    return out.empty() ? "people" : out;
  }

  std::string waits_for(const plan_step& planned, const step_state& st) const {
    std::string out;
    if (st.status == step_status::asking && planned.kind == step_kind::checklist)
      out =
          ", " + std::to_string(st.ticked.size()) + " of " + std::to_string(planned.items.size()) + " ticked";
    if (st.status == step_status::timing && planned.lasts.count() > 0 && st.due != time_point{}) {
      const auto gone = now_ - st.began;
      out += " " +
             bar(static_cast<int>(std::min<std::int64_t>(100, gone.count() * 100 / planned.lasts.count())));
    }
    if (st.due != time_point{} && st.due > now_) out += ", " + span(st.due - now_) + " left";
    return out;
  }

  void weights() {
    for (const auto& [component, percent] : seen_.weights)
      line("  traffic " + bar(percent) + " " + std::to_string(percent) + " % " +
           (component.empty() ? "" : "of " + component + " ") + "on " + s_.what->release.version);
  }

  void guard(std::size_t g) {
    const auto& planned = s_.what->guards[g];
    auto level = std::string(name_of(s_.guards[g].level));
    auto reason = s_.guards[g].reason;
    std::string numbers;
    if (const auto* told = member(seen_.live, "guards", planned.id)) {
      level = field(*told, "level");
      reason = field(*told, "reason");
      if (const auto* n = told->if_contains("numbers");
          n != nullptr && n->is_object() && !n->get_object().empty())
        numbers = " (" + figures(n->get_object()) + ")";
    }
    if (level == "none") return;
    line("  guard " + planned.id + "  " + level + (reason.empty() ? "" : ": " + reason) + numbers);
  }

  void question(const shipflow::question& q) {
    line("  asks " + q.id + ": " + q.text +
         (q.due > now_ ? ", " + span(q.due - now_) + " left, then " + q.then : ""));
  }

  void tasks() {
    if (s_.released_at == time_point{}) return;
    for (const auto& t : s_.what->tasks) {
      if (s_.tasks.contains(t.id)) continue;
      const auto due = s_.released_at + t.within;
      const auto when = t.within.count() == 0 ? std::string{}
                        : due < now_          ? ", overdue by " + span(now_ - due)
                                              : ", due in " + span(due - now_);
      line("  task " + t.id + ": " + t.text + when);
    }
  }

  const shipflow::run_state& s_;
  const watched& seen_;
  time_point now_;
  std::size_t columns_;
  std::vector<std::string> lines_;
};

}  // namespace

void note_weight(watched& to, const shipflow::run_state& s, const shipflow::fact& f) {
  const auto index = s.what == nullptr ? std::nullopt : s.what->find(f.step);
  if (!index) return;
  const auto& component = s.what->steps[*index].component;
  if (f.kind == shipflow::fact_kind::intent) {
    const auto* inputs = f.body.if_contains("inputs");
    const auto* weight =
        inputs != nullptr && inputs->is_object() ? inputs->get_object().if_contains("weight") : nullptr;
    if (weight != nullptr && weight->is_int64())
      to.weights[component] = static_cast<int>(std::clamp<std::int64_t>(weight->get_int64(), 0, 100));
  }
  // Traffic goes back first, and with the first of its steps all of it.
  if (f.kind == shipflow::fact_kind::undo_outcome && field(f.body, "status") == "done" &&
      s.what->steps[*index].inputs.contains("weight"))
    to.weights[component] = 0;
}

duration least_left(const shipflow::run_state& s, time_point now) {
  if (s.phase > shipflow::phase::watching) return duration{0};
  std::vector<duration> until(s.steps.size(), duration{0});
  duration longest{0};
  for (std::size_t i = 0; i < s.steps.size(); ++i) {
    const auto& planned = s.what->steps[i];
    const auto& st = s.steps[i];
    if (is_over(st.status)) continue;
    for (const auto need : planned.needs) until[i] = std::max(until[i], until[need]);
    const bool passes = planned.kind == step_kind::wait || planned.kind == step_kind::watch;
    if (passes)
      until[i] += st.status == step_status::timing ? std::max(st.due - now, duration{0}) : planned.lasts;
    longest = std::max(longest, until[i]);
  }
  return longest;
}

std::vector<std::string> picture_of(const shipflow::run_state& s, const watched& seen, time_point now,
                                    std::size_t columns) {
  return picture(s, seen, now, columns).draw();
}

}  // namespace program
