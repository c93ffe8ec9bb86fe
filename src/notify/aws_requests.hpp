// Messages as calls to SNS and SES, made ready from the spec of their channel.
#pragma once

#include "aws/client.hpp"

#include <shipflow/message.hpp>

namespace shipflow::notify {

inline constexpr aws::service sns{"SNS", "sns", "sns", aws::protocol::query, "2010-03-31"};
inline constexpr aws::service ses{"SES", "email", "ses", aws::protocol::query, "2010-12-01"};

struct aws_request {
  aws::service to;
  std::string operation;
  json::object input;
  aws::call_options how;
};
/// Errors: `invalid_argument`, the message names the member; `not_found`, another kind. Pure.
[[nodiscard]] result<aws_request> aws_request_of(const std::string& kind, const json::object& spec,
                                                 const delivery& q);
/// What the outcome of a call means. Pure.
[[nodiscard]] delivery_answer judge(const aws::outcome& o);

/// What SNS takes as a subject: printable ASCII, at most 100. Pure.
[[nodiscard]] std::string sns_subject(const std::string& text);

}  // namespace shipflow::notify
