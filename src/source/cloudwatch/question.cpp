#include "source/cloudwatch/question.hpp"

#include "http/client.hpp"
#include "http/fields.hpp"
#include "source/asker.hpp"
#include "source/placeholders.hpp"

#include <algorithm>
#include <array>

namespace shipflow::sources::cloudwatch {
namespace {

constexpr std::size_t most_series = 100;
constexpr std::size_t most_dimensions = 30;
constexpr duration usual_timeout{10'000};
constexpr std::array<const char*, 4> place_members{"load_balancer", "target_group", "cluster", "service"};

bool is_stat(const std::string& s) {
  return !s.empty() && s.size() <= 40 && std::all_of(s.begin(), s.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".:%()").find(c) != std::string_view::npos;
  });
}

wanted read_query(http::fields& in, const std::string& name, const json::value& written) {
  wanted w;
  const auto* o = written.if_object();
  if (o == nullptr) return in.wrong("queries", "must hold mappings"), w;
  http::fields one(*o, "queries." + name);
  w.space = one.text("namespace");
  w.metric = one.text("metric");
  w.stat = one.text("stat");
  w.unit = one.text("unit");
  for (const auto* member : {"namespace", "metric", "stat"})
    if (one.text(member).empty()) one.wrong(member, "is needed");
  if (!w.stat.empty() && !is_stat(w.stat))
    one.wrong("stat", "is Sum, SampleCount, Average, Minimum, Maximum, p95 and the like");
  if (const auto* dimensions = one.object("dimensions")) {
    if (dimensions->size() > most_dimensions) one.wrong("dimensions", "are more than 30");
    for (const auto& d : *dimensions) {
      if (!d.value().is_string())
        one.wrong("dimensions", "must map names to texts");
      else
        w.dimensions.emplace_back(d.key(), d.value().get_string());
    }
  }
  if (auto ok = one.finish(); !ok) in.wrong(ok.error());
  return w;
}

// The metric's own words go before those of its arm's, and these before the binding's.
place where_of(http::fields& in, const metric_request& q) {
  place where;
  for (const auto* member : place_members)
    if (const auto* bound = q.target.if_contains(member); bound != nullptr && bound->is_string())
      where[member] = *bound;
  for (const auto* member : place_members)
    if (const auto own = in.text(member); !own.empty()) where[member] = own;
  const auto* arms = in.object("arms");
  if (arms == nullptr) return where;
  for (const auto& arm : *arms) {
    const auto* o = arm.value().if_object();
    const std::string name(arm.key());
    if (o == nullptr || (name != "canary" && name != "baseline" && name != "fleet")) {
      in.wrong("arms", "must map canary, baseline or fleet to mappings");
      continue;
    }
    http::fields one(*o, "arms." + name);
    for (const auto* member : place_members) {
      const auto value = one.text(member);
      if (!value.empty() && name == q.arm) where[member] = value;
    }
    if (auto ok = one.finish(); !ok) in.wrong(ok.error());
  }
  return where;
}

std::optional<wanted> find_series(http::fields& in, const json::object* queries, const std::string& name,
                                  const place& where) {
  const auto* written = queries == nullptr ? nullptr : queries->if_contains(name);
  if (written != nullptr) return read_query(in, name, *written);
  auto known = named_series(name, where);
  if (!known) {
    in.wrong(make_error(errc::invalid_argument, known.error().message));
    return std::nullopt;
  }
  return *known;
}

void read_series(http::fields& in, const metric_request& q, question& to) {
  const auto where = where_of(in, q);
  const auto* queries = in.object("queries");
  if (q.series.size() > most_series) return in.wrong("series", "are more than 100");
  for (const auto& name : q.series)
    if (auto w = find_series(in, queries, name, where)) to.series.push_back(std::move(*w));
  const auto witness = in.text("witness");
  if (!witness.empty()) {
    to.witness = find_series(in, queries, witness, where);
    for (std::size_t i = 0; i < to.series.size(); ++i) to.series[i].witnessed = q.series[i] != witness;
  } else {
    const bool any =
        std::any_of(to.series.begin(), to.series.end(), [](const auto& w) { return w.witnessed; });
    if (any) to.witness = balancer_witness(where);
  }
  if (to.series.empty()) return;
  const bool counts = to.series.front().counts();
  to.kind = counts ? series_kind::delta : series_kind::gauge;
  for (const auto& w : to.series)
    if (w.counts() != counts)
      return in.wrong("queries", "mix counts (Sum, SampleCount) with gauges in one metric");
}

void check_period(http::fields& in, const question& ask) {
  const auto slot = (ask.until - ask.from).count();
  if (slot <= 0 || slot % 60'000 == 0) return;
  static constexpr std::array<std::int64_t, 5> fine{1'000, 5'000, 10'000, 20'000, 30'000};
  const bool own = std::none_of(ask.series.begin(), ask.series.end(),
                                [](const auto& w) { return w.space.starts_with("AWS/"); });
  if (own && std::find(fine.begin(), fine.end(), slot) != fine.end()) return;
  in.wrong(make_error(errc::invalid_argument, "CloudWatch counts per minute, slots of " +
                                                  format_duration(duration{slot}) +
                                                  " have no numbers; give the trigger `slot: 60s`"));
}

void check_texts(http::fields& in, const question& ask) {
  for (const auto& w : ask.series)
    for (const auto& [name, value] : w.dimensions)
      if (auto ok = check_placeholders(value); !ok) in.wrong(ok.error());
}

result<json::object> query_of(const wanted& w, const std::string& id, const question& ask,
                              const metric_request& q) {
  json::array dimensions;
  for (const auto& [name, value] : w.dimensions) {
    auto filled = fill(value, q);
    if (!filled) return filled.error();
    dimensions.push_back(json::object{{"Name", name}, {"Value", *filled}});
  }
  json::object metric{
      {"Namespace", w.space}, {"MetricName", w.metric}, {"Dimensions", std::move(dimensions)}};
  json::object stat{
      {"Metric", std::move(metric)}, {"Period", (ask.until - ask.from).count() / 1000}, {"Stat", w.stat}};
  if (!w.unit.empty()) stat["Unit"] = w.unit;
  return json::object{{"Id", id}, {"MetricStat", std::move(stat)}, {"ReturnData", true}};
}

}  // namespace

result<question> read_question(const metric_request& q) {
  question out;
  http::fields in(q.spec);
  leave_common(in);
  out.from = q.from;
  out.until = q.until;
  out.region = in.text("region");
  out.endpoint_url = in.text("endpoint_url");
  if (!out.endpoint_url.empty())
    if (auto ok = http::check_url(out.endpoint_url); !ok)
      in.wrong("endpoint_url", "cannot be used: " + ok.error().message);
  while (out.endpoint_url.ends_with('/')) out.endpoint_url.pop_back();
  out.timeout = in.time("timeout", usual_timeout);
  read_series(in, q, out);
  check_period(in, out);
  check_texts(in, out);
  if (auto ok = in.finish(); !ok) return ok.error();
  return out;
}

result<json::object> input_of(const question& ask, const metric_request& q) {
  json::array queries;
  for (std::size_t i = 0; i < ask.series.size(); ++i) {
    auto one = query_of(ask.series[i], "s" + std::to_string(i), ask, q);
    if (!one) return one;
    queries.push_back(std::move(*one));
  }
  if (ask.witness) {
    auto one = query_of(*ask.witness, "witness", ask, q);
    if (!one) return one;
    queries.push_back(std::move(*one));
  }
  return json::object{{"StartTime", to_ms(ask.from) / 1000},
                      {"EndTime", to_ms(ask.until) / 1000},
                      {"ScanBy", "TimestampAscending"},
                      {"MetricDataQueries", std::move(queries)}};
}

}  // namespace shipflow::sources::cloudwatch
