// run, resume and going back to a former version: commands that carry runs out.
#include "commands.hpp"
#include "drive.hpp"
#include "inputs.hpp"

#include <algorithm>
#include <cstdio>

namespace program {
namespace {

using shipflow::errc;
using shipflow::make_error;
using shipflow::result;

shipflow::start_options options_of(const arguments& given) {
  const auto who = speaker(given);
  return {who.principal, who.groups, given.get("--reason"), given.get("--id")};
}

result<std::string> start_again(host& h, const arguments& given) {
  const auto environment = given.get("--environment");
  const auto version = given.get("--to");
  if (environment.empty() || version.empty())
    return make_error(errc::invalid_argument, "usage: shipflow rollback -n ENVIRONMENT --to VERSION");
  shipflow::run_filter filter;
  filter.environment = environment;
  filter.limit = 10'000;
  const auto runs = h.store->list_runs(filter);
  if (!runs) return runs.error();
  const auto found = std::find_if(runs->begin(), runs->end(), [&](const shipflow::run_row& r) {
    return r.version == version &&
           (r.status == shipflow::run_status::released || r.status == shipflow::run_status::watching);
  });
  if (found == runs->end())
    return make_error(errc::not_found, "version " + version + " was never released to " + environment);
  const auto former = shipflow::load_plan(*h.store, found->plan_digest);
  if (!former) return former.error();
  auto options = options_of(given);
  if (options.reason.empty()) options.reason = "back to " + version + " as in run " + found->id;
  return h.engine->start(*former, options);
}

}  // namespace

int run(const arguments& given) {
  auto read = read_inputs(given);
  return drive(given, [&](host& h) -> result<std::string> {
    if (!given.has("--environments") || !given.has("--environment"))
      return make_error(errc::invalid_argument, "a run needs --environments FILE and --environment NAME");
    if (read.what.version.empty())
      return make_error(errc::invalid_argument, "a run needs --version or --release");
    shipflow::plan plan;
    if (!read.found.has_errors()) plan = compile_inputs(read, h.engine->offers());
    if (!read.found.items().empty()) std::fprintf(stderr, "%s\n", read.found.text().c_str());
    if (read.found.has_errors()) return make_error(errc::invalid_document, "the plan is not carried out");
    return h.engine->start(plan, options_of(given));
  });
}

int resume(const arguments& given) { return given.words.empty() ? drive_all(given) : say(given); }

int roll_back(const arguments& given) {
  if (!given.words.empty()) return say(given);
  return drive(given, [&](host& h) { return start_again(h, given); });
}

}  // namespace program
