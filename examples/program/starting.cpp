#include "starting.hpp"

#include "commands.hpp"
#include "drive.hpp"

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
  if (read.what.version.empty())
    return make_error(errc::invalid_argument, "a run needs --version or --release");
  const auto options = start_options_of(given);
  if (!options) return options.error();
  shipflow::plan plan;
  if (!read.found.has_errors()) plan = compile_inputs(read, h.engine->offers());
  if (!read.found.items().empty()) std::fprintf(stderr, "%s\n", read.found.text().c_str());
  if (read.found.has_errors()) return make_error(errc::invalid_document, "the plan is not carried out");
  if (change)
    if (auto changed = change(plan); !changed) return changed.error();
  return h.engine->start(plan, *options);
}

int run_in_turn(const arguments& given, const std::vector<std::string>& environments) {
  if (given.has("--at") && environments.size() > 1)
    return complain(make_error(errc::invalid_argument, "--at goes with one environment"));
  int code = 0;
  for (const auto& name : environments) {
    auto one = given;
    one.options["--environment"] = name;
    if (given.has("--id")) one.options["--id"] = given.get("--id") + "/" + name;
    auto read = read_inputs(one);
    code = drive(one, [&](host& h) { return begin(h, one, read); });
    if (code == 0) continue;
    const bool last = name == environments.back();
    if (!last) std::fprintf(stderr, "shipflow: the environments behind %s are not begun\n", name.c_str());
    break;
  }
  return code;
}

}  // namespace program
