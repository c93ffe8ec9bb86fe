// What GitHub's answers mean for a release. Pure.
#pragma once

#include <shipflow/provider.hpp>

#include <string>
#include <vector>

namespace shipflow::github_provider {

/// `status`: GET /repos/{r}/commits/{ref}/status; `runs`: all check runs of it.
[[nodiscard]] answer judge_checks(const json::value& status, const json::array& runs,
                                  const std::vector<std::string>& required);

/// So many people can be asked for.
inline constexpr int most_approvals = 100;

struct pull_request_rule {
  bool merged = true;
  int approvals = 1;
};
/// `pull`: GET /repos/{r}/pulls/{n}; `reviews`: all of them, oldest first.
[[nodiscard]] answer judge_pull_request(const json::value& pull, const json::array& reviews,
                                        const pull_request_rule& rule);

}  // namespace shipflow::github_provider
