// Messages to people: what a run tells, through which channel, and who carries it there.
//
// An environment says where people are, a plan or an environment what they are told:
//
//   channels:                                   # in the environment, once
//     releases: { slack: "${SLACK_RELEASES}" }  # an incoming webhook; its URL must be a secret
//     audit:    { webhook: "https://audit.example.com/hook", key: "${AUDIT_KEY}" }   # signed, see below
//     pager:    { command: [./page.sh, --team, shop], timeout: 20s }                 # message on standard input
//     tool:     { host: chat, with: { room: 7 } }                                    # a notifier of the host
//     alarms:   { sns: "arn:aws:sns:..." }      # so `ses`, mail (aws_messages.hpp), and `github` (github_messages.hpp)
//     stakeholders: none                        # nobody is reached here; rules may still name it
//   notify:                                     # in the plan or in the environment
//     - { at: [started, released], to: [releases] }
//     - { at: breach, severity: [SEV1], to: [pager] }
//     - { at: step_done, steps: [migrate], to: [releases], text: "Schema of ${release.version} is in place" }
//     - { at: parked, to: [pager], text: "${moment.why}: ${moment.command:-look at it}" }
//     - { at: reminder, before: [24h, 1h], to: [releases], text: "Release ${release.version} in ${moment.lead}" }
//
// `before` gives reminders lead times of their own, each rule as many as it likes; without it they come when the
// calendar's `remind` says (48 and 24 hours before the start). A lead time that had passed when the start was scheduled or moved
// reminds nobody; a start that is moved reminds anew, one that is cancelled does not.
//
// Moments: `moments()` below. A text takes every constant of the plan (`${release.version}`, `${bake}`) and
// the values of its moment, `${moment.NAME}`; `moment_values()` lists them. A value the moment does not have
// is empty, or its default. Values are put in once: `${` in a value stays as it is. Secrets and outputs of
// steps may not stand in a text.
//
// Every channel takes `timeout` (10s, at most 1m) of one attempt and `give_up` (24h, at most 7d).
//
// Slack: the text as Slack's mrkdwn. Words of the author are sent as they are; values have `&`, `<` and `>`
// escaped, so that no name can call `<!channel>`.
// Webhook: a POST of the message as JSON (`to_json`) with these headers:
//   Shipflow-Message: the id of the message, the same in every attempt: drop one you have had
//   Shipflow-Timestamp: seconds since the epoch when this attempt was made
//   Shipflow-Signature: v1=HEX, where `key` is given: HMAC-SHA256 with the key over TIMESTAMP "." BODY
// `headers: {name: value}` adds more (Authorization, Cookie and X-API-Key must be secrets), `ca: FILE` trusts the certificates of a file. Any 2xx is delivered. Redirects are not
// followed. 408, 425, 429 and 5xx are tried again, `Retry-After` is kept to; other answers are final. What is not reachable
// on the public internet (loopback, private and link-local addresses, after the name was looked up) is refused unless the
// channel says `private: true`.
// Command: the message as JSON on standard input, no shell; `env`, `directory`. Exit status 0 is delivered,
// 75 (EX_TEMPFAIL) and a signal are tried again, any other status is final.
//
// Messages are kept in the store with the facts that they follow from and are sent from there: at least
// once, in order per run and channel, again after a restart, with growing pauses, until `give_up`. A channel that does
// not answer holds up nothing but its own messages. What was given up is in `status`, events and the report.
#pragma once

#include <shipflow/error.hpp>
#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// A piece of a text. Only `words` may be read as markup.
struct text_piece {
  enum class kind {
    words,   ///< as the author of the document wrote it
    value,   ///< what a reference stood for
    moment,  ///< still to be put in: the value `text` of the moment, else `otherwise`
  };
  kind what = kind::words;
  std::string text;
  std::string otherwise{};
  friend bool operator==(const text_piece&, const text_piece&) = default;
};

/// Something that people can be told of, with the text that is used when the document gives none.
struct moment_kind {
  std::string_view name;
  std::string_view text;  ///< with ${moment.NAME}
};
/// scheduled (a start in the future), moved (that start, by people), reminder (before it), held (it waits for the calendar), started, approval (people are asked in a step), approved, rejected, step_done,
/// step_failed, paused, resumed, breach (a guard alerts), question (people decide about a rollback), rolling_back,
/// rolled_back, released, watched (the watch is over), parked (a person is needed), lapsed (a step cannot be
/// put back any more), failed, cancelled.
[[nodiscard]] const std::vector<moment_kind>& moments();
/// moment, at, run, plan, environment, url, version, started_by; and where the moment has them: step, title, guard,
/// severity, why, who, roles, due, command, lead.
[[nodiscard]] const std::vector<std::string_view>& moment_values();

/// One message to one channel.
struct message {
  std::string id;  ///< the same in every attempt
  std::string moment;
  std::string run;
  std::string channel;
  time_point at{};               ///< of the fact it follows from
  std::vector<text_piece> text;  ///< without `moment` pieces
  json::object values;           ///< the values of the moment, all strings
};
/// The text as one string, nothing escaped.
[[nodiscard]] std::string plain_text(const message& m);
/// {"id", "moment", "run", "channel", "at": ISO 8601, "text", "values": {...}}
[[nodiscard]] json::object to_json(const message& m);

/// One attempt to deliver.
struct delivery {
  message what;
  std::string kind;   ///< "slack", "webhook", "command" or one of the host's
  json::object spec;  ///< the channel as declared, secrets put in; of a host's channel its `with`
  int attempt = 1;
  time_point now{};       ///< when it was begun
  time_point deadline{};  ///< an answer that comes later is not heard
  std::stop_token stop;
};

struct delivery_answer {
  enum class outcome {
    delivered,
    again,    ///< may work later
    refused,  ///< will never work: the message is given up
  };
  outcome what = outcome::again;
  std::string why{};       ///< one line, for people; secrets of the spec are removed from it
  duration not_before{0};  ///< again: no sooner than this from now on
  static delivery_answer delivered() { return {outcome::delivered}; }
  static delivery_answer again(std::string why, duration not_before = duration{0}) {
    return {outcome::again, std::move(why), not_before};
  }
  static delivery_answer refused(std::string why) { return {outcome::refused, std::move(why)}; }
};

/// Carries messages to channels of the kinds it names. Like `provider::call`, begins and returns at once.
class notifier {
 public:
  virtual ~notifier();
  [[nodiscard]] virtual std::vector<std::string> kinds() const = 0;
  /// Could a channel with this spec work? Asked by the compiler, secrets are `${secret:NAME}`; pure. By default every
  /// spec could.
  [[nodiscard]] virtual result<void> check(const std::string& kind, const json::object& spec) const;
  /// `done` is called once, from any thread, also inside `send`. The same message may come again.
  virtual void send(delivery q, std::function<void(delivery_answer)> done) = 0;
};

/// The kinds slack, webhook and command, with one thread of their own, on which `done` is called.
[[nodiscard]] std::shared_ptr<notifier> make_notifiers();
/// Whether make_notifiers() could use the spec of a channel; `not_found` for another kind. Pure.
[[nodiscard]] result<void> check_channel(const std::string& kind, const json::object& spec);

/// A notifier made of a function, called on the engine's thread; it must not block. An exception is `again`.
[[nodiscard]] std::shared_ptr<notifier> make_notifier(std::string kind,
                                                      std::function<delivery_answer(const delivery&)> send);

}  // namespace v1
}  // namespace shipflow
