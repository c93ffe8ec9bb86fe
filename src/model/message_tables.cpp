// Where people are reached, and what they are told.
#include "model/tables.hpp"

#include <shipflow/message.hpp>

namespace shipflow::model_room {
namespace {

using namespace schema;

schema::type one_or_names() { return either({non_empty_string(), names()}); }

const mapping& channel_table() {
  static const auto table = [] {
    mapping t("channel", "Where people are reached");
    t.field("slack", text(), "an incoming webhook of Slack; the URL must be a secret")
        .example("${SLACK_RELEASES}");
    t.field("webhook", text(), "a URL that takes messages as JSON").example("https://audit.example.com/hook");
    t.field("command", arguments(), "a program that reads the message as JSON");
    t.field("sns", text(), "ARN of a topic of Amazon SNS")
        .example("arn:aws:sns:eu-central-1:123456789012:releases");
    t.field("ses", text(), "Amazon SES: the address that the mail is from").example("releases@example.com");
    t.field("github", text(), "OWNER/NAME: a repository with a workflow that takes messages")
        .example("octo/notes");
    t.field("host", identifier(), "a notifier of the program that embeds shipflow");
    t.exactly_one({"slack", "webhook", "command", "sns", "ses", "github", "host"});
    t.field("key", text(), "webhook: signs with HMAC-SHA256; must be a secret").example("${AUDIT_KEY}");
    t.field("headers", map_of(non_empty_string(), text()),
            "webhook: more headers; Authorization, Cookie and X-API-Key must be secrets");
    t.field("private", boolean(), "may the URL lead to a loopback, private or link-local address")
        .standard(false);
    t.field("ca", text(), "a PEM file to trust instead of the system's authorities");
    t.field("to", list_of(text(), 1, 50), "ses: addresses").example(json::array{"ops@example.com"});
    t.field("subject", text(), "sns, ses: default: plan, environment and moment");
    t.field("attributes", map_of(non_empty_string(), text()), "sns: more attributes, at most five");
    t.field("region", text(), "sns, ses: default: the topic's, the process environment's");
    t.field("endpoint_url", text(), "sns, ses: instead of AWS's own");
    t.field("workflow", text(), "github: file name or number").example("publish.yml");
    t.field("ref", text(), "github: the branch or tag that the workflow runs on").example("main");
    t.field("inputs", map_of(non_empty_string(), any()), "github: more inputs of the workflow");
    t.field("event_type", text(), "github: sends this repository_dispatch instead");
    t.field("client_payload", map_of(non_empty_string(), any()), "github: what more goes with that event");
    t.field("wait", boolean(), "github: for the end of the run").standard(true);
    t.field("accept", list_of(text(), 1, 20), "github: conclusions that are good; default: success");
    t.field("key_input", text(), "github: what carries the key of the message").standard("shipflow_key");
    t.field("token", text(), "github: who sends it; must be a secret").example("${GITHUB_TOKEN}");
    t.field("api_url", text(), "github: of an Enterprise server, https://HOST/api/v3");
    t.field("env", map_of(non_empty_string(), text()), "environment of the command");
    t.field("directory", text(), "where the command runs");
    t.field("with", map_of(non_empty_string(), any()), "what the notifier of the host is given");
    t.field("timeout", span(), "of one attempt, at most 1m").standard("10s");
    t.field("give_up", span(), "how long it is tried, at most 7d").standard("24h");
    return t;
  }();
  return table;
}

const mapping& message_table() {
  static const auto table = [] {
    std::vector<std::string> all;
    for (const auto& m : moments()) all.emplace_back(m.name);
    mapping t("message", "Who is told what, and when");
    t.field("at", either({enumeration(all), list_of(enumeration(all), 1, 30)}), required, "the moments")
        .example(json::array{"started", "released"});
    t.field("to", one_or_names(), required, "channels of the environment");
    t.field("severity",
            either({enumeration({"SEV1", "SEV2", "SEV3", "SEV4"}),
                    list_of(enumeration({"SEV1", "SEV2", "SEV3", "SEV4"}), 1, 4)}),
            "of breach and question: for these only");
    t.field("steps", one_or_names(), "of moments that are about a step: for these only");
    t.field("before", either({duration_type(), list_of(duration_type(), 1, 20)}),
            "of reminder: how long before a scheduled start; default: the calendar's `remind`")
        .example(json::array{"24h", "1h"});
    t.field("text", text(), "what is said; default: one line that says what happened")
        .example("${release.version} is live: ${moment.url}");
    return t;
  }();
  return table;
}

}  // namespace

schema::type channels() {
  return map_of(identifier(), either({enumeration({"none"}), schema::table(channel_table)}));
}

schema::type messages() { return list_of(schema::table(message_table), 0, 200); }

}  // namespace shipflow::model_room
