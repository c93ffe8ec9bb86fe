// The inputs of the actions as values.
#pragma once

#include "http/expect.hpp"

#include <shipflow/provider.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace shipflow::http_provider {

/// A request and what its answer must look like.
struct asking {
  http::request request;
  http::expectation expect;
  bool any_expect = false;  ///< the plan said what to expect
};

struct call_inputs {
  asking ask;
  std::vector<std::pair<std::string, std::string>> capture;  ///< name, JSON pointer
  std::optional<asking> verify;
  std::optional<json::object> undo;  ///< with `${name}` in it
  duration every{2'000};             ///< wait
};

/// Checks everything, the undo request too.
[[nodiscard]] result<call_inputs> read_inputs(const shipflow::request& q);

/// The undo request with `${name}` replaced. Errors: a name that `from` does not have.
[[nodiscard]] result<asking> read_undo(const json::object& undo, const json::object& from);

/// The declared fields, for `actions()`.
[[nodiscard]] std::vector<field_spec> common_fields();

}  // namespace shipflow::http_provider
