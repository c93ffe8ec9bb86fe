// version next, changes and trigger: what a repository and an event ask for.
#include "commands.hpp"
#include "files.hpp"
#include "git.hpp"
#include "starting.hpp"

#include <cstdio>
#include <iostream>

namespace program {
namespace {

namespace json = shipflow::json;
using shipflow::errc;
using shipflow::make_error;
using shipflow::result;

history_question question_of(const arguments& given) {
  history_question q;
  q.directory = given.get("--repository", ".");
  q.convention = given.get("--tags", "v${version}");
  q.since = given.get("--since");
  q.prereleases = given.has("--prerelease");
  return q;
}

result<shipflow::plan_document> read_plan_of(const arguments& given) {
  shipflow::diagnostics found;
  const auto document = shipflow::load_document(given.words.front(), found);
  shipflow::plan_document plan;
  if (!found.has_errors()) plan = shipflow::read_plan(document, found);
  if (found.has_errors()) return found.to_error();
  return plan;
}

std::map<std::string, std::vector<std::string>> patterns_of(const shipflow::plan_document& plan) {
  std::map<std::string, std::vector<std::string>> out;
  for (const auto& c : plan.components)
    if (!c.paths.empty()) out[c.name] = c.paths;
  return out;
}

std::string since_what(const history_since& h, const arguments& given) {
  if (given.has("--since")) return given.get("--since");
  return h.last ? h.last->tag : "the first commit";
}

int print_components(const arguments& given, const history_since& h) {
  const auto plan = read_plan_of(given);
  if (!plan) return complain(plan.error());
  const auto patterns = patterns_of(*plan);
  if (patterns.empty())
    return complain(make_error(errc::invalid_document, "no component of the plan has `paths`"));
  const auto changed = shipflow::changed_components(patterns, h.commits);
  json::object out;
  for (const auto& [name, list] : patterns) out[name] = changed.contains(name);
  if (given.has("--json")) {
    std::printf("%s\n",
                json::serialize(json::object{{"since", since_what(h, given)}, {"changed", out}}).c_str());
  } else {
    for (const auto& name : changed) std::printf("%s\n", name.c_str());
  }
  return 0;
}

// Standard input, with the bound that a file has.
result<std::string> read_input(std::size_t most) {
  std::string out;
  std::string block(1U << 16U, '\0');
  while (std::cin.read(block.data(), static_cast<std::streamsize>(block.size())) || std::cin.gcount() > 0) {
    out.append(block, 0, static_cast<std::size_t>(std::cin.gcount()));
    if (out.size() > most)
      return make_error(errc::invalid_argument, "-: is larger than " + std::to_string(most >> 20U) + " MiB");
  }
  return out;
}

result<json::value> read_payload(const arguments& given) {
  const auto path = given.get("--payload", "-");
  constexpr std::size_t most = 25U << 20U;  // GitHub sends no more than 25 MB
  const auto text = path == "-" ? read_input(most) : read_file(path, most);
  if (!text) return text.error();
  auto payload = shipflow::parse_json(*text);
  if (!payload) return make_error(errc::invalid_document, path + ": " + payload.error().message);
  return payload;
}

// What the event names is released, unless the options name something else.
int start_decided(const arguments& given, const shipflow::trigger_event& event,
                  const std::vector<std::string>& environments) {
  auto what = given;
  if (!what.has("--commit") && !event.commit.empty()) what.options["--commit"] = event.commit;
  if (!what.has("--version") && !what.has("--release") && !event.tag.empty()) {
    const auto version = shipflow::parse_version(event.tag);
    what.options["--version"] = version ? shipflow::format_version(*version) : event.tag;
  }
  return run_in_turn(what, environments);
}

}  // namespace

int version(const arguments& given) {
  if (given.words.front() != "next")
    return complain(make_error(errc::invalid_argument, "usage: shipflow version next [--repository DIR]"));
  const auto h = read_history(question_of(given));
  if (!h) return complain(h.error());
  const auto next = shipflow::next_of(h->last ? std::optional{h->last->version} : std::nullopt, h->commits,
                                      given.get("--prerelease"));
  const auto text = shipflow::format_version(next.version);
  const bool any = next.bump != shipflow::version_bump::none;
  if (given.has("--json"))
    std::printf("%s\n",
                json::serialize(json::object{{"since", since_what(*h, given)},
                                             {"commits", h->commits.size()},
                                             {"bump", std::string(name_of(next.bump))},
                                             {"version", any ? json::value(text) : json::value(nullptr)},
                                             {"because", next.because}})
                    .c_str());
  else if (any)
    std::printf("%s\n", text.c_str());
  if (any) return 0;
  std::fprintf(stderr, "shipflow: nothing to release since %s\n", since_what(*h, given).c_str());
  return 1;
}

int changes(const arguments& given) {
  auto q = question_of(given);
  q.paths = !given.words.empty();
  const auto h = read_history(q);
  if (!h) return complain(h.error());
  if (!given.words.empty()) return print_components(given, *h);
  const auto next = shipflow::next_of(h->last ? std::optional{h->last->version} : std::nullopt, h->commits);
  const bool any = next.bump != shipflow::version_bump::none;
  std::printf(
      "%s",
      shipflow::changelog(any ? shipflow::format_version(next.version) : "Unreleased", h->commits).c_str());
  return 0;
}

int trigger(const arguments& given) {
  const auto plan = read_plan_of(given);
  if (!plan) return complain(plan.error());
  const auto* rules = plan->root.find("triggers");
  if (rules == nullptr)
    return complain(make_error(errc::invalid_document, given.words.front() + " has no `triggers`"));
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
                                                     {"commit", event->commit}})
                            .c_str());
  } else {
    std::fprintf(stderr, "shipflow: %s\n", decided->why.c_str());
    for (const auto& name : decided->environments) std::printf("%s\n", name.c_str());
  }
  if (decided->environments.empty()) return 1;
  return given.has("--run") ? start_decided(given, *event, decided->environments) : 0;
}

}  // namespace program
