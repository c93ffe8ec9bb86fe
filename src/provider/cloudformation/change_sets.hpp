// Change sets: made, looked at, executed, dropped.
#pragma once

#include "provider/cloudformation/stacks.hpp"

#include <optional>
#include <string>
#include <vector>

namespace shipflow::cloudformation {

struct change_set {
  std::string status, execution, why;
  [[nodiscard]] bool is_empty() const;  ///< it failed because there is nothing to change
  [[nodiscard]] bool was_executed() const { return execution.starts_with("EXECUTE_"); }
};
/// Empty: there is none.
[[nodiscard]] aws::got<std::optional<change_set>> find_set(session& s, const std::string& stack,
                                                           const std::string& name);

enum class set_kind { creates, updates };
enum class asked {
  made,     ///< now, or it was there already
  nothing,  ///< it was refused at once, because there is nothing to change
};
[[nodiscard]] aws::got<asked> make_set(session& s, const wanted& to, const std::string& name, set_kind kind);
/// Parameters that the template has, the stack has a value for, and nobody gave one: they stay.
[[nodiscard]] aws::got<wanted> with_kept(session& s, wanted to, const found& now);
[[nodiscard]] aws::got<bool> execute_set(session& s, const std::string& stack, const std::string& name);
/// Drops it if it is still there.
void drop(session& s, const std::string& stack, const std::string& name);

/// Resources that would not survive it: "Database (AWS::RDS::DBInstance)". Of the whole change set: one of more than 50 pages
/// is an error, so that nothing is executed that was not looked at.
struct losses {
  std::vector<std::string> replaced, removed;
};
[[nodiscard]] aws::got<losses> losses_of(session& s, const std::string& stack, const std::string& name);

}  // namespace shipflow::cloudformation
