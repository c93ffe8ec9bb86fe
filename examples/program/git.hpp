// What git says about a repository.
#pragma once

#include <shipflow/changes.hpp>

#include <optional>
#include <string>
#include <vector>

namespace program {

/// Standard output of `git -C DIRECTORY ARGUMENT...`, at most 1 GiB; `failed` with what it complained about.
[[nodiscard]] shipflow::result<std::string> ask_git(const std::string& directory,
                                                    const std::vector<std::string>& arguments);

/// The last version of a repository and what came after it.
struct history_since {
  std::optional<shipflow::tagged_version> last;  ///< with `since` the last one up to there
  std::string begin;                           ///< `since` or the last version's tag; empty: the first commit
  std::vector<shipflow::commit_info> commits;  ///< newest first
};
struct history_question {
  std::string directory = ".";
  std::string convention = "v${version}";
  std::string since;         ///< a revision in place of the last version's tag; only zeros: the first commit
  bool prereleases = false;  ///< tags of pre-releases count as versions
  enum class files {
    none,
    of_mainline,  ///< a merge has the paths of the branch that came with it, whose commits are left out
    of_each,      ///< every commit has its own; a merge has none
  } paths = files::none;
};
/// `invalid_argument` for a shallow clone that lacks some of it, a revision or a convention that is none.
[[nodiscard]] shipflow::result<history_since> read_history(const history_question& q);

/// Is there a tag of that name, on whichever branch?
[[nodiscard]] bool is_tag(const std::string& directory, const std::string& name);

/// All files of the newest commit, from the root of the repository.
[[nodiscard]] shipflow::result<std::vector<std::string>> files_of(const std::string& directory);

}  // namespace program
