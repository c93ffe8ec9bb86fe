// From request to answer, wherever GitHub's answers come from.
#pragma once

#include "github/api.hpp"

#include <shipflow/provider.hpp>

namespace shipflow::github_provider {

using shared_reply = std::shared_ptr<reply>;

/// The provider over a wire, which it does not own and which answers everything before it goes.
class caller {
 public:
  explicit caller(github::wire& on) : on_(on), api_(on) {}
  caller(const caller&) = delete;
  caller& operator=(const caller&) = delete;
  void call(request q, reply r);

 private:
  void look(const request& q, const shared_reply& r);
  void look_at_checks(const request& q, const shared_reply& r);
  void look_at_pull(const request& q, const shared_reply& r, std::int64_t number);
  [[nodiscard]] github::asking asking_of(const request& q, const std::string& path) const;

  github::wire& on_;
  github::api api_;
};

/// Inputs of checks and pull_request that can never work are refused before anything is asked.
[[nodiscard]] result<void> check_inputs(const request& q);
[[nodiscard]] std::vector<action_spec> action_specs();

}  // namespace shipflow::github_provider
