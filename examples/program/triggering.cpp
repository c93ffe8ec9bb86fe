// trigger: where an event of GitHub starts a release, and starting it there.
#include "commands.hpp"
#include "files.hpp"
#include "inputs.hpp"
#include "starting.hpp"

#include <shipflow/changes.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace program {
namespace {

namespace json = shipflow::json;
using shipflow::errc;
using shipflow::make_error;
using shipflow::result;

// Standard input, with the bound that a file has.
result<std::string> read_input(std::size_t most) {
  std::string out;
  std::string block(1U << 16U, '\0');
  while (std::cin.read(block.data(), static_cast<std::streamsize>(block.size())) || std::cin.gcount() > 0) {
    out.append(block, 0, static_cast<std::size_t>(std::cin.gcount()));
    if (out.size() > most)
      return make_error(errc::invalid_argument,
                        "standard input: is larger than " + std::to_string(most >> 20U) + " MiB");
  }
  return out;
}

result<json::value> read_payload(const arguments& given) {
  const auto path = given.get("--payload", "-");
  constexpr std::size_t most = 25U << 20U;  // GitHub sends no more than 25 MB
  const auto text = path == "-" ? read_input(most) : read_file(path, most);
  if (!text) return text.error();
  auto payload = shipflow::parse_json(*text);
  if (!payload)
    return make_error(errc::invalid_document,
                      (path == "-" ? "standard input" : path) + ": " + payload.error().message);
  return payload;
}

std::string version_of(const arguments& given, const std::string& tag) {
  const auto version = shipflow::version_in(given.get("--tags", "v${version}"), tag);
  return version ? shipflow::format_version(*version) : tag;
}

// What the event names is released, unless the options name something else.
int start_decided(const arguments& given, const shipflow::trigger_event& event,
                  const std::vector<std::string>& environments) {
  auto what = given;
  if (!what.has("--commit") && !event.commit.empty()) what.options["--commit"] = event.commit;
  if (!what.has("--version") && !what.has("--release")) {
    if (!event.tag.empty()) what.options["--version"] = version_of(given, event.tag);
    if (!event.version.empty()) what.options["--version"] = event.version;
  }
  // In front, so that what was said on the command line comes later and counts.
  what.images.insert(what.images.begin(), event.images.begin(), event.images.end());
  auto where = environments;
  std::replace(where.begin(), where.end(), std::string{}, given.get("--environment"));
  if (std::find(where.begin(), where.end(), "") != where.end())
    return complain(
        make_error(errc::invalid_argument,
                   "the plan's `triggers` name no environment; say which with --environment NAME"));
  return run_in_turn(what, where);
}

}  // namespace

int trigger(const arguments& given) {
  const auto plan = read_plan_file(given.words.front());
  if (!plan) return complain(plan.error());
  const auto* rules = plan->root.find("triggers");
  if (rules == nullptr)
    return complain(make_error(errc::invalid_document, given.words.front() + " has no `triggers`"));
  if (!given.has("--event"))
    return complain(
        make_error(errc::invalid_argument,
                   "trigger needs --event NAME, as in GITHUB_EVENT_NAME: push, pull_request, ..."));
  const auto payload = read_payload(given);
  if (!payload) return complain(payload.error());
  const auto event = shipflow::read_github_event(given.get("--event"), *payload);
  if (!event) return complain(event.error());
  const auto decided = shipflow::decide_trigger(rules->to_json().as_object(), *event);
  if (!decided) return complain(decided.error());
  if (given.has("--json")) {
    const json::array where(decided->environments.begin(), decided->environments.end());
    std::printf("%s\n", json::serialize(json::object{{"environments", where},
                                                     {"why", decided->why},
                                                     {"branch", event->branch},
                                                     {"tag", event->tag},
                                                     {"commit", event->commit},
                                                     {"version", event->version}})
                            .c_str());
  } else {
    std::fprintf(stderr, "shipflow: %s\n", decided->why.c_str());
    for (const auto& name : decided->environments) std::printf("%s\n", name.c_str());
  }
  if (decided->environments.empty()) return 1;
  return given.has("--run") ? start_decided(given, *event, decided->environments) : 0;
}

}  // namespace program
