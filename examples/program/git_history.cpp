// The last version of a repository, and what came after it.
#include "git.hpp"

#include <algorithm>
#include <sstream>

namespace program {
namespace {

using shipflow::errc;
using shipflow::make_error;
using shipflow::result;

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) out.push_back(line);
  return out;
}

bool is_commit(const history_question& q, const std::string& revision) {
  return ask_git(q.directory, {"rev-parse", "--quiet", "--verify", revision + "^{commit}"}).has_value();
}

// What GitHub gives as `before` of a branch's first push: everything is new.
bool is_nothing(const std::string& revision) {
  return (revision.size() == 40 || revision.size() == 64) &&
         revision.find_first_not_of('0') == std::string::npos;
}

// Where the history that is asked about begins and ends must be there.
result<void> check(const history_question& q) {
  if (auto good = shipflow::check_convention(q.convention); !good) return good.error();
  if (!is_commit(q, "HEAD"))
    return make_error(errc::failed, q.directory + ": the repository has no commit yet");
  // A revision that begins with a dash would be an option.
  if (!q.since.empty() && (q.since.starts_with('-') || !is_commit(q, q.since)))
    return make_error(errc::invalid_argument, "--since: `" + q.since + "` is no revision of the repository");
  return {};
}

result<std::vector<std::string>> tags_of(const history_question& q, const std::string& within) {
  const auto printed = ask_git(
      q.directory, {"for-each-ref", "--format=%(refname:strip=2)", "--merged=" + within, "refs/tags"});
  if (!printed) return printed.error();
  return lines(*printed);
}

std::vector<std::string> log_of(const history_question& q, const std::string& begin) {
  std::vector<std::string> out{"log", "-z", "--encoding=UTF-8",
                               "--format=" + std::string(shipflow::git_log_format)};
  if (q.paths != history_question::files::none) out.emplace_back("--name-only");
  if (q.paths == history_question::files::of_mainline) out.insert(out.end(), {"-m", "--first-parent"});
  out.push_back(begin.empty() ? "HEAD" : begin + "..HEAD");
  out.emplace_back("--");
  return out;
}

// In a shallow clone the oldest commits look as if they had no parents.
bool is_cut_off(const std::vector<shipflow::commit_info>& commits) {
  return std::any_of(commits.begin(), commits.end(), [](const auto& c) { return c.parents.empty(); });
}

}  // namespace

result<history_since> read_history(const history_question& asked) {
  auto q = asked;
  const bool all = is_nothing(q.since);
  if (all) q.since.clear();
  const auto shallow = ask_git(q.directory, {"rev-parse", "--is-shallow-repository"});
  if (!shallow) return shallow.error();
  if (auto good = check(q); !good) return good.error();
  const auto tags = tags_of(q, q.since.empty() ? "HEAD" : q.since);
  if (!tags) return tags.error();
  history_since to;
  to.last = shipflow::latest_version(*tags, q.convention, q.prereleases);
  if (all) to.last.reset();
  to.begin = !q.since.empty() ? q.since : to.last ? to.last->tag : std::string{};
  const auto printed =
      ask_git(q.directory, log_of(q, q.since.empty() && to.last ? "refs/tags/" + to.begin : to.begin));
  if (!printed) return printed.error();
  auto commits = shipflow::read_log(*printed);
  if (!commits) return commits.error();
  to.commits = std::move(*commits);
  if (shallow->starts_with("true") && (to.begin.empty() || is_cut_off(to.commits)))
    return make_error(errc::invalid_argument, "the clone is shallow and " +
                                                  (all                ? "does not reach its first commit"
                                                   : to.begin.empty() ? "has no version's tag"
                                                                      : "lacks commits since " + to.begin) +
                                                  ": run git fetch --unshallow --tags first");
  return to;
}

bool is_tag(const std::string& directory, const std::string& name) {
  return ask_git(directory, {"rev-parse", "--quiet", "--verify", "refs/tags/" + name}).has_value();
}

result<std::vector<std::string>> files_of(const std::string& directory) {
  const auto printed = ask_git(directory, {"ls-tree", "-r", "-z", "--full-tree", "--name-only", "HEAD"});
  if (!printed) return printed.error();
  std::vector<std::string> out;
  std::istringstream in(*printed);
  for (std::string name; std::getline(in, name, '\0');) out.push_back(name);
  return out;
}

}  // namespace program
