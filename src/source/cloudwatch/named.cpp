// Series that need no query of their own.
#include "source/cloudwatch/question.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace shipflow::sources::cloudwatch {
namespace {

enum class scope { target, balancer, service };

struct known {
  std::string_view name, metric, stat;
  scope of = scope::target;
  double factor = 1;
};

constexpr std::array<known, 18> all{{
    {"http_all", "RequestCount", "Sum"},
    {"http_2xx", "HTTPCode_Target_2XX_Count", "Sum"},
    {"http_3xx", "HTTPCode_Target_3XX_Count", "Sum"},
    {"http_4xx", "HTTPCode_Target_4XX_Count", "Sum"},
    {"http_5xx", "HTTPCode_Target_5XX_Count", "Sum"},
    {"balancer_5xx", "HTTPCode_ELB_5XX_Count", "Sum", scope::balancer},
    {"connection_errors", "TargetConnectionErrorCount", "Sum"},
    {"time_total", "TargetResponseTime", "Sum", scope::target, 1000},
    {"latency_mean", "TargetResponseTime", "Average", scope::target, 1000},
    {"latency_p50", "TargetResponseTime", "p50", scope::target, 1000},
    {"latency_p90", "TargetResponseTime", "p90", scope::target, 1000},
    {"latency_p95", "TargetResponseTime", "p95", scope::target, 1000},
    {"latency_p99", "TargetResponseTime", "p99", scope::target, 1000},
    {"healthy_hosts", "HealthyHostCount", "Minimum"},
    {"unhealthy_hosts", "UnHealthyHostCount", "Maximum"},
    {"cpu", "CPUUtilization", "Average", scope::service},
    {"memory", "MemoryUtilization", "Average", scope::service},
    {"cpu_max", "CPUUtilization", "Maximum", scope::service},
}};

std::string text(const place& where, std::string_view name) {
  const auto* v = where.if_contains(name);
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
}

// CloudWatch wants the tails; an ARN is cut, since that is what people have at hand.
std::string tail(const std::string& value, std::string_view begin) {
  const auto at = value.find(begin);
  return at == std::string::npos ? value : value.substr(at);
}

error lacks(std::string_view series, const char* member) {
  return make_error(errc::invalid_argument, "the series " + std::string(series) + " needs `" + member +
                                                "`, in the metric or in the component's binding");
}

result<wanted> of_balancer(const known& k, const place& where) {
  auto balancer = text(where, "load_balancer");
  if (balancer.empty()) return lacks(k.name, "load_balancer");
  if (const auto at = balancer.find("loadbalancer/"); at != std::string::npos) balancer.erase(0, at + 13);
  wanted w;
  w.space = "AWS/ApplicationELB";
  w.dimensions.emplace_back("LoadBalancer", balancer);
  const auto group = tail(text(where, "target_group"), "targetgroup/");
  const bool hosts = k.metric == "HealthyHostCount" || k.metric == "UnHealthyHostCount";
  if (hosts && group.empty()) return lacks(k.name, "target_group");
  if (k.of == scope::target && !group.empty()) w.dimensions.emplace_back("TargetGroup", group);
  w.witnessed = k.stat == "Sum" && !group.empty();
  return w;
}

result<wanted> of_service(const known& k, const place& where) {
  wanted w;
  w.space = "AWS/ECS";
  for (const auto& [member, dimension] :
       {std::pair{"cluster", "ClusterName"}, std::pair{"service", "ServiceName"}}) {
    const auto value = text(where, member);
    if (value.empty()) return lacks(k.name, member);
    w.dimensions.emplace_back(dimension, value);
  }
  return w;
}

}  // namespace

result<wanted> named_series(const std::string& name, const place& where) {
  const auto* k = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
  if (k == all.end()) {
    std::string names;
    for (const auto& one : all) names += (names.empty() ? "" : ", ") + std::string(one.name);
    return make_error(errc::not_found,
                      "the series " + name + " needs an entry in `queries`; known by name are " + names);
  }
  auto w = k->of == scope::service ? of_service(*k, where) : of_balancer(*k, where);
  if (!w) return w;
  w->metric = std::string(k->metric);
  w->stat = std::string(k->stat);
  w->factor = k->factor;
  return w;
}

std::optional<wanted> balancer_witness(const place& where) {
  auto w = named_series("healthy_hosts", where);
  return w ? std::optional(std::move(*w)) : std::nullopt;
}

}  // namespace shipflow::sources::cloudwatch
