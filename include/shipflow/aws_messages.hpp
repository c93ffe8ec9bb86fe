// Messages to people through Amazon SNS and SES (see message.hpp for what messages are).
//
//   channels:
//     team: { sns: "arn:aws:sns:eu-central-1:123456789012:releases", attributes: { team: shop } }
//     mail: { ses: "Releases <releases@example.com>", to: [ops@example.com, boss@example.com], subject: "Shop" }
//
// SNS: the text as the message, at most 256 KiB of it; `subject` (default: "plan, environment: moment"), for those who get
// it by mail, at most 100 printable ASCII characters, others are left out. Attributes `moment`, `run`, `plan`, `environment`
// and `version`, where the moment has them, and `attributes` of the channel, ten in all: subscriptions filter by them.
// Topics that end in `.fifo` get the run as the group and the message's id against doubles. The region is the topic's.
// SES: an e-mail in plain text from `ses` to `to`, at most 50 addresses; subject as above, not cut.
//
// Both take `region` and `endpoint_url`. What AWS throttles, cannot do just now, or does not answer is tried again; what it
// refuses (no such topic, no permission, an address that is not verified) is given up. Messages are sent at least once.
//
// Permissions: sns:Publish; ses:SendEmail.
// Sources: docs.aws.amazon.com, API references of SNS 2010-03-31 (Publish) and SES 2010-12-01 (SendEmail).
#pragma once

#include <shipflow/aws.hpp>
#include <shipflow/message.hpp>

#include <memory>
#include <string>

namespace shipflow {
inline namespace v1 {

/// The kinds `sns` and `ses`, with one thread of their own, on which `done` is called.
[[nodiscard]] std::shared_ptr<notifier> make_aws_notifier(aws_options options);
/// Whether it could use the spec of a channel; `not_found` for another kind. Pure.
[[nodiscard]] result<void> check_aws_channel(const std::string& kind, const json::object& spec);

}  // namespace v1
}  // namespace shipflow
