#include "plan/comparing.hpp"

#include <shipflow/condition.hpp>

#include <charconv>
#include <functional>

namespace shipflow::planning {
namespace {

constexpr duration shortest_past{1'800'000};

void each_atom(condition_node& n, const std::function<void(condition_atom&)>& visit) {
  if (n.logic == node_logic::atom) return visit(n.atom);
  for (auto& child : n.operands) each_atom(child, visit);
}

double share_of(const quantity& q) { return q.unit == quantity_unit::percent ? q.number / 100 : q.number; }

/// The conditions were checked before; one that does not parse has none of these atoms.
void each_worse(const std::string& text, const std::function<void(condition_atom&)>& visit) {
  auto c = parse_condition(text);
  if (!c) return;
  each_atom(c->root, [&](condition_atom& a) {
    if (a.kind == atom_kind::worse) visit(a);
  });
}

std::string with_alphas(const std::string& text, double factor) {
  auto c = parse_condition(text);
  if (!c) return text;
  bool changed = false;
  each_atom(c->root, [&](condition_atom& a) {
    if (a.kind != atom_kind::worse) return;
    a.share = {share_of(a.share) * factor * 100, quantity_unit::percent};
    changed = true;
  });
  return changed ? print(*c) : text;
}

/// A name that the language reads back as one.
std::string quoted(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

bool counts(const metric_definition& m) {
  if (!m.what) return m.series.size() > 1;
  const auto k = m.what->kind;
  return k == aggregate_kind::ratio || k == aggregate_kind::per_min || k == aggregate_kind::rate ||
         k == aggregate_kind::sum || m.series.size() > 1;
}

}  // namespace

bool compares_arms(const plan_guard& g) {
  bool found = false;
  for (const auto* text : {&g.alert, &g.normal}) {
    auto c = parse_condition(*text);
    if (!c) continue;
    each_atom(c->root, [&](condition_atom& a) {
      found = found || a.kind == atom_kind::worse || a.kind == atom_kind::no_worse;
    });
  }
  return found;
}

std::string silence_condition(const json::object& metrics, duration lasts) {
  const auto table = read_metrics(metrics);
  if (!table || table->empty()) return "";
  const auto& m = table->begin()->second;
  const auto series = quoted(m.series.back());
  const auto span = format_duration(lasts);
  auto absent = "absent(" + series + ", " + span + ") on canary";
  if (!counts(m)) return absent;
  const auto rate = "per_min(" + series + ") over " + span + " on ";
  return absent + " or " + rate + "canary == 0 and " + rate + "baseline > 0";
}

std::string calibration_trouble(const plan_guard& g) {
  if (g.calibrate < shortest_past) return "`calibrate` must be at least " + format_duration(shortest_past);
  const auto table = read_metrics(g.metrics);
  if (!table) return table.error().message;
  const auto is_ratio = [&](const aggregate& a) {
    if (a.kind != aggregate_kind::metric) return a.kind == aggregate_kind::ratio;
    const auto m = table->find(a.series.front());
    return m != table->end() && m->second.what && m->second.what->kind == aggregate_kind::ratio;
  };
  std::size_t fit = 0;
  std::string trouble;
  for (const auto* text : {&g.alert, &g.normal})
    each_worse(*text, [&](const condition_atom& a) {
      if (!is_ratio(a.what) || !(a.test.empty() || a.test == "count_ratio")) return;
      ++fit;
      if (a.span.count() != 0) trouble = "`calibrate` chooses the pace; leave out `every` in " + print(a);
    });
  return fit == 0 ? "`calibrate` needs a `worse` of a ratio, whose paces it chooses" : trouble;
}

void share_alpha(const std::string& alpha, std::vector<plan_guard>& guards) {
  double wanted = 0;
  std::from_chars(alpha.data(), alpha.data() + alpha.size(), wanted);
  double sum = 0;
  for (const auto& g : guards) each_worse(g.alert, [&](condition_atom& a) { sum += share_of(a.share); });
  if (sum <= 0 || wanted <= 0) return;
  for (auto& g : guards) g.alert = with_alphas(g.alert, wanted / 100 / sum);
}

}  // namespace shipflow::planning
