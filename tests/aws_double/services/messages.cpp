// SNS and SES, as far as messages need them: topics and addresses that are there, and the limits of a message.
#include "aws_double/mailbox.hpp"
#include "aws_double/service.hpp"
#include "base/members.hpp"

#include <algorithm>

namespace tests {
namespace {

using namespace shipflow;

constexpr std::size_t most_message = std::size_t{256} << 10U;

bool good_subject(const std::string& s) {
  return s.size() <= 100 && std::all_of(s.begin(), s.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

cloud::reply publish(const call& c) {
  auto& box = c.models.of<mailbox>();
  const auto topic = members::text(c.input, "TopicArn");
  if (c.operation != "Publish") return cloud::refused("InvalidAction", c.operation + " is not modelled");
  if (!box.topics.contains(topic)) return cloud::refused("NotFound", "Topic does not exist");
  if (!good_subject(members::text(c.input, "Subject")))
    return cloud::refused("InvalidParameter", "Invalid parameter: Subject");
  if (members::text(c.input, "Message").empty() || members::text(c.input, "Message").size() > most_message)
    return cloud::refused("InvalidParameter", "Invalid parameter: Message too long");
  if (topic.ends_with(".fifo") != c.input.contains("MessageGroupId"))
    return cloud::refused("InvalidParameter", "The MessageGroupId parameter is for FIFO topics");
  box.published.push_back(c.input);
  return json::object{{"MessageId", "m-" + std::to_string(box.published.size())}};
}

std::string bare(const std::string& address) {
  const auto from = address.find('<');
  return from == std::string::npos ? address : address.substr(from + 1, address.find('>') - from - 1);
}

cloud::reply send_email(const call& c) {
  auto& box = c.models.of<mailbox>();
  if (c.operation != "SendEmail") return cloud::refused("InvalidAction", c.operation + " is not modelled");
  if (!box.verified.contains(bare(members::text(c.input, "Source"))))
    return cloud::refused("MessageRejected", "Email address is not verified.");
  box.mailed.push_back(c.input);
  return json::object{{"MessageId", "e-" + std::to_string(box.mailed.size())}};
}

const registered sns(
    {.signing = "sns", .speaks = speech::query, .version = "2010-03-31", .answers = publish});
const registered ses(
    {.signing = "ses", .speaks = speech::query, .version = "2010-12-01", .answers = send_email});

}  // namespace
}  // namespace tests
