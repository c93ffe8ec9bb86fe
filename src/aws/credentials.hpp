// Keys, and how those beside this process hand them out.
#pragma once

#include "http/client.hpp"

#include <shipflow/aws.hpp>
#include <shipflow/json.hpp>

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

/// From the endpoint that AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI names; `done` is called on the client's
/// executor or inside the call.
void container_credentials(http::client& with, const aws_options& from, found_credentials done);
/// Runs `then` after `wait`, unless everything is over.
using pausing = std::function<void(duration wait, std::function<void()> then)>;
/// From the instance's metadata service, version 2. What gives no answer, or one of a server in trouble, is asked again
/// after 100 ms, 200 ms and so on. `not_found`: it is not there, or has none.
void instance_credentials(http::client& with, const aws_options& from, pausing pause, found_credentials done);

/// {AccessKeyId, SecretAccessKey, Expiration} and the session's token under `token`. Pure.
[[nodiscard]] result<credentials> read_credentials(const json::object& from, std::string_view token,
                                                   const std::string& where);
/// The same from a text, where `Code` must be "Success" if it is there. Pure.
[[nodiscard]] result<credentials> parse_credentials(std::string_view body, std::string_view token,
                                                    const std::string& where);

}  // namespace shipflow::aws
