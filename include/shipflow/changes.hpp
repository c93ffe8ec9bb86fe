// What changed in a git repository, what that makes of the version, and whether it starts a release.
//
// Everything here is pure: a host runs git and hands over what it printed (`shipflow version next`,
// `shipflow changes` and `shipflow trigger` do).
//
// Triggers of a plan
//
//   triggers:
//     dev: { push: ["!main"], pull_request: [opened, synchronize] }
//     staging: { push: [main], event: staging-deploy, tag: "v*" }
//     prod: { manual: true, branches: [main, "hotfix/*"] }   # from other branches it cannot be started
//     everywhere: { message: "[deploy-all]", order: [dev, staging, prod] }
//     skip: ["[skip ci]", "[ci skip]"]                       # the default; anywhere in a push's message or a pull request's title
//
// or, where the environment is chosen elsewhere, the same keys without environments: `push: [main]`, `tag: "v*"`.
//
// `pull_request` lists actions ("opened"), branches that pull requests want to go into, or both. Without an action it is those
// that bring code: opened, synchronize and reopened. One from a fork, whose code nobody here has seen, starts nothing unless
// the environment says `forks: true`.
// `branches` holds for every event of a known branch, and for `everywhere`, which ends before the first environment that does
// not take the branch. A start by hand from a tag is let in by `tag`. A pushed tag belongs to no branch: `tag` alone decides.
// Patterns: `*` stands for any characters but /, `**` for any, `?` for one; `!` in front takes back what stands
// before it, and a list that begins with `!` begins with everything.
#pragma once

#include <shipflow/model.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow {
inline namespace v1 {

// ---- commits -----------------------------------------------------------------------------

/// `--format` of git log that `read_log` reads, together with `-z` and, for paths, `--name-only`. Fields are
/// separated by NUL, which no commit message, name or path can hold.
inline constexpr std::string_view git_log_format = "%x00%H%x00%P%x00%an%x00%ct%x00%D%x00%B%x00";

struct commit_info {
  std::string id;
  std::vector<std::string> parents;  ///< more than one: a merge
  std::string author;
  time_point at{};
  std::vector<std::string> tags;
  std::string message;  ///< as git gave it; may be no UTF-8
  std::vector<std::string> paths;
};
/// Newest first, as git log prints. `invalid_document` for anything else. O(bytes).
[[nodiscard]] result<std::vector<commit_info>> read_log(std::string_view printed);

/// A message by conventionalcommits.org 1.0.0, or as `git revert` writes it: type "revert", the subject that is taken back
/// as description.
struct conventional_commit {
  std::string type;   ///< lower case: "feat"
  std::string scope;  ///< or empty
  std::string description;
  bool breaking = false;
  std::string breaking_note;  ///< of the footer BREAKING CHANGE, to the next footer; else the description
};
/// Nothing when the message is not one: a merge, or any other words.
[[nodiscard]] std::optional<conventional_commit> parse_commit(std::string_view message);

/// Without commits that a newer one takes back ("This reverts commit ID.", as `git revert` writes), and without those that
/// do: together they change nothing. A revert that is reverted leaves the first commit. O(bytes).
[[nodiscard]] std::vector<const commit_info*> without_reverted(const std::vector<commit_info>& newest_first);

// ---- versions ----------------------------------------------------------------------------

enum class version_bump { none, patch, minor, major };
[[nodiscard]] std::string_view name_of(version_bump b) noexcept;
/// feat: minor; fix, perf, revert: patch; breaking: major; anything else none.
[[nodiscard]] version_bump bump_of(const conventional_commit& c) noexcept;

struct next_version {
  version_bump bump = version_bump::none;
  semantic_version version;  ///< the next one; the last one when there is nothing to release
  std::string because;       ///< id of the newest commit that asks for this much
};
/// From the last version and the commits since; without one the first is 1.0.0. While the last is 0.y.z a
/// breaking change makes a minor. With `prerelease` ("rc") it is x.y.z-rc.N: N counts on from the last one
/// of the same x.y.z and name, and from 1 else. Commits that were taken back again do not count. The next is always above
/// the last: after 1.3.0-rc.1 a fix makes 1.3.1-beta.1.
[[nodiscard]] next_version next_of(const std::optional<semantic_version>& last,
                                   const std::vector<commit_info>& since, const std::string& prerelease = {});
[[nodiscard]] std::string format_version(const semantic_version& v);

/// What is new, as Markdown: breaking changes, features, fixes, performance, reverts, each with scope and
/// short id, without what was taken back again. Words of commits are escaped: nothing in them is Markdown or HTML, control characters and
/// bytes that are no UTF-8 are replaced.
[[nodiscard]] std::string changelog(const std::string& title, const std::vector<commit_info>& since);

/// How tags and images are called: "v${version}", "api:v${version}", "api:dev-${sha}", "v${version}-${sha}". `${sha}` is the
/// first 7 digits of a commit. `invalid_argument` for one that names neither, or without the commit it needs.
[[nodiscard]] result<std::string> tag_for(const std::string& convention, const release_info& what);
/// Can versions be read from tags by this convention? It must name `${version}` once and nothing else.
[[nodiscard]] result<void> check_convention(const std::string& convention);
/// The version in a tag by that convention; nothing when it is another tag, or has a number above 2^53 - 1.
[[nodiscard]] std::optional<semantic_version> version_in(const std::string& convention, std::string_view tag);
/// The highest of them. Pre-releases count only when asked for.
struct tagged_version {
  std::string tag;
  semantic_version version;
};
[[nodiscard]] std::optional<tagged_version> latest_version(const std::vector<std::string>& tags,
                                                           const std::string& convention, bool prereleases);

// ---- components --------------------------------------------------------------------------

/// Does a path, branch or tag fit the list of patterns?
[[nodiscard]] bool fits(const std::vector<std::string>& patterns, std::string_view text);
/// Components one of whose patterns fits one of the paths. O(paths x patterns).
[[nodiscard]] std::set<std::string> changed_components(
    const std::map<std::string, std::vector<std::string>>& patterns, const std::vector<commit_info>& since);

/// The commits that touch one of a component's files, for versions and changelogs of its own. Same order. O(paths x patterns).
[[nodiscard]] std::vector<commit_info> commits_touching(const std::vector<std::string>& patterns,
                                                        const std::vector<commit_info>& since);

// ---- triggers ----------------------------------------------------------------------------

struct trigger_event {
  enum class kind { push, pull_request, tag, manual, event } what = kind::push;
  std::string branch;   ///< of a pull request the one it wants to go into; empty: not known
  std::string tag;      ///< of `tag`
  std::string name;     ///< of `event` its type, of a pull request the action: "opened"
  std::string message;  ///< of the newest commit, of a pull request its title
  std::string commit;
  bool fork = false;  ///< of a pull request: its code comes from another repository
  /// Of a dispatch, what it says is to be released: the members `version` and `commit` of its `client_payload` or `inputs`, and
  /// `images` ({"api": "REFERENCE"}) of its `client_payload`. Other members are the sender's own.
  std::string version;
  std::map<std::string, std::string> images;
};
/// Reads what GitHub hands to a workflow: the event's name and its payload (push, pull_request,
/// workflow_dispatch, repository_dispatch). `unsupported` for other events, `invalid_document` for a
/// payload that is none. A push that deletes a branch or tag is `unsupported` as well. Of an annotated tag `commit` is the
/// commit it stands on.
[[nodiscard]] result<trigger_event> read_github_event(std::string_view name, const json::value& payload);

struct trigger_decision {
  std::vector<std::string> environments;  ///< one after the other; "" is the one chosen elsewhere
  std::string why;                        ///< one line, also when there are none
};
/// Finds what `triggers` of the plan cannot mean, with the place. The compiler does.
void check_triggers(const plan_document& plan, diagnostics& out);
/// The environments that `triggers` of a plan, as JSON, name, those of `everywhere` too.
[[nodiscard]] std::set<std::string> triggered_environments(const json::object& triggers);
/// `triggers` of a plan as JSON. Errors: `invalid_document` names the key.
[[nodiscard]] result<trigger_decision> decide_trigger(const json::object& triggers, const trigger_event& e);

}  // namespace v1
}  // namespace shipflow
