// A signal being decided: who says what about which step, and what a decision answers to it.
#pragma once

#include "run/decision.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace shipflow::run {

struct speech {
  const signal_event& e;
  std::set<std::string> roles;
  std::string step;
};

/// Adds the signal as a fact with that meaning ("counted", "done", "refused"), the speaker's reason and `extra`.
void say(decision& d, const speech& p, const std::string& meaning, const std::string& why,
         json::object extra = {});
void refuse(decision& d, const speech& p, const std::string& why);

/// Whether the speaker has one of these roles; none wanted: everybody has.
[[nodiscard]] bool has_any(const speech& p, const std::vector<std::string>& wanted);
/// The same, and refuses the speaker who has not.
[[nodiscard]] bool may(decision& d, const speech& p, const std::vector<std::string>& wanted);

[[nodiscard]] std::optional<step_index> step_named(const decision& d, const std::string& id);

/// "why: reason" where the speaker gave one, else "why".
[[nodiscard]] std::string with_reason(const speech& p, const std::string& why);

/// Whether the speech is about the plan's tasks, which are ticked after the release.
[[nodiscard]] bool names_tasks(const decision& d, const std::string& step);

// What people decide together: approvals, questions, checklists, tasks (decide_vote.cpp).
void approve(decision& d, const speech& p);
void reject(decision& d, const speech& p);
void tick(decision& d, const speech& p);
void untick(decision& d, const speech& p);

// What an operator does to a run (decide_operation.cpp).
void roll_back(decision& d, const speech& p);
void resume(decision& d, const speech& p);
void retry(decision& d, const speech& p);
void skip(decision& d, const speech& p);
void cancel(decision& d, const speech& p);
void move_start(decision& d, const speech& p);
void override_calendar(decision& d, const speech& p);
void supersede(decision& d, const speech& p);

}  // namespace shipflow::run
