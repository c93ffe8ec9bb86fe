// What is under way between an engine and a scenario: calls with a place for their answer, and facts.
#pragma once

#include <shipflow/json.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <string>

namespace shipflow_corpus {

namespace json = shipflow::json;

/// A call, or, without `finish`, a fact.
struct happening {
  std::string key;
  std::string body;
  std::string kind;  ///< "action", "probe", "metrics", "secret", "policy", "message"; empty for a fact
  /// Gives the answer; destroyed without being called it drops the call.
  std::function<void(const json::object&)> finish;
  bool ended = false;  ///< a fact that ends the run
};

using inbox = std::deque<happening>;

}  // namespace shipflow_corpus
