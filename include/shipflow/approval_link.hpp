// An approval asked for by a link: whoever has it may answer one question of one run, as the person it was made
// for, until it expires. A host puts the token into an address of its own, sends it to that person alone, and says
// what comes back:
//
//   const auto token = shipflow::make_approval_token(key, {run, "go", "user:quinn", plan_digest, expires});
//   ... https://tools.example.com/approve?token=TOKEN ...
//   const auto asked = shipflow::read_approval_token(key, token, now);   // what does it ask?
//   auto word = shipflow::answer_of(*asked, token, "approve", "looks good");
//   word.groups = directory.groups_of(asked->principal);                  // where roles are given to groups
//   engine.say(asked->run, word);
//
// The run decides as ever: the person needs the role, may not approve their own release, and the plan must be the
// one that the link was made for. Said twice it counts once.
//
// A token is BASE64URL(JSON of the fields) "." HMAC-SHA-256 of that text in hexadecimal.
#pragma once

#include <shipflow/engine.hpp>

#include <string>
#include <string_view>

namespace shipflow {
inline namespace v1 {

struct approval_link {
  std::string run;
  std::string step;         ///< or the id of a question
  std::string principal;    ///< whom it was made for: "user:quinn"
  std::string plan_digest;  ///< of the run's plan; an answer to another one is refused
  time_point expires{};
};

/// `invalid_argument` for a key below 32 bytes and for fields that are empty.
[[nodiscard]] result<std::string> make_approval_token(std::string_view key, const approval_link& asked);
/// `denied` for a token that was not made with this key, was changed, or has expired: the message says which.
[[nodiscard]] result<approval_link> read_approval_token(std::string_view key, std::string_view token,
                                                        time_point now);
/// What to say to the run. Its id comes from the token, so that a second answer by the same link changes nothing.
/// `word` is "approve" or "reject".
[[nodiscard]] said answer_of(const approval_link& asked, std::string_view token, const std::string& word,
                             const std::string& reason);

}  // namespace v1
}  // namespace shipflow
