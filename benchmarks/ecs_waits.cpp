// How late shipflow knows that a deployment of ECS is over, and what it asks AWS for that: one service, and many at once,
// in virtual time against the model. Beside it the stock waiter of AWS's own clients: each service every 15 seconds.
//
// A rollout is over when its last old task has left, which the model's own delays tell to the millisecond.
#include <shipflow/providers/ecs_world.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace shipflow;
using std::chrono::seconds;

constexpr duration starts{8'000};
constexpr duration drains{5'000};
constexpr duration stock_pause{15'000};

struct figures {
  std::vector<duration> delays, stock;
  std::map<std::string, std::vector<time_point>> calls;
  int failed = 0;
};

/// From running to healthy: five minutes, and a second more from each version to the next of forty.
duration ready_of(int n) { return seconds(300 + 5 * (n % 40)); }

struct crowd {
  crowd(int services, int clusters) {
    ecs_world_options options;
    options.starts = starts;
    options.drains = drains;
    for (int n = 0; n < 40; ++n) options.versions["1." + std::to_string(n)].ready = ready_of(n);
    options.on_call = [this](const std::string& operation) { seen.calls[operation].push_back(time.now()); };
    cloud = make_ecs_world(std::make_shared<world>(time), std::move(options));
    for (int n = 0; n < services; ++n) {
      targets.push_back({{"cluster", "cluster-" + std::to_string(n % clusters)},
                         {"service", "service-" + std::to_string(n)},
                         {"container", "app"},
                         {"instances", 2}});
      cloud->install("production", name_of(n), targets.back(), "1." + std::to_string(n % 40)).value();
    }
    begun.resize(targets.size());
  }
  static std::string name_of(int n) { return "c" + std::to_string(n); }

  request make(int n, verb what) {
    request q;
    q.what = what;
    q.action = "restart";
    q.run = "run-" + std::to_string(n);
    q.environment = "production";
    q.component = name_of(n);
    q.effect_key = "key " + std::to_string(n);
    q.target = targets[static_cast<std::size_t>(n)];
    return q;
  }

  void begin(int n) {
    cloud->call(make(n, verb::apply), reply([this, n](answer a) {
                  if (a.kind != answer_kind::started) return over(n, a.kind);
                  begun[static_cast<std::size_t>(n)] = time.now();
                  settle_later(n, a.value, a.look_again);
                }));
  }
  void settle_later(int n, const json::value& handle, duration wait) {
    time.call_after(std::max(wait, duration{20}), [this, n, handle] {
      auto q = make(n, verb::settle);
      q.handle = handle;
      cloud->call(std::move(q), reply([this, n, handle](answer a) {
                    if (a.kind == answer_kind::progress) return settle_later(n, handle, a.look_again);
                    over(n, a.kind);
                  }));
    });
  }
  void over(int n, answer_kind how) {
    ++ended;
    if (how != answer_kind::done) ++seen.failed;
    const auto from = begun[static_cast<std::size_t>(n)];
    const auto lasts = starts + ready_of(n) + drains;
    seen.delays.push_back(time.now() - from - lasts);
    seen.stock.push_back((lasts + stock_pause - duration{1}) / stock_pause * stock_pause - lasts);
  }

  virtual_time time{1};
  std::shared_ptr<ecs_world> cloud;
  std::vector<json::object> targets;
  std::vector<time_point> begun;
  figures seen;
  int ended = 0;
};

/// Deployments begin as fast as AWS takes them, four a second, so that all of them are watched at the same time.
figures watch(int services, int clusters) {
  crowd c(services, clusters);
  for (int n = 0; n < services; ++n) c.time.call_after(duration{250} * n, [&c, n] { c.begin(n); });
  c.time.run_until([&] { return c.ended == services; });
  return c.seen;
}

duration at(std::vector<duration> of, double share) {
  std::sort(of.begin(), of.end());
  return of[static_cast<std::size_t>(share * static_cast<double>(of.size() - 1))];
}

/// Most calls in any second, and of any ten seconds the mean.
std::pair<int, double> most(const std::vector<time_point>& calls) {
  std::pair<int, double> out{0, 0};
  for (std::size_t i = 0, second = 0, ten = 0; i < calls.size(); ++i) {
    while (calls[i] - calls[second] >= seconds(1)) ++second;
    while (calls[i] - calls[ten] >= seconds(10)) ++ten;
    out.first = std::max(out.first, static_cast<int>(i - second + 1));
    out.second = std::max(out.second, static_cast<double>(i - ten + 1) / 10);
  }
  return out;
}

void print(int services, int clusters, bool last) {
  const auto f = watch(services, clusters);
  std::printf("  {\"services\": %d, \"clusters\": %d, \"failed\": %d,\n", services, clusters, f.failed);
  std::printf("   \"delay_ms\": {\"median\": %lld, \"p99\": %lld, \"most\": %lld},\n",
              static_cast<long long>(at(f.delays, 0.5).count()),
              static_cast<long long>(at(f.delays, 0.99).count()),
              static_cast<long long>(at(f.delays, 1).count()));
  std::printf("   \"stock_waiter_ms\": {\"median\": %lld, \"most\": %lld, \"calls_a_second\": %.1f},\n",
              static_cast<long long>(at(f.stock, 0.5).count()),
              static_cast<long long>(at(f.stock, 1).count()), static_cast<double>(services) / 15);
  std::printf("   \"calls\": {");
  bool first = true;
  for (const auto& [operation, calls] : f.calls) {
    const auto [second, ten] = most(calls);
    std::printf("%s\"%s\": {\"all\": %zu, \"most_in_a_second\": %d, \"most_a_second_over_ten\": %.1f}",
                first ? "" : ", ", operation.c_str(), calls.size(), second, ten);
    first = false;
  }
  std::printf("}}%s\n", last ? "" : ",");
  std::fflush(stdout);
}

}  // namespace

int main() {
  std::printf("{\"waits\": [\n");
  print(1, 1, false);
  print(40, 2, false);
  print(1'000, 4, true);
  std::printf("]}\n");
}
