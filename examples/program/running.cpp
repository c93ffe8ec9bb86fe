// run, resume and going back to a former version: commands that carry runs out.
#include "commands.hpp"
#include "drive.hpp"
#include "starting.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <sstream>

namespace program {
namespace {

using shipflow::errc;
using shipflow::make_error;
using shipflow::result;

bool was_released(const shipflow::run_row& r) {
  return r.status == shipflow::run_status::released || r.status == shipflow::run_status::watching;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& n : names) out += (out.empty() ? "" : ", ") + n;
  return out;
}

// What was released there, of one plan: several may release to the same environment.
result<std::vector<shipflow::run_row>> released_to(shipflow::store& keep, const std::string& environment,
                                                   const std::string& plan) {
  shipflow::run_filter filter;
  filter.environment = environment;
  filter.plan = plan;
  filter.limit = 10'000;
  auto runs = keep.list_runs(filter);
  if (!runs) return runs;
  std::erase_if(*runs, [](const auto& r) { return !was_released(r); });
  std::vector<std::string> plans;
  for (const auto& r : *runs)
    if (std::find(plans.begin(), plans.end(), r.plan) == plans.end()) plans.push_back(r.plan);
  if (plans.size() > 1)
    return make_error(errc::invalid_argument,
                      environment + " has releases of " + joined(plans) + "; say which with --plan NAME");
  return runs;
}

// "~1" is the version released before the one that is there now, "~2" the one before that.
result<std::string> former_version(const std::vector<shipflow::run_row>& newest_first,
                                   const std::string& environment, const std::string& back) {
  std::vector<std::string> versions;
  for (const auto& r : newest_first)
    if (std::find(versions.begin(), versions.end(), r.version) == versions.end())
      versions.push_back(r.version);
  std::size_t n = 0;
  const auto [end, bad] = std::from_chars(back.data() + 1, back.data() + back.size(), n);
  if (bad != std::errc{} || end != back.data() + back.size() || n < 1)
    return make_error(errc::invalid_argument,
                      "--to takes a version, or ~1 for the one before, ~2 ..., not " + back);
  if (n < versions.size()) return versions[n];
  if (versions.empty()) return make_error(errc::not_found, "nothing was released to " + environment);
  const auto former = versions.size() - 1;
  return make_error(errc::not_found,
                    former == 0
                        ? "no version was released to " + environment + " before the one that is there"
                        : back + " is too far: " + environment + " has " + std::to_string(former) +
                              " former version" + (former == 1 ? "" : "s") + ", back to " + versions.back());
}

result<std::string> start_again(host& h, const arguments& given) {
  const auto environment = given.get("--environment");
  const auto version = given.get("--to");
  if (environment.empty() || version.empty())
    return make_error(errc::invalid_argument, "usage: shipflow rollback -n ENVIRONMENT --to VERSION or ~N");
  const auto runs = released_to(*h.store, environment, given.get("--plan"));
  if (!runs) return runs.error();
  const auto named =
      version.starts_with('~') ? former_version(*runs, environment, version) : result<std::string>(version);
  if (!named) return named.error();
  const auto& wanted = *named;
  const auto found = std::find_if(runs->begin(), runs->end(), [&](const shipflow::run_row& r) {
    return same_version(r.version, wanted);
  });
  if (found == runs->end())
    return make_error(errc::not_found, "version " + version + " was never released to " + environment);
  const auto former = shipflow::load_plan(*h.store, found->plan_digest);
  if (!former) return former.error();
  auto options = start_options_of(given);
  if (!options) return options.error();
  if (options->reason.empty()) options->reason = "back to " + wanted + " as in run " + found->id;
  // Going back is a rollback, which no calendar holds up and which proved itself before.
  auto plan = *former;
  plan.calendar.reset();
  plan.promoted_from.reset();
  return h.engine->start(plan, *options);
}

}  // namespace

int run(const arguments& given) {
  std::vector<std::string> environments;
  std::istringstream names(given.get("--environment"));
  for (std::string name; std::getline(names, name, ',');) environments.push_back(name);
  if (environments.size() > 1) return run_in_turn(given, environments);
  auto read = read_inputs(given);
  return drive(given, [&](host& h) { return begin(h, given, read); });
}

int schedule(const arguments& given) {
  if (!given.has("--at"))
    return complain(
        make_error(errc::invalid_argument, "schedule needs --at TIME, such as 2026-12-01T10:00:00Z"));
  if (!given.has("--environments")) return say(given);
  auto read = read_inputs(given);
  auto h = open_host(places_of(given), [](const shipflow::engine_event&) {});
  if (!h) return complain(h.error());
  // Said again, a start that took place meanwhile is the same run.
  const bool known = given.has("--id") && (*h)->store->find_external(given.get("--id"));
  const auto at = shipflow::parse_time(given.get("--at"));
  if (at && *at <= (*h)->loop.now() && !known)
    return complain(
        make_error(errc::invalid_argument, "--at " + given.get("--at") + " is over; `run` begins at once"));
  const auto run = begin(**h, given, read);
  if (!run) return complain(run.error());
  (*h)->loop.run_until([&] { return (*h)->engine->loaded() == 0; });
  const auto state = (*h)->engine->look(*run);
  if (!state) return complain(state.error());
  std::printf("run %s\n%s\n", run->c_str(),
              state->held.empty() ? last_line(*state).c_str() : state->held.c_str());
  return 0;
}

int resume(const arguments& given) { return given.words.empty() ? drive_all(given) : say(given); }

int roll_back(const arguments& given) {
  if (!given.words.empty()) return say(given);
  return drive(given, [&](host& h) { return start_again(h, given); });
}

}  // namespace program
