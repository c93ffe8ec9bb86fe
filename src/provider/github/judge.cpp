#include "provider/github/judge.hpp"

#include "base/listed.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace shipflow::github_provider {
namespace {

constexpr duration look_again{15'000};

std::string text(const json::value& o, std::string_view key) {
  const auto* members = o.if_object();
  const auto* v =
      members == nullptr ? nullptr : members->if_contains(json::string_view(key.data(), key.size()));
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
}

bool flag(const json::value& o, std::string_view key) {
  const auto* members = o.if_object();
  const auto* v =
      members == nullptr ? nullptr : members->if_contains(json::string_view(key.data(), key.size()));
  return v != nullptr && v->is_bool() && v->get_bool();
}

// Every context and check run by its name. One of several runs of a name counts when none of them is worse.
struct tally {
  std::set<std::string> passed, open, failed;
};

void count_statuses(const json::value& status, tally& to) {
  const auto* all = status.is_object() ? status.get_object().if_contains("statuses") : nullptr;
  if (all == nullptr || !all->is_array()) return;
  for (const auto& s : all->get_array()) {
    const auto state = text(s, "state");
    (state == "success" ? to.passed : state == "pending" ? to.open : to.failed).insert(text(s, "context"));
  }
}

void count_runs(const json::array& runs, tally& to) {
  for (const auto& run : runs) {
    const auto conclusion = text(run, "conclusion");
    const bool good = conclusion == "success" || conclusion == "neutral" || conclusion == "skipped";
    auto& where = text(run, "status") != "completed" ? to.open : good ? to.passed : to.failed;
    where.insert(text(run, "name"));
  }
}

answer no(std::string why) { return answer::failed(make_error(errc::failed, std::move(why))); }

}  // namespace

answer judge_checks(const json::value& status, const json::array& runs,
                    const std::vector<std::string>& required) {
  tally all;
  count_statuses(status, all);
  count_runs(runs, all);
  if (!all.failed.empty()) return no("failed: " + listed(all.failed));
  if (!all.open.empty()) return answer::in_progress(-1, "under way: " + listed(all.open), look_again);
  std::set<std::string> missing;
  for (const auto& name : required)
    if (!all.passed.contains(name)) missing.insert(name);
  // What is required may only not have begun yet.
  if (!missing.empty()) return answer::in_progress(-1, "not begun: " + listed(missing), look_again);
  if (all.passed.empty()) return no("nothing has checked this commit");
  // More statuses than one page holds: the sum of them all still counts.
  if (const auto state = text(status, "state"); state == "failure" || state == "error")
    return no("the combined status is " + state);
  const auto count = static_cast<std::int64_t>(all.passed.size());
  return answer::done({{"text", std::to_string(count) + (count == 1 ? " check passed" : " checks passed")},
                       {"passed", count}});
}

answer judge_pull_request(const json::value& pull, const json::array& reviews,
                          const pull_request_rule& rule) {
  std::map<std::string, std::string> newest;
  for (const auto& review : reviews) {
    const auto state = text(review, "state");
    const auto* user = review.is_object() ? review.get_object().if_contains("user") : nullptr;
    // A comment takes no approval back.
    if (user == nullptr || (state != "APPROVED" && state != "CHANGES_REQUESTED" && state != "DISMISSED"))
      continue;
    newest[text(*user, "login")] = state;
  }
  std::set<std::string> approved, against;
  for (const auto& [who, state] : newest) {
    if (state == "APPROVED") approved.insert(who);
    if (state == "CHANGES_REQUESTED") against.insert(who);
  }
  const bool merged = flag(pull, "merged") || !text(pull, "merged_at").empty();
  if (!merged && text(pull, "state") == "closed")
    return no("the pull request was closed without being merged");
  if (!against.empty()) return no("changes were asked for by " + listed(against));
  const auto count = static_cast<int>(approved.size());
  if (count < rule.approvals) {
    auto why = std::to_string(count) + " of " + std::to_string(rule.approvals) + " approvals";
    // After the merge nobody approves any more.
    if (merged) return no("it was merged with " + why);
    return answer::in_progress(-1, std::move(why), look_again);
  }
  if (rule.merged && !merged) return answer::in_progress(-1, "not merged yet", look_again);
  const auto* members = pull.if_object();
  const auto* number = members == nullptr ? nullptr : members->if_contains("number");
  return answer::done({{"text", (merged ? "merged" : "open") +
                                    std::string(count == 0 ? "" : ", approved by ") + listed(approved)},
                       {"number", number == nullptr ? json::value(nullptr) : *number},
                       {"approved_by", listed(approved)}});
}

}  // namespace shipflow::github_provider
