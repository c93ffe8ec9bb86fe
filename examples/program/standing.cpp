// where: what of a plan is released, healthy and validated in which environment.
#include "commands.hpp"
#include "host.hpp"

#include <shipflow/promotion.hpp>

#include <cstdio>
#include <map>
#include <vector>

namespace program {
namespace {

namespace json = shipflow::json;

json::value when(shipflow::time_point t) {
  return t == shipflow::time_point{} ? json::value(nullptr) : json::value(shipflow::format_time(t));
}

bool stands(const shipflow::run_row& r) {
  return r.status == shipflow::run_status::released || r.status == shipflow::run_status::watching;
}

std::string health_of(const shipflow::release_standing& s) {
  if (!s.trouble.empty()) return s.trouble;
  return s.healthy_since == shipflow::time_point{}
             ? std::string("not released")
             : "healthy since " + shipflow::format_time(s.healthy_since);
}

void print(const arguments& given, const shipflow::run_row& row, const shipflow::release_standing& s) {
  if (!given.has("--json")) {
    std::printf("%-14s %-12s %-12s %s  %s\n", row.environment.c_str(), row.version.c_str(),
                std::string(name_of(s.status)).c_str(), s.run.c_str(), health_of(s).c_str());
    return;
  }
  const json::array steps(s.carried_out.begin(), s.carried_out.end());
  std::printf("%s\n", json::serialize(json::object{{"environment", row.environment},
                                                   {"version", row.version},
                                                   {"commit", s.release.commit},
                                                   {"status", std::string(name_of(s.status))},
                                                   {"stands", stands(row)},
                                                   {"run", s.run},
                                                   {"released_at", when(s.released_at)},
                                                   {"healthy_since", when(s.healthy_since)},
                                                   {"trouble", s.trouble},
                                                   {"carried_out", steps}})
                          .c_str());
}

// Of a run whose record was purged only its line in the history is left.
shipflow::result<shipflow::release_standing> standing_in(shipflow::store& keep,
                                                         const shipflow::run_row& row) {
  auto s = shipflow::standing_of(keep, row.id);
  if (s || s.error().code != shipflow::errc::not_found) return s;
  shipflow::release_standing out;
  out.run = row.id;
  out.status = row.status;
  out.trouble = "its record was purged";
  return out;
}

// The newest run of an environment, and when it left nothing that stands, the newest one that did.
using rows = std::vector<shipflow::run_row>;
std::map<std::string, rows> newest_of(const rows& newest_first) {
  std::map<std::string, rows> out;
  for (const auto& row : newest_first) {
    auto& here = out[row.environment];
    if (here.empty() || (here.size() == 1 && !stands(here.front()) && stands(row))) here.push_back(row);
  }
  return out;
}

}  // namespace

int where(const arguments& given) {
  const auto store = open_to_read(given);
  if (!store) return complain(store.error());
  shipflow::run_filter of_plan;
  of_plan.plan = given.words.front();
  of_plan.limit = 10'000;
  const auto runs = (*store)->list_runs(of_plan);
  if (!runs) return complain(runs.error());
  if (runs->empty())
    return complain(shipflow::make_error(shipflow::errc::not_found,
                                         "no plan called " + of_plan.plan + " was ever released"));
  for (const auto& [environment, newest] : newest_of(*runs))
    for (const auto& row : newest) {
      const auto s = standing_in(**store, row);
      if (!s) return complain(s.error());
      print(given, row, *s);
    }
  return 0;
}

}  // namespace program
