#include "flow.hpp"

#include "base/members.hpp"
#include "world/aws/cloudwatch.hpp"

#include <algorithm>

namespace tests {
namespace {

using namespace shipflow;
using stage = cloud::task::stage;

/// "app/shop/50dc" of a listener's ARN.
std::string balancer_of(const std::string& listener) {
  const auto at = listener.find(":listener/");
  const auto tail = at == std::string::npos ? listener : listener.substr(at + 10);
  return tail.substr(0, tail.rfind('/'));
}

std::string group_dimension(const std::string& arn) {
  const auto at = arn.find("targetgroup/");
  return at == std::string::npos ? arn : arn.substr(at);
}

std::map<std::string, int> weights_of(const json::object& forward) {
  std::map<std::string, int> out;
  for (const auto& g : members::list(members::object(forward, "ForwardConfig"), "TargetGroups")) {
    const auto& group = members::as_object(g);
    out[members::text(group, "TargetGroupArn")] = static_cast<int>(members::whole(group, "Weight", 1));
  }
  return out;
}

/// Smooth weighted round robin: each group gains its weight, the richest pays for all. Empty: all weights are 0.
std::string draw(std::map<std::string, int>& credit, const std::map<std::string, int>& weights) {
  int total = 0;
  std::string best;
  for (const auto& [group, weight] : weights) {
    if (weight == 0) continue;
    total += weight;
    credit[group] += weight;
    if (best.empty() || credit[group] > credit[best]) best = group;
  }
  if (!best.empty()) credit[best] -= total;
  return best;
}

std::string tag_of(const std::string& image) { return image.substr(image.rfind(':') + 1); }

}  // namespace

/// One running task: its server, and the connection that the balancer keeps to it.
struct flow::running {
  running(std::string body, bool bad)
      : said(std::move(body)),
        server([this, bad](const message& m) {
          if (!healthy) return response(503, "text/plain", "starting");
          if (bad && m.target.find("health") == std::string::npos)
            return response(500, "text/plain", "broken");
          return response(200, "application/json", said);
        }),
        line(server.port()) {}
  std::string said;
  std::atomic<bool> healthy{false};
  tiny_server server;
  tiny_client line;
};

flow::flow(aws_double& of) : double_(of) {}
flow::~flow() { listeners_.clear(); }

std::uint16_t flow::port(const std::string& listener) {
  const std::lock_guard guard(mutex_);
  auto& server = listeners_[listener];
  if (!server)
    server = std::make_unique<tiny_server>([this, listener](const message& m) { return pass(listener, m); });
  return server->port();
}

std::string flow::url(const std::string& listener) {
  return "http://127.0.0.1:" + std::to_string(port(listener));
}

std::map<std::string, int> flow::given() {
  const std::lock_guard guard(mutex_);
  return given_;
}

void flow::choose(way& out, const std::string& group, const cloud::ecs& services) {
  out.group = group;
  std::vector<const cloud::task*> all;
  bool any_healthy = false;
  for (const auto* s : services.in_target_group(group))
    for (const auto& t : services.tasks())
      if (t.service == s->name && t.cluster == s->cluster && t.at == stage::running) {
        all.push_back(&t);
        any_healthy = any_healthy || t.healthy;
      }
  if (any_healthy) std::erase_if(all, [](const auto* t) { return !t->healthy; });
  if (all.empty()) return;
  const auto& t = *all[turn_[group]++ % all.size()];
  out.status = 0;
  out.task = t.id;
  out.definition = t.definition;
  out.image = t.image;
  out.healthy = t.healthy;
}

flow::way flow::find(const std::string& listener, const message& m) {
  way out;
  double_.with<cloud::ecs, cloud::elb>([&](const auto& services, const auto& balancer, auto) {
    const auto path = m.target.substr(0, m.target.find('?'));
    for (const auto& a : balancer.actions_for(listener, m.header("host"), path)) {
      const auto& action = members::as_object(a);
      const auto type = members::text(action, "Type");
      if (type == "forward") choose(out, draw(credit_[listener], weights_of(action)), services);
      if (type != "fixed-response") continue;
      const auto& fixed = members::object(action, "FixedResponseConfig");
      out.status = static_cast<int>(members::whole(fixed, "StatusCode", 503));
      out.body = members::text(fixed, "MessageBody");
      if (const auto said = members::text(fixed, "ContentType"); !said.empty()) out.type = said;
    }
    std::erase_if(tasks_, [&](const auto& one) {
      return std::none_of(services.tasks().begin(), services.tasks().end(),
                          [&](const auto& t) { return t.id == one.first && t.at != stage::stopped; });
    });
  });
  return out;
}

tiny_client::answer flow::ask(const way& to, const message& m) {
  auto& slot = tasks_[to.task];
  if (!slot)
    slot = std::make_unique<running>(
        json::serialize(json::object{{"version", tag_of(to.image)}, {"task", to.task}}),
        to.image.ends_with(":bad"));
  slot->healthy = to.healthy;
  ++given_[to.definition];
  return slot->line.get(m.target);
}

void flow::count(const std::string& listener, const way& to, int status, double seconds) {
  const cloud::cloudwatch::dimensions whole{{"LoadBalancer", balancer_of(listener)}};
  auto part = whole;
  part["TargetGroup"] = group_dimension(to.group);
  double_.with<cloud::cloudwatch>([&](auto& metrics, auto now) {
    const auto put = [&](const char* metric, double value, bool of_group) {
      metrics.put("AWS/ApplicationELB", metric, whole, value, now);
      if (of_group) metrics.put("AWS/ApplicationELB", metric, part, value, now);
    };
    const auto digit = std::to_string(status / 100);
    if (to.task.empty()) {
      put(("HTTPCode_ELB_" + digit + "XX_Count").c_str(), 1, false);
      return;
    }
    put("RequestCount", 1, true);
    put("TargetResponseTime", seconds, true);
    for (const std::string each : {"2", "3", "4", "5"})
      put(("HTTPCode_Target_" + each + "XX_Count").c_str(), each == digit ? 1 : 0, true);
  });
}

std::string flow::pass(const std::string& listener, const message& m) {
  const std::lock_guard guard(mutex_);
  if (const auto told = m.header("x-now"); !told.empty()) double_.tell(from_ms(std::stoll(told)));
  const auto begun = std::chrono::steady_clock::now();
  auto to = find(listener, m);
  tiny_client::answer said{to.status, to.body};
  if (!to.task.empty()) {
    said = ask(to, m);
    to.type = "application/json";
  }
  if (said.status == 0) said = {502, "the target hung up"};
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  count(listener, to, said.status, took.count());
  return response(said.status, to.type, said.body);
}

}  // namespace tests
