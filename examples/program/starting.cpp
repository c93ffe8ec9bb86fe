#include "starting.hpp"

#include "commands.hpp"
#include "drive.hpp"

#include <shipflow/changes.hpp>

#include <algorithm>
#include <cstdio>

namespace program {

using shipflow::errc;
using shipflow::make_error;
using shipflow::result;

result<shipflow::start_options> start_options_of(const arguments& given) {
  const auto who = speaker(given);
  shipflow::start_options out;
  out.principal = who.principal;
  out.groups = who.groups;
  out.reason = given.get("--reason");
  out.external_id = given.get("--id");
  out.override_reason = given.get("--override");
  out.emergency = given.get("--emergency");
  out.hotfix = given.get("--hotfix");
  if (!given.has("--at")) return out;
  const auto at = shipflow::parse_time(given.get("--at"));
  if (!at) return make_error(errc::invalid_argument, "--at: " + at.error().message);
  out.start_at = *at;
  return out;
}

result<std::string> begin(host& h, const arguments& given, inputs& read,
                          const std::function<result<void>(shipflow::plan&)>& change) {
  if (!given.has("--environments") || !given.has("--environment"))
    return make_error(errc::invalid_argument, "a run needs --environments FILE and --environment NAME");
  shipflow::plan plan;
  if (!read.found.has_errors()) {
    if (read.what.version.empty())
      return make_error(errc::invalid_argument, "a run needs --version or --release");
    plan = compile_inputs(read, h.engine->offers());
  }
  if (!read.found.items().empty()) std::fputs(read.found.text().c_str(), stderr);
  if (read.found.has_errors()) return make_error(errc::invalid_document, "the plan is not carried out");
  const auto options = start_options_of(given);
  if (!options) return options.error();
  if (change)
    if (auto changed = change(plan); !changed) return changed.error();
  return h.engine->start(plan, *options);
}

bool same_version(const std::string& a, const std::string& b) {
  const auto left = shipflow::parse_version(a);
  const auto right = shipflow::parse_version(b);
  return a == b || (left && right && format_version(*left) == format_version(*right));
}

namespace {

struct one_start {
  arguments given;
  inputs read;
};

// The last environment's slip is told before the first one is touched.
result<std::vector<one_start>> prepare(const arguments& given, const std::vector<std::string>& environments) {
  std::vector<one_start> out;
  shipflow::diagnostics found;
  auto dry = open_dry_host();
  if (!dry) return dry.error();
  for (const auto& name : environments) {
    if (std::count(environments.begin(), environments.end(), name) > 1)
      return make_error(errc::invalid_argument, "environment " + name + " is named twice");
    one_start one{given, {}};
    one.given.options["--environment"] = name;
    if (given.has("--id")) one.given.options["--id"] = given.get("--id") + "/" + name;
    one.read = read_inputs(one.given);
    auto trial = one.read;
    if (!trial.found.has_errors() && !trial.what.version.empty())
      (void)compile_inputs(trial, (*dry)->engine->offers());
    if (trial.found.has_errors()) found.append(trial.found);
    out.push_back(std::move(one));
  }
  if (!found.has_errors()) return out;
  (void)tell(found);
  return make_error(errc::invalid_document, "nothing is begun");
}

}  // namespace

int run_in_turn(const arguments& given, const std::vector<std::string>& environments) {
  if (given.has("--at") && environments.size() > 1)
    return complain(make_error(errc::invalid_argument, "--at goes with one environment"));
  auto starts = prepare(given, environments);
  if (!starts) return complain(starts.error());
  int code = 0;
  for (auto& one : *starts) {
    code = drive(one.given, [&](host& h) { return begin(h, one.given, one.read); });
    if (code == 0) continue;
    if (&one != &starts->back())
      std::fprintf(stderr, "shipflow: the environments behind %s are not begun\n",
                   one.given.get("--environment").c_str());
    break;
  }
  return code;
}

}  // namespace program
