// One stack on its way: each look says how far it is, and makes the next move. Any look may be the first after a crash.
#pragma once

#include "provider/cloudformation/change_sets.hpp"

namespace shipflow::cloudformation {

struct far {
  enum class kind { unchanged, changed, going_on };
  kind is = kind::going_on;
  std::string text{};      ///< going_on: one line for people
  json::object outputs{};  ///< changed, unchanged: of the stack
};
/// Brings a stack to what is wanted, by the change set of that name. The answer ends the call: it failed, and why.
[[nodiscard]] aws::got<far> drive(session& s, const wanted& to, const std::string& change_set);
/// Something of that name was begun for the stack.
[[nodiscard]] aws::got<bool> was_begun(session& s, const std::string& stack, const std::string& change_set);
/// Ends what is under way: a change set is dropped, an update is taken back by CloudFormation. What was done.
[[nodiscard]] aws::got<std::string> end_of(session& s, const std::string& stack,
                                           const std::string& change_set);

/// "Service (AWS::ECS::Service): image not found" of the first resource that failed since the last change began, in a nested
/// stack "Nested > Service (...): ...", and the events since then. Never fails.
struct cause {
  std::string first;
  json::array events;
};
[[nodiscard]] cause cause_of(session& s, const std::string& stack);
/// What people can do about a stack in that status; empty: nothing needs to be done.
[[nodiscard]] std::string remedy_for(const std::string& stack, const std::string& status);
inline constexpr std::string_view protected_remedy =
    "is protected from deletion; take the protection off, then undo again";

}  // namespace shipflow::cloudformation
