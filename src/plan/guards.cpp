#include "plan/guards.hpp"

#include "plan/comparing.hpp"
#include "plan/hint.hpp"
#include "plan/metrics.hpp"
#include "plan/probes.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace shipflow::planning {
namespace {

bool is_severity(std::string_view text) {
  return text.size() == 4 && text.starts_with("SEV") && text[3] >= '1' && text[3] <= '9';
}

class guard_builder {
 public:
  guard_builder(const surroundings& all, links& edges, const std::vector<step_index>& placed, plan& to)
      : all_(all),
        edges_(edges),
        placed_(placed),
        to_(to),
        metrics_(all),
        traffic_before_(traffic_before(to)) {}

  void build(const guard_wish& wish) {
    const renderer read(all_.words, wish.each ? &*wish.each : nullptr, all_.out);
    const auto* abort = wish.at->find("abort");
    const auto* pause = wish.at->find("pause");
    const auto* promote = wish.at->find("promote");
    if (abort == nullptr && pause == nullptr && promote == nullptr)
      return read.error(*wish.at,
                        "a guard needs `abort`, `pause` or `promote`, names of triggers and probes");
    const auto common = wish.during ? during(wish) : from_traffic(wish, read);
    if (!common) return;
    pace_.reset();
    if (const auto* every = wish.at->find("every")) pace_ = read.time(*every);
    if (abort != nullptr) add(wish, read, *abort, *common, reaction::of_severity);
    if (pause != nullptr) add(wish, read, *pause, *common, reaction::hold_promotion);
    if (promote != nullptr) add_gates(wish, read, *promote, *common);
  }

 private:
  enum class reaction { of_severity, hold_promotion };

  [[nodiscard]] const expansion& part_of(const guard_wish& wish) const {
    return all_.to.groups[wish.group].expansions[wish.expansion];
  }

  // As long as a phase of the watch lasts.
  [[nodiscard]] std::optional<plan_guard> during(const guard_wish& wish) const {
    plan_guard common;
    common.from = placed_[*wish.during];
    common.until = common.from;
    return common;
  }

  std::optional<plan_guard> from_traffic(const guard_wish& wish, const renderer& read) {
    const auto from = start_of(wish);
    if (!from) {
      read.error(*wish.at, "there is no traffic to guard: no step up to here lets any through");
      return std::nullopt;
    }
    plan_guard common;
    common.from = *from;
    common.component = to_.steps[*from].component;
    if (const auto* until = wish.at->find("until")) common.until = end_of(read, *until, common.from);
    return common;
  }

  void add_gates(const guard_wish& wish, const renderer& read, const node& names, plan_guard common) {
    const auto& gate = part_of(wish).gate;
    if (!gate) return read.error(names, "`promote` needs a `bake` that it can hold up");
    common.holds = placed_[*gate];
    common.until = common.holds;
    if (const auto* n = wish.at->find("within")) common.patience = read.time(*n).value_or(duration{0});
    if (const auto* n = wish.at->find("inconclusive")) common.inconclusive = read.text(*n).value_or("hold");
    add(wish, read, names, common, reaction::hold_promotion);
  }

  void add(const guard_wish& wish, const renderer& read, const node& names, const plan_guard& common,
           reaction what) {
    for (const auto& name : read.texts(names)) {
      if (!seen_.emplace(wish.group, wish.during, name).second) continue;
      auto guard = common;
      guard.id = id_of(wish, name);
      if (!read_guard(name, names, guard)) continue;
      // After the switch nobody is left to be compared with.
      const auto& all_traffic = part_of(wish).all_traffic;
      const bool compares = compares_arms(guard);
      if (compares && !guard.until && all_traffic && placed_[*all_traffic] > guard.from)
        guard.until = placed_[*all_traffic];
      const auto silent = silence_of(name, guard, compares);
      if (what == reaction::hold_promotion && !hold_only(guard, names)) continue;
      to_.guards.push_back(std::move(guard));
      if (silent) to_.guards.push_back(*silent);
    }
  }

  std::string id_of(const guard_wish& wish, const std::string& name) {
    if (wish.during) return name + "@" + to_.steps[placed_[*wish.during]].id;
    return ids_.insert(name).second ? name : name + "@" + all_.to.groups[wish.group].source->id;
  }

  /// A guard for the silence of the new version, when the trigger asks for one or compares arms.
  std::optional<plan_guard> silence_of(const std::string& name, const plan_guard& of, bool compares) {
    const auto* trigger = all_.where.triggers.find(name);
    if (trigger == nullptr) return std::nullopt;
    const renderer read(all_.words, nullptr, all_.out);
    const auto* written = trigger->find("silence");
    if (written == nullptr && !compares) return std::nullopt;
    const auto lasts = written == nullptr ? usual_silence : read.time(*written).value_or(duration{0});
    if (lasts.count() == 0 || of.slot.count() <= 0) return std::nullopt;
    auto silent = of;
    silent.id += "-silent";
    silent.normal.clear();
    silent.holds.reset();
    silent.patience = duration{0};
    silent.calibrate = duration{0};
    silent.alert = silence_condition(of.metrics, (lasts + of.slot - duration{1}) / of.slot * of.slot);
    return silent;
  }

  // A guard without an alert never reacts; what is not normal still holds promotion up.
  bool hold_only(plan_guard& guard, const node& at) const {
    if (!guard.normal.empty()) {
      guard.alert.clear();
      return true;
    }
    all_.out.error(at.place, at.pointer,
                   "`" + guard.id + (guard.holds ? "` cannot promote" : "` cannot pause") +
                       ": only a trigger with `normal` says when to go on");
    return false;
  }

  // The step's own first traffic, else its own call, else the last traffic that came before it.
  std::optional<step_index> start_of(const guard_wish& wish) const {
    const auto& e = all_.to.groups[wish.group].expansions[wish.expansion];
    if (e.traffic) return placed_[*e.traffic];
    const auto own = placed_[e.members.front()];
    if (to_.steps[own].kind == step_kind::action) return own;
    return traffic_before_[own];
  }

  // For every step the last traffic before it; needs point backwards, so one pass is enough.
  static std::vector<std::optional<step_index>> traffic_before(const plan& p) {
    std::vector<std::optional<step_index>> last(p.steps.size());
    for (std::size_t i = 0; i < p.steps.size(); ++i)
      for (const auto need : p.steps[i].needs)
        last[i] = std::max(last[i], p.steps[need].first_traffic ? std::optional(need) : last[need]);
    return last;
  }

  std::optional<step_index> end_of(const renderer& read, const node& until, step_index from) {
    const auto name = read.text(until);
    if (!name) return std::nullopt;
    std::optional<step_index> last;
    for (const auto end : edges_.ends_of(*name, until)) last = std::max(last.value_or(0), placed_[end]);
    if (last && *last <= from)
      read.error(until, "the guard would end before it begins, at `" + to_.steps[from].id + "`");
    return last;
  }

  bool read_guard(const std::string& name, const node& at, plan_guard& to) {
    const auto* trigger = all_.where.triggers.find(name);
    const auto* probe = all_.where.probes.find(name);
    if (trigger != nullptr && probe != nullptr) {
      all_.out.error(at.place, at.pointer,
                     "`" + name + "` is a trigger and a probe of environment `" + all_.where.name +
                         "`; give one of them another name");
      return false;
    }
    if (refused_.contains(name)) return false;
    bool good = false;
    if (trigger != nullptr) good = read_trigger(name, *trigger, to);
    if (probe != nullptr) good = read_probe_guard(name, at, to);
    if (trigger != nullptr || probe != nullptr) {
      if (!good) refused_.insert(name);
      return good;
    }
    all_.out.error(at.place, at.pointer,
                   "environment `" + all_.where.name + "` has no trigger or probe `" + name + "`" +
                       hint(all_.out, name, all_.where.triggers.fields, all_.where.probes.fields));
    return false;
  }

  bool read_probe_guard(const std::string& name, const node& at, plan_guard& to) {
    auto settings = read_probe(all_, name, at);
    if (!settings) return false;
    const auto& written = *all_.where.probes.find(name);
    to.probe = name;
    to.probe_kind = settings->kind;
    to.probe_spec = std::move(settings->spec);
    to.every = pace_.value_or(settings->every);
    to.timeout = settings->timeout;
    to.rise = settings->rise;
    to.fall = settings->fall;
    to.severity = settings->severity;
    if (!settings->component.empty()) to.component = settings->component;
    to.target = target_of(to.component);
    return check_severity(to.severity, written);
  }

  bool read_trigger(const std::string& name, const node& written, plan_guard& to) {
    const renderer read(all_.words, nullptr, all_.out);
    to.severity = "SEV1";
    if (const auto* n = written.find("severity")) to.severity = read.text(*n).value_or("");
    if (const auto* n = written.find("slot")) to.slot = read.time(*n).value_or(to.slot);
    to.slot = pace_.value_or(to.slot);
    to.attributable_only = attributable_only(read);
    if (const auto* n = written.find("attributable_only"))
      to.attributable_only = read.truth(*n).value_or(false);
    std::set<std::string> used;
    bool good = read_condition(read, written.find("normal"), to.slot, to.normal, used);
    good = read_condition(read, written.find("alert"), to.slot, to.alert, used) && good;
    if (to.normal.empty() && to.alert.empty() && good) {
      read.error(written, "trigger `" + name + "` needs `alert` or `normal`");
      good = false;
    }
    std::string component;
    for (const auto& metric : used) {
      const auto& definition = metrics_.table().at(metric);
      to.metrics[metric] = definition.spec;
      if (component.empty()) component = definition.component;
    }
    if (const auto* n = written.find("component")) component = read.text(*n).value_or(component);
    if (!component.empty()) to.component = component;
    for (const auto& metric : used) metrics_.check_source(metric, to.component, to.slot);
    to.target = target_of(to.component);
    return read_calibration(read, written, to) && check_severity(to.severity, written) && good;
  }

  bool read_calibration(const renderer& read, const node& written, plan_guard& to) const {
    const auto* n = written.find("calibrate");
    if (n == nullptr) return true;
    to.calibrate = read.time(*n).value_or(duration{0});
    const auto trouble = calibration_trouble(to);
    if (!trouble.empty()) read.error(*n, trouble);
    return trouble.empty();
  }

  bool read_condition(const renderer& read, const node* n, duration slot, std::string& to,
                      std::set<std::string>& used) {
    if (n == nullptr) return true;
    const auto text = read.text(*n);
    if (!text) return false;
    const auto parsed = parse_condition(*text);
    if (!parsed) {
      read.error(*n, "condition: " + parsed.error().text());
      return false;
    }
    if (const auto checked = check_condition(*parsed, metrics_.table(), slot); !checked) {
      read.error(*n, checked.error().message);
      return false;
    }
    for (const auto& metric : metrics_needed(*parsed, metrics_.table())) used.insert(metric);
    to = *text;
    return true;
  }

  // The plan's policy holds for triggers that say nothing themselves.
  [[nodiscard]] bool attributable_only(const renderer& read) const {
    const auto* n = all_.document.rollback.find("attributable_only");
    return n != nullptr && read.truth(*n).value_or(false);
  }

  [[nodiscard]] bool check_severity(const std::string& severity, const node& at) const {
    if (is_severity(severity)) return true;
    all_.out.error(at.place, at.pointer, "severity `" + severity + "` must be SEV1, SEV2, SEV3 and so on");
    return false;
  }

  [[nodiscard]] json::object target_of(const std::string& component) const {
    return component.empty() ? json::object{} : all_.bound.target_of(component);
  }

  const surroundings& all_;
  links& edges_;
  const std::vector<step_index>& placed_;
  plan& to_;
  metric_shelf metrics_;
  std::vector<std::optional<step_index>> traffic_before_;
  std::optional<duration> pace_;  ///< of the phase, in place of the trigger's or probe's own
  std::set<std::tuple<std::size_t, std::optional<draft_index>, std::string>> seen_;
  std::set<std::string> ids_;
  std::set<std::string> refused_;  ///< whose trouble was reported
};

}  // namespace

void build_guards(const surroundings& all, links& edges, const std::vector<step_index>& placed, plan& to) {
  guard_builder guards(all, edges, placed, to);
  for (const auto& wish : all.to.guards) guards.build(wish);
  if (const auto* n = all.document.rollback.find("alpha")) {
    const renderer read(all.words, nullptr, all.out);
    if (const auto text = read.text(*n)) share_alpha(*text, to.guards);
  }
}

}  // namespace shipflow::planning
