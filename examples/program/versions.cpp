// version next and changes: what a repository asks for.
#include "commands.hpp"
#include "git.hpp"
#include "inputs.hpp"

#include <cstdio>

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

std::map<std::string, std::vector<std::string>> patterns_of(const shipflow::plan_document& plan) {
  std::map<std::string, std::vector<std::string>> out;
  for (const auto& c : plan.components)
    if (!c.paths.empty()) out[c.name] = c.paths;
  return out;
}

std::string since_what(const history_since& h) { return h.begin.empty() ? "the first commit" : h.begin; }

std::optional<shipflow::semantic_version> last_of(const history_since& h) {
  return h.last ? std::optional{h.last->version} : std::nullopt;
}

// A pattern that no file fits is a slip more often than not, and its component would never be released.
result<void> warn_of_lost(const arguments& given,
                          const std::map<std::string, std::vector<std::string>>& patterns) {
  auto left = patterns;
  const auto files = files_of(given.get("--repository", "."));
  if (!files) return files.error();
  for (const auto& file : *files) {
    if (left.empty()) break;
    std::erase_if(left, [&](const auto& one) { return shipflow::fits(one.second, file); });
  }
  for (const auto& lost : left)
    std::fprintf(stderr, "shipflow: components.%s.paths fit no file of the repository\n", lost.first.c_str());
  return {};
}

// Of one component when it is named: the commits that touch its files.
result<history_since> read_history_of(const arguments& given, history_question q, std::size_t plan_at) {
  if (!given.has("--component")) return read_history(q);
  const auto name = given.get("--component");
  if (given.words.size() <= plan_at)
    return make_error(errc::invalid_argument, "--component needs the PLAN that names its `paths`");
  const auto plan = read_plan_file(given.words[plan_at]);
  if (!plan) return plan.error();
  const auto patterns = patterns_of(*plan);
  const auto own = patterns.find(name);
  if (own == patterns.end())
    return make_error(errc::invalid_argument, "the plan has no component " + name + " with `paths`");
  if (auto looked = warn_of_lost(given, {*own}); !looked) return looked.error();
  q.paths = history_question::files::of_each;
  auto h = read_history(q);
  if (h) h->commits = shipflow::commits_touching(own->second, h->commits);
  return h;
}

int print_components(const arguments& given, const history_since& h) {
  const auto plan = read_plan_file(given.words.front());
  if (!plan) return complain(plan.error());
  const auto patterns = patterns_of(*plan);
  if (patterns.empty())
    return complain(make_error(errc::invalid_document, "no component of the plan has `paths`"));
  if (auto looked = warn_of_lost(given, patterns); !looked) return complain(looked.error());
  const auto changed = shipflow::changed_components(patterns, h.commits);
  json::object out;
  for (const auto& [name, list] : patterns) out[name] = changed.contains(name);
  if (given.has("--json")) {
    std::printf("%s\n", json::serialize(json::object{{"since", since_what(h)}, {"changed", out}}).c_str());
  } else {
    for (const auto& name : changed) std::printf("%s\n", name.c_str());
  }
  return 0;
}

// A name that makes no version, such as "rc 1" or "01".
result<void> check_prerelease(const arguments& given) {
  if (!given.has("--prerelease")) return {};
  const auto name = given.get("--prerelease");
  if (!name.empty() && shipflow::parse_version("1.0.0-" + name + ".1") && name.find('+') == std::string::npos)
    return {};
  return make_error(errc::invalid_argument, "--prerelease: `" + name +
                                                "` is no name of a pre-release; write letters, digits and "
                                                "hyphens, such as rc");
}

// Somewhere else that number is taken: two releases would be called the same.
result<std::string> free_tag(const history_question& q, const shipflow::semantic_version& next) {
  shipflow::release_info what;
  what.version = shipflow::format_version(next);
  auto tag = shipflow::tag_for(q.convention, what);
  if (!tag) return tag;
  if (!is_tag(q.directory, *tag)) return tag;
  return make_error(errc::already_exists,
                    "the next version would be " + what.version + ", and tag " + *tag + " exists already" +
                        (q.since.empty() ? ", on a commit that HEAD does not have; merge it first" : ""));
}

// Bytes of a message that are no UTF-8 would make the whole answer no JSON.
std::string as_text(std::string words) {
  if (shipflow::parse_json(shipflow::json::serialize(json::value(words)))) return words;
  for (auto& c : words)
    if ((static_cast<unsigned char>(c) & 0x80U) != 0) c = '?';
  return words;
}

int print_log(const history_since& h, const shipflow::next_version& next) {
  json::array all;
  for (const auto* c : shipflow::without_reverted(h.commits)) {
    const auto parsed = shipflow::parse_commit(c->message);
    if (!parsed) continue;
    all.push_back(
        json::object{{"id", c->id},
                     {"type", parsed->type},
                     {"scope", as_text(parsed->scope)},
                     {"description", as_text(parsed->description)},
                     {"breaking", parsed->breaking ? json::value(as_text(parsed->breaking_note)) : nullptr}});
  }
  const bool any = next.bump != shipflow::version_bump::none;
  std::printf("%s\n", json::serialize(
                          json::object{{"since", since_what(h)},
                                       {"version", any ? json::value(format_version(next.version)) : nullptr},
                                       {"commits", std::move(all)}})
                          .c_str());
  return 0;
}

}  // namespace

int version(const arguments& given) {
  const bool plan_for_nothing = given.words.size() > 1 && !given.has("--component");
  if (given.words.front() != "next" || plan_for_nothing)
    return complain(make_error(errc::invalid_argument,
                               "usage: shipflow version next [PLAN --component NAME] [--repository DIR]"));
  if (auto good = check_prerelease(given); !good) return complain(good.error());
  const auto q = question_of(given);
  const auto h = read_history_of(given, q, 1);
  if (!h) return complain(h.error());
  const auto next = shipflow::next_of(last_of(*h), h->commits, given.get("--prerelease"));
  const auto text = shipflow::format_version(next.version);
  const bool any = next.bump != shipflow::version_bump::none;
  const auto tag = any ? free_tag(q, next.version) : result<std::string>(std::string{});
  if (!tag) return complain(tag.error());
  if (given.has("--json"))
    std::printf("%s\n",
                json::serialize(json::object{{"since", since_what(*h)},
                                             {"commits", h->commits.size()},
                                             {"bump", std::string(name_of(next.bump))},
                                             {"version", any ? json::value(text) : json::value(nullptr)},
                                             {"tag", any ? json::value(*tag) : json::value(nullptr)},
                                             {"because", next.because}})
                    .c_str());
  else if (any)
    std::printf("%s\n", text.c_str());
  if (any) return 0;
  std::fprintf(stderr, "shipflow: nothing to release since %s\n", since_what(*h).c_str());
  return 1;
}

int changes(const arguments& given) {
  auto q = question_of(given);
  const bool which = !given.words.empty() && !given.has("--component");
  if (which) q.paths = history_question::files::of_mainline;
  const auto h = read_history_of(given, q, 0);
  if (!h) return complain(h.error());
  if (which) return print_components(given, *h);
  const auto next = shipflow::next_of(last_of(*h), h->commits);
  if (given.has("--json")) return print_log(*h, next);
  const bool any = next.bump != shipflow::version_bump::none;
  std::printf(
      "%s",
      shipflow::changelog(any ? shipflow::format_version(next.version) : "Unreleased", h->commits).c_str());
  return 0;
}

}  // namespace program
