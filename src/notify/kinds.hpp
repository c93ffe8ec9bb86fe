// One attempt of each kind, made ready from the spec of its channel.
#pragma once

#include "http/client.hpp"
#include "process/child.hpp"

#include <shipflow/message.hpp>

namespace shipflow::notify {

/// The POST of a message; for `check` of an empty one. Errors: `invalid_argument`, the message names the member.
[[nodiscard]] result<http::request> slack_request(const json::object& spec, const delivery& q);
[[nodiscard]] result<http::request> webhook_request(const json::object& spec, const delivery& q);
/// What an answer to either means. `sent` is the request, whose URL stays out of the words.
[[nodiscard]] delivery_answer judge(const http::request& sent, const http::outcome& o, time_point now);

[[nodiscard]] result<process::child_spec> command_of(const json::object& spec, const delivery& q);
[[nodiscard]] delivery_answer judge(const process::child_spec& spec, const result<process::child_end>& end);

}  // namespace shipflow::notify
