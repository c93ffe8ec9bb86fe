// Rules on past releases: the same fold as in a run, the truth beside it.
#include "backtest/tape.hpp"
#include "decision/replay.hpp"

#include <algorithm>
#include <cmath>

namespace shipflow {
inline namespace v1 {
namespace {

using namespace backtest_room;
using decision_room::replayed;

/// What the rule said after the first traffic.
struct course {
  std::optional<time_point> alert;
  std::string reason;
  std::optional<time_point> passing;  ///< since when it passes without a break
  std::size_t slots = 0;
  std::size_t undecided = 0;
};

result<course> follow(const guard_decisions& g, const std::shared_ptr<const health::trigger>& t) {
  course out;
  const auto done = decision_room::replay_trigger(
      g, t,
      [&](const replayed& r) {
        if (!r.armed) return;
        ++out.slots;
        if (r.level == "insufficient" || r.level == "unavailable") ++out.undecided;
        if (r.level != "pass")
          out.passing.reset();
        else if (!out.passing)
          out.passing = r.at;
        if (r.level != "alert" || out.alert) return;
        out.alert = r.at;
        out.reason = health::describe(*t, *r.verdict);
      },
      decision_room::digests::none);
  if (!done) return done.error();
  return out;
}

// An alert is right on a bad release once it is bad; a gate is right to pass a good one.
void judge(rule_outcome& o, bool aborts, const past_release& r, time_point begins) {
  const auto since = r.truth == release_truth::bad ? std::max(r.bad_since.value_or(begins), begins) : begins;
  if (o.decided) o.took = std::max(duration{0}, std::chrono::duration_cast<duration>(*o.decided - since));
  if (r.truth == release_truth::unknown) return;
  const bool wanted = (r.truth == release_truth::bad) == aborts;
  o.wrong = wanted != o.decided.has_value() || (aborts && o.decided && *o.decided < since);
}

// The alert ends the release: what comes after would not have been seen.
void mark_decision(rule_outcome& o, bool aborts) {
  made_decision d;
  d.at = *o.decided;
  d.level = aborts ? "alert" : "pass";
  d.reason = o.reason;
  o.evidence.decisions = {std::move(d)};
}

result<rule_outcome> try_rule(const decision_rule& rule, const std::shared_ptr<const health::trigger>& t,
                              const past_release& r) {
  rule_outcome o;
  o.release = r.name;
  o.truth = r.truth;
  auto cut_up = cut(r, *t);
  o.skipped = cut_up.skipped;
  if (!o.skipped.empty()) return o;
  guard_decisions g;
  g.rule = rule;
  g.begin = cut_up.begin;
  g.slots = std::move(cut_up.rows);
  const auto seen = follow(g, t);
  if (!seen) return seen.error();
  const bool aborts = !rule.alert.empty();
  o.slots = seen->slots;
  o.undecided = seen->undecided;
  o.decided = aborts ? seen->alert : seen->passing;
  o.reason = seen->reason;
  judge(o, aborts, r, health::slot_begin(cut_up.begin, t->slot()));
  decision_record one;
  one.guards.push_back(std::move(g));
  auto evidence = evidence_of(one);
  if (!evidence) return evidence.error();
  o.evidence = std::move(evidence->front());
  if (o.decided) mark_decision(o, aborts);
  return o;
}

void count(rule_report& to, const rule_outcome& o, std::vector<duration>& times) {
  if (!o.skipped.empty()) {
    ++to.skipped;
    return;
  }
  if (o.truth == release_truth::unknown) ++to.unlabelled;
  if (o.truth == release_truth::good) ++to.good;
  if (o.truth == release_truth::bad) ++to.bad;
  // An abort of a bad release before it was bad is as false as one of a good release.
  const bool alarm = to.aborts ? o.decided.has_value() : !o.decided.has_value();
  if (o.wrong) ++(alarm ? to.false_aborts : to.missed);
  const bool right = o.truth != release_truth::unknown && !o.wrong && o.decided;
  if (right) times.push_back(o.took);
}

void sum_up(rule_report& to, std::vector<duration> times) {
  if (times.empty()) return;
  std::sort(times.begin(), times.end());
  to.median = times[(times.size() - 1) / 2];
  to.longest = times.back();
}

}  // namespace

std::vector<decision_rule> trigger_rules(const plan& p) {
  std::vector<decision_rule> out;
  for (const auto& g : p.guards)
    if (g.probe.empty()) out.push_back(rule_of(g));
  return out;
}

result<backtest_report> backtest(const std::vector<decision_rule>& rules,
                                 const std::vector<past_release>& past, const backtest_options& options) {
  backtest_report out;
  for (auto rule : rules) {
    if (options.slot.count() > 0) rule.slot = options.slot;
    const auto t = decision_room::trigger_of(rule);
    if (!t) return t.error();
    rule_report report;
    report.rule = rule;
    report.aborts = !rule.alert.empty();
    std::vector<duration> times;
    for (const auto& r : past) {
      auto o = try_rule(rule, *t, r);
      if (!o) return o.error();
      count(report, *o, times);
      report.outcomes.push_back(std::move(*o));
    }
    sum_up(report, std::move(times));
    out.rules.push_back(std::move(report));
  }
  return out;
}

json::object to_json(const backtest_report& r) {
  json::array rules;
  for (const auto& rule : r.rules) {
    json::array outcomes;
    for (const auto& o : rule.outcomes) {
      json::object item{{"release", o.release},   {"truth", std::string(name_of(o.truth))},
                        {"took", o.took.count()}, {"wrong", o.wrong},
                        {"slots", o.slots},       {"undecided", o.undecided}};
      if (!o.skipped.empty()) item["skipped"] = o.skipped;
      if (o.decided) item["decided"] = to_ms(*o.decided);
      if (!o.reason.empty()) item["reason"] = o.reason;
      outcomes.push_back(std::move(item));
    }
    json::object item{{"rule", to_json(rule.rule)},
                      {"aborts", rule.aborts},
                      {"good", rule.good},
                      {"bad", rule.bad},
                      {"unlabelled", rule.unlabelled},
                      {"skipped", rule.skipped},
                      {"false_aborts", rule.false_aborts},
                      {"missed", rule.missed},
                      {"outcomes", std::move(outcomes)}};
    if (rule.median) item["median"] = rule.median->count();
    if (rule.longest) item["longest"] = rule.longest->count();
    rules.push_back(std::move(item));
  }
  return {{"rules", std::move(rules)}};
}

}  // namespace v1
}  // namespace shipflow
