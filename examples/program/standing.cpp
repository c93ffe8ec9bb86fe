// where: what of a plan is released, healthy and validated in which environment.
#include "commands.hpp"
#include "host.hpp"

#include <shipflow/promotion.hpp>

#include <cstdio>
#include <set>

namespace program {
namespace {

namespace json = shipflow::json;

json::value when(shipflow::time_point t) {
  return t == shipflow::time_point{} ? json::value(nullptr) : json::value(shipflow::format_time(t));
}

void print(const arguments& given, const std::string& environment, const shipflow::release_standing& s) {
  if (given.has("--json")) {
    const json::array steps(s.carried_out.begin(), s.carried_out.end());
    std::printf("%s\n", json::serialize(json::object{{"environment", environment},
                                                     {"version", s.release.version},
                                                     {"commit", s.release.commit},
                                                     {"status", std::string(name_of(s.status))},
                                                     {"run", s.run},
                                                     {"released_at", when(s.released_at)},
                                                     {"healthy_since", when(s.healthy_since)},
                                                     {"trouble", s.trouble},
                                                     {"carried_out", steps}})
                            .c_str());
    return;
  }
  const auto health = !s.trouble.empty() ? s.trouble
                      : s.healthy_since == shipflow::time_point{}
                          ? std::string("not released")
                          : "healthy since " + shipflow::format_time(s.healthy_since);
  std::printf("%-14s %-12s %-12s %s  %s\n", environment.c_str(), s.release.version.c_str(),
              std::string(name_of(s.status)).c_str(), s.run.c_str(), health.c_str());
}

}  // namespace

int where(const arguments& given) {
  const auto store =
      shipflow::open_sqlite_store({.path = places_of(given).store, .vfs = "", .read_only = true});
  if (!store) return complain(store.error());
  shipflow::run_filter of_plan;
  of_plan.plan = given.words.front();
  of_plan.limit = 10'000;
  const auto runs = (*store)->list_runs(of_plan);
  if (!runs) return complain(runs.error());
  std::set<std::string> environments;
  for (const auto& row : *runs) environments.insert(row.environment);
  if (environments.empty())
    return complain(shipflow::make_error(shipflow::errc::not_found,
                                         "no plan called " + of_plan.plan + " was ever released"));
  for (const auto& name : environments) {
    const auto newest = shipflow::standings(**store, of_plan.plan, name, 1);
    if (!newest) return complain(newest.error());
    for (const auto& s : *newest) print(given, name, s);
  }
  return 0;
}

}  // namespace program
