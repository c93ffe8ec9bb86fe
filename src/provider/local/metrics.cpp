#include "provider/local/ground.hpp"
#include "provider/local/health.hpp"
#include "provider/local/view.hpp"

#include <algorithm>

namespace shipflow::local {
namespace {

constexpr std::int64_t window = 1024;  // requests HAProxy averages over

struct scene {
  const metric_request& q;
  view now;
  counters counted;
  ledger book;
  [[nodiscard]] bool whole() const { return q.version.empty(); }
};

bool is_counter(std::string_view series) {
  return series == "http_all" || series == "http_5xx" || series == "http_4xx";
}
bool is_gauge(std::string_view series) { return series == "latency_ms" || series == "queue"; }

reading value(double number) { return {reading::state::value, number, {}}; }
reading missing(std::string why) { return {reading::state::missing, 0, std::move(why)}; }

double number_of(const totals& t, std::string_view series) {
  return static_cast<double>(series == "http_all" ? t.all : series == "http_5xx" ? t.c5xx : t.c4xx);
}

/// Of a version with the instances that run it, so that a test can learn how much they differ.
reading count(const scene& s, std::string_view series) {
  auto out = value(number_of(s.whole() ? s.counted.of_fleet() : s.counted.of(s.q.version), series));
  for (const auto& [id, server] : s.counted.servers)
    if (!s.whole() && server.version == s.q.version)
      out.instances.push_back({id, number_of(server.count, series)});
  return out;
}

/// Mean over the servers of the version, by how many requests stand behind each server's own mean.
reading latency(const scene& s) {
  if (s.whole())
    return s.now.fleet.all == 0 ? reading{reading::state::empty, 0, {}}
                                : value(static_cast<double>(s.now.response_ms));
  std::int64_t requests = 0, sum = 0;
  reading out = value(0);
  for (const auto& i : s.book.instances) {
    const auto* server = s.now.find(i.id);
    if (server == nullptr || i.version != s.q.version) continue;
    const auto weight = std::min(server->count.all, window);
    requests += weight;
    sum += weight * server->response_ms;
    if (weight > 0) out.instances.push_back({i.id, static_cast<double>(server->response_ms)});
  }
  if (requests == 0) return {reading::state::empty, 0, {}};
  out.number = static_cast<double>(sum) / static_cast<double>(requests);
  return out;
}

reading queue(const scene& s) {
  int queued = s.whole() ? s.now.queued : 0;
  for (const auto& i : s.book.instances)
    if (const auto* server = s.now.find(i.id); server != nullptr && (s.whole() || i.version == s.q.version))
      queued += server->queued;
  return value(queued);
}

reading read_one(const scene& s, const std::string& series, series_kind kind) {
  if (!is_counter(series) && !is_gauge(series))
    return missing("load_balancer has no series " + series +
                   ", known are http_all, http_5xx, http_4xx, latency_ms and queue");
  if (is_counter(series) != (kind == series_kind::counter))
    return {reading::state::invalid, 0, "counters and gauges cannot be asked for in one look"};
  if (!s.whole() && !s.counted.knows(s.q.version)) return missing("no instance of version " + s.q.version);
  if (is_counter(series)) return count(s, series);
  return series == "queue" ? queue(s) : latency(s);
}

metric_answer unavailable(std::string why) {
  metric_answer a;
  a.why = std::move(why);
  return a;
}

}  // namespace

metric_answer read_metrics(ground& on, const metric_request& q) {
  auto c = on.open(q.environment, q.component, nullptr, access::look);
  if (!c) return unavailable(c.error().message);
  if (!c->there) return unavailable("there is no component " + q.component);
  if (q.arm != "fleet" && q.version.empty()) return unavailable("arm " + q.arm + " needs a version");
  auto now = on.look(*c);
  if (!now) return unavailable(now.error().message);
  auto counted = on.count(*c, *now);

  const scene s{q, std::move(*now), std::move(counted), std::move(c->book)};
  metric_answer a;
  a.kind = !q.series.empty() && is_gauge(q.series.front()) ? series_kind::gauge : series_kind::counter;
  for (const auto& series : q.series) a.readings.push_back(read_one(s, series, a.kind));
  return a;
}

}  // namespace shipflow::local
