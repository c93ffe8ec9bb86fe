#include "voyage.hpp"

#include "base/members.hpp"
#include "world/aws/cloudwatch.hpp"

#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>

namespace tests {
namespace {

using namespace shipflow;

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

/// Every minute of some hours, so that triggers of the host's own numbers have something to look at.
void put_numbers(cloud::cloudwatch& metrics, time_point from) {
  const cloud::cloudwatch::dimensions cluster{{"ClusterName", "shopflow-production"}};
  for (auto at = from - std::chrono::minutes(5); at < from + std::chrono::hours(5);
       at += std::chrono::minutes(1)) {
    for (const auto* used : {"CpuUtilized", "MemoryUtilized"})
      metrics.put("ECS/ContainerInsights", used, cluster, 20, at);
    for (const auto* all : {"CpuReserved", "MemoryReserved"})
      metrics.put("ECS/ContainerInsights", all, cluster, 100, at);
    for (const auto* orders : {"OrdersPlaced", "OrdersTried"}) metrics.put("ShopFlow", orders, {}, 50, at);
    metrics.put("Sample", "DatabaseErrors", {}, 0, at);
    metrics.put("Sample", "PaymentsFailed", {}, 0, at);
    for (const auto* all : {"Orders", "Payments"}) metrics.put("Sample", all, {}, 30, at);
  }
}

}  // namespace

const process& shopflow_process() {
  static const process p{
      "examples/processes",   "shopflow", "shopflow", shopflow_listener, "https://www.shopflow.io",
      {"shopflow-production"}};
  return p;
}
const process& sample_process() {
  static const process p{"examples/processes",  "sample-ecommerce",
                         "sample-ecommerce",    sample_listener,
                         "https://example.com", {"production-blue", "production-green"}};
  return p;
}
const process& closed_process() {
  static const process p{
      "tests/production/closed", "closed", "shopflow", shopflow_listener, "https://www.shopflow.io",
      {"shopflow-production"}};
  return p;
}

voyage::voyage(const process& what, std::string bake, std::string watch)
    : cloud(with_versions(), 0),
      requests(cloud),
      what_(what),
      bake_(std::move(bake)),
      watch_(std::move(watch)) {
  if (!put_up(cloud, what.shop)) throw std::logic_error("no shop is called " + what.shop);
  cloud.with<cloud::cloudwatch>([](auto& metrics, auto now) { put_numbers(metrics, now); });
  const std::filesystem::path sources = SHIPFLOW_SOURCE_DIR;
  const auto from = sources / what.folder;
  place_.write("holidays.ics", content_of(sources / "examples/processes/holidays.ics"));
  // The page behind TLS and its certificate are looked at elsewhere.
  place_.write("plan.yaml", replaced(content_of(from / (what.name + ".yaml")), ", certificate: 14d", ""));
  place_.write("environments.yaml", replaced(content_of(from / (what.name + "-environments.yaml")), what.url,
                                             requests.url(what.listener)));
  cloud.on_call([this](const std::string& operation, int) { return next(operation); });
}

voyage::~voyage() {
  if (child_ > 0) {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
}

std::string voyage::document(const std::string& name) const { return (place_.path / name).string(); }

void voyage::kill_at(int call, bool after) {
  kill_at_ = call;
  after_ = after;
}

mishap voyage::next(const std::string& operation) {
  if (operation == "GetMetricData") return mishap::none;
  seen_.push_back(operation);
  if (static_cast<int>(seen_.size()) != kill_at_ || child_ <= 0) return mishap::none;
  ::kill(child_, SIGKILL);
  return after_ ? mishap::drops_after : mishap::drops_before;
}

std::vector<std::string> voyage::calls() {
  std::vector<std::string> out;
  cloud.with<>([&](auto) { out = seen_; });
  return out;
}

voyage::ended voyage::sail(const std::string& version) {
  const auto out = document("out" + std::to_string(++starts_));
  std::vector<std::string> words{SHIPFLOW_SHIP,
                                 document("plan.yaml"),
                                 document("environments.yaml"),
                                 cloud.url(),
                                 std::to_string(requests.port(what_.listener)),
                                 document("store.db"),
                                 version,
                                 bake_,
                                 watch_};
  std::vector<char*> argv;
  for (auto& w : words) argv.push_back(w.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t pid = 0;
  const int failed = ::posix_spawn(&pid, argv[0], &files, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  if (failed != 0) throw std::runtime_error("cannot start " + words[0]);
  child_ = pid;
  int status = 0;
  ::waitpid(pid, &status, 0);
  child_ = 0;
  ended e;
  e.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  e.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (const auto said = parse_json(content_of(out)); said && said->is_object()) e.said = said->as_object();
  return e;
}

json::object voyage::picture() {
  json::object out;
  cloud.with<cloud::ecs, cloud::elb>([&](auto& services, auto& balancer, auto now) {
    for (const auto& cluster : what_.clusters) {
      const auto names = services.ask("ListServices", {{"cluster", cluster}}, now);
      for (const auto& arn : members::list(*names, "serviceArns")) {
        const auto* s = services.find(cluster, cloud::last_part(std::string(arn.as_string())));
        out[s->cluster + "/" + s->name] = json::object{{"image", services.image_of(s->definition)},
                                                       {"definition", s->definition},
                                                       {"desired", s->desired},
                                                       {"rest", s->rest}};
      }
    }
    const auto rules = balancer.ask("DescribeRules", {{"ListenerArn", what_.listener}}, now);
    out["rules"] = rules->at("Rules");
  });
  return out;
}

json::object voyage::effects() {
  json::object out;
  cloud.with<cloud::ecs, cloud::elb>([&](auto& services, auto& balancer, auto now) {
    const auto all = services.ask("ListTaskDefinitions", {}, now);
    out["revisions"] = members::list(*all, "taskDefinitionArns").size();
    for (const auto& cluster : what_.clusters) {
      const auto names = services.ask("ListServices", {{"cluster", cluster}}, now);
      for (const auto& arn : members::list(*names, "serviceArns")) {
        const auto* s = services.find(cluster, cloud::last_part(std::string(arn.as_string())));
        out["deployments of " + s->cluster + "/" + s->name] = s->history.size();
      }
    }
    out["changes at the balancer"] = balancer.changes();
  });
  return out;
}

}  // namespace tests
