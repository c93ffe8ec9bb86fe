// Keys, and where they are found.
#pragma once

#include "http/client.hpp"

#include <shipflow/aws.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace shipflow::aws {

struct credentials {
  std::string id;
  std::string secret;
  std::string token;                  ///< of a session, or empty
  std::optional<time_point> expires;  ///< empty: never
};

using found_credentials = std::function<void(result<credentials>)>;

/// From variables and files. `not_found`: there are none, look elsewhere. Other errors end the search.
[[nodiscard]] result<credentials> local_credentials(const aws_options& from);

/// From the container's or the instance's endpoint, in that order; `done` is called on the client's executor
/// or inside the call.
void remote_credentials(http::client& with, const aws_options& from, found_credentials done);

/// {AccessKeyId, SecretAccessKey, Token, Expiration} of such an endpoint. Pure.
[[nodiscard]] result<credentials> read_credentials(std::string_view body, const std::string& where);

}  // namespace shipflow::aws
