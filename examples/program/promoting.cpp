// promote: what stands in one environment is carried out in another.
#include "commands.hpp"
#include "drive.hpp"
#include "starting.hpp"

#include <algorithm>

namespace program {
namespace {

using shipflow::errc;
using shipflow::make_error;
using shipflow::result;

// The newest release of the plan there, or of one version.
result<shipflow::release_info> release_in(shipflow::store& keep, const std::string& plan,
                                          const std::string& environment, const std::string& version) {
  shipflow::run_filter filter;
  filter.environment = environment;
  filter.plan = plan;
  filter.limit = 10'000;
  const auto runs = keep.list_runs(filter);
  if (!runs) return runs.error();
  const auto found = std::find_if(runs->begin(), runs->end(), [&](const shipflow::run_row& r) {
    const bool stands =
        r.status == shipflow::run_status::released || r.status == shipflow::run_status::watching;
    return stands && (version.empty() || same_version(r.version, version));
  });
  if (found == runs->end())
    return make_error(errc::not_found,
                      version.empty()
                          ? "nothing of " + plan + " was released to " + environment
                          : "version " + version + " of " + plan + " was never released to " + environment);
  const auto there = shipflow::load_plan(keep, found->plan_digest);
  if (!there) return there.error();
  return there->release;
}

std::string digest_of(const std::string& image) {
  constexpr std::size_t digits = 64;
  const auto at = image.rfind("@sha256:");
  const bool pinned =
      at != std::string::npos && image.size() - at == std::string_view("@sha256:").size() + digits;
  return pinned ? image.substr(at + 1) : std::string{};
}

// An image may be called otherwise where it goes to, in a registry of its own; it stays the same image.
result<void> take_images(const arguments& given, shipflow::release_info& what) {
  for (const auto& [component, image] : given.images) {
    const auto there = what.images.find(component);
    const auto proved = there == what.images.end() ? std::string{} : digest_of(there->second);
    if (!proved.empty() && digest_of(image) != proved)
      return make_error(errc::denied,
                        "--image: " + component + " is promoted as " + proved + ", and " + image +
                            (digest_of(image).empty() ? " is not pinned to it" : " is another"));
    what.images[component] = image;
  }
  return {};
}

// Where the environment says nothing, the version must stand in the other one.
result<void> bind_to(shipflow::plan& plan, const std::string& from) {
  if (!plan.promoted_from) {
    shipflow::promotion_rule rule;
    rule.environment = from;
    rule.identity = "version";
    plan.promoted_from = rule;
  }
  if (plan.promoted_from->environment == from) return {};
  return make_error(errc::denied, plan.environment + " is promoted from " + plan.promoted_from->environment +
                                      ", not from " + from);
}

}  // namespace

int promote(const arguments& given) {
  if (!given.has("--from") || !given.has("--to") || !given.has("--environments"))
    return complain(make_error(errc::invalid_argument,
                               "usage: shipflow promote PLAN --from ENVIRONMENT --to ENVIRONMENT -e FILE"));
  if (given.get("--from") == given.get("--to"))
    return complain(make_error(errc::invalid_argument, "--from and --to are the same environment"));
  auto to = given;
  to.options["--environment"] = given.get("--to");
  auto read = read_inputs(to);
  return drive(to, [&](host& h) -> result<std::string> {
    if (!read.found.has_errors()) {
      auto what = release_in(*h.store, read.document.name, given.get("--from"), given.get("--version"));
      if (!what) return what.error();
      if (auto same = take_images(given, *what); !same) return same.error();
      read.what = *what;
    }
    return begin(h, to, read, [&](shipflow::plan& plan) { return bind_to(plan, given.get("--from")); });
  });
}

}  // namespace program
