// What git says about a repository.
#pragma once

#include <shipflow/changes.hpp>

#include <optional>
#include <string>
#include <vector>

namespace program {

/// Standard output of `git -C DIRECTORY ARGUMENT...`, at most 1 GiB; `failed` with its last words.
[[nodiscard]] shipflow::result<std::string> ask_git(const std::string& directory,
                                                    const std::vector<std::string>& arguments);

/// The last version of a repository and what came after it.
struct history_since {
  std::optional<shipflow::tagged_version> last;
  std::vector<shipflow::commit_info> commits;  ///< newest first
};
struct history_question {
  std::string directory = ".";
  std::string convention = "v${version}";
  std::string since;         ///< a revision in place of the last version's tag
  bool prereleases = false;  ///< tags of pre-releases count as versions
  bool paths = false;
};
/// `invalid_argument` for a shallow clone that does not reach the last version.
[[nodiscard]] shipflow::result<history_since> read_history(const history_question& q);

}  // namespace program
