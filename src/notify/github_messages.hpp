// Messages as events that start workflows, made ready from the spec of their channel, and followed to the end of the run.
#pragma once

#include "github/api.hpp"

#include <shipflow/message.hpp>

#include <map>
#include <mutex>
#include <string>

namespace shipflow::notify {

/// The action of the provider `github` that does the same. Errors: `invalid_argument`, the message names the member;
/// `not_found`, another kind. Pure.
[[nodiscard]] result<request> github_request_of(const std::string& kind, const json::object& spec,
                                                const delivery& q);
/// What an answer to it means for the message. Pure.
[[nodiscard]] delivery_answer judge(const answer& a);

/// Carries messages over a wire, which answers everything before this goes. Any thread.
class github_sender {
 public:
  explicit github_sender(github::wire& on) : on_(on), api_(on) {}
  github_sender(const github_sender&) = delete;
  github_sender& operator=(const github_sender&) = delete;

  using reply_to = std::function<void(delivery_answer)>;
  void send(const delivery& q, reply_to done);

 private:
  enum class standing {
    unsent,   ///< certainly not dispatched
    unclear,  ///< perhaps; its run may still get into the list
    begun,    ///< GitHub took it
  };
  /// What is known of a message between two attempts; after a restart nothing is.
  struct trace {
    standing is = standing::unsent;
    json::value handle;
    time_point since{};  ///< unclear: when it may have been dispatched last
  };
  [[nodiscard]] trace trace_of(const delivery& q);
  void note(const std::string& message, trace now);
  void forget(const std::string& message);
  void ask(const std::string& message, request r, const trace& known, reply_to done);
  void came(const std::string& message, request r, const trace& known, const answer& a, const reply_to& done);

  github::wire& on_;
  github::api api_;
  std::mutex guard_;
  std::map<std::string, trace> traces_;  ///< by id of the message
};

}  // namespace shipflow::notify
