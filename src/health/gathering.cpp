#include "health/gathering.hpp"

#include "health/slot_parts.hpp"
#include "verdict/exact.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace shipflow::health {
namespace {

using verdict_room::exact_list;
using verdict_room::read_exact_list;

/// Middle of a bucket, at most the cap.
double middle_of(double lower, double upper, double cap) {
  return std::isinf(upper) ? cap : std::clamp((std::min(lower, upper) + upper) / 2, 0.0, cap);
}

void add_values(value_sums& to, const slot_sample& s, double cap) {
  double lower = 0;
  for (const auto& b : s.buckets) {
    const double v = middle_of(lower, b.upper, cap);
    to.count += b.count;
    to.sum += b.count * v;
    to.squares = to.squares.value_or(0) + b.count * v * v;
    lower = b.upper;
  }
}

const slot_instance* find(const std::vector<slot_instance>& all, const std::string& name) {
  const auto at = std::lower_bound(all.begin(), all.end(), name,
                                   [](const slot_instance& i, const std::string& n) { return i.name < n; });
  return at != all.end() && at->name == name ? &*at : nullptr;
}

/// A gauge has one reading a slot; a pair of counters is divided at the end.
void add_instances(std::map<std::string, tally>& to, const bound_number& n,
                   std::span<const slot_sample> inputs) {
  const auto& first = inputs[n.first];
  if (n.second == bound_number::none) {
    for (const auto& i : first.instances) {
      auto& t = to[i.name];
      t = {t.total + 1, t.bad + i.sum};
    }
    return;
  }
  for (const auto& i : inputs[n.second].instances) {
    const auto* bad = find(first.instances, i.name);
    auto& t = to[i.name];
    t = {t.total + i.sum, t.bad + (bad == nullptr ? 0 : bad->sum)};
  }
}

bool read_instances(const json::object& o, std::string_view key, std::map<std::string, tally>& out) {
  const auto* all = o.if_contains(key);
  if (all == nullptr || !all->is_object() || all->get_object().size() > most_instances) return false;
  for (const auto& item : all->get_object()) {
    std::array<double, 2> pair{};
    const auto& value = item.value();
    if (!read_exact_list(&value, pair)) return false;
    out[std::string(item.key())] = {pair[0], pair[1]};
  }
  return true;
}

json::object instances_json(const std::map<std::string, tally>& all) {
  json::object out;
  for (const auto& [name, t] : all) out[name] = json::array{exact(t.total), exact(t.bad)};
  return out;
}

}  // namespace

bool gathered_buckets::add(const slot_sample& c, const slot_sample& b) {
  for (const auto* s : {&c, &b}) {
    if (s->buckets.empty()) continue;  // no event in this slot
    std::vector<double> found;
    for (const auto& bucket : s->buckets) found.push_back(bucket.upper);
    if (edges.empty()) edges = found;
    if (edges != found) return false;
  }
  canary.resize(edges.size());
  baseline.resize(edges.size());
  for (std::size_t i = 0; i < c.buckets.size(); ++i) canary[i] += c.buckets[i].count;
  for (std::size_t i = 0; i < b.buckets.size(); ++i) baseline[i] += b.buckets[i].count;
  return true;
}

void gathered_values::add(const bound_number& n, const slot_sample& c, const slot_sample& b) {
  add_values(canary, c, *n.limit);
  add_values(baseline, b, *n.limit);
}

void gathered_peers::add(const bound_test& t, std::span<const slot_sample> inputs) {
  const auto& n = t.canary;
  const auto& total = n.second == bound_number::none ? inputs[n.first] : inputs[n.second];
  if (total.instances.empty()) {
    // A canary in one piece is one instance.
    auto& own = canary[""];
    own = {own.total + (n.second == bound_number::none ? 1 : total.sum), own.bad + inputs[n.first].sum};
  } else {
    add_instances(canary, n, inputs);
  }
  add_instances(baseline, t.baseline, inputs);
}

std::vector<double> numbers_of(const std::map<std::string, tally>& instances) {
  std::vector<double> out;
  for (const auto& [name, t] : instances)
    if (t.total > 0) out.push_back(t.bad / t.total);
  return out;
}

json::value to_json(const gathered_buckets& g) {
  return json::object{
      {"edges", exact_list(g.edges)}, {"canary", exact_list(g.canary)}, {"baseline", exact_list(g.baseline)}};
}

json::value to_json(const gathered_values& g) {
  const std::array<double, 6> all{g.canary.count,   g.canary.sum,   g.canary.squares.value_or(0),
                                  g.baseline.count, g.baseline.sum, g.baseline.squares.value_or(0)};
  return exact_list(all);
}

json::value to_json(const gathered_peers& g) {
  return json::object{{"canary", instances_json(g.canary)}, {"baseline", instances_json(g.baseline)}};
}

bool from_json(const json::value& v, gathered_buckets& out) {
  const auto* o = v.if_object();
  const auto* edges = o == nullptr ? nullptr : o->if_contains("edges");
  if (edges == nullptr || !edges->is_array() || edges->get_array().size() > most_buckets + 1) return false;
  for (const auto& e : edges->get_array()) {
    const auto number = exact_double(e);
    if (!number || std::isnan(*number)) return false;
    out.edges.push_back(*number);
  }
  out.canary.resize(out.edges.size());
  out.baseline.resize(out.edges.size());
  return read_exact_list(o->if_contains("canary"), out.canary) &&
         read_exact_list(o->if_contains("baseline"), out.baseline);
}

bool from_json(const json::value& v, gathered_values& out) {
  std::array<double, 6> all{};
  if (!read_exact_list(&v, all)) return false;
  out = {{all[0], all[1], all[2]}, {all[3], all[4], all[5]}};
  return true;
}

bool from_json(const json::value& v, gathered_peers& out) {
  const auto* o = v.if_object();
  return o != nullptr && read_instances(*o, "canary", out.canary) &&
         read_instances(*o, "baseline", out.baseline);
}

}  // namespace shipflow::health
