#include "provider/github/caller.hpp"

#include "base/members.hpp"
#include "github/asking.hpp"
#include "github/dispatch.hpp"
#include "http/url.hpp"
#include "provider/github/judge.hpp"

#include <algorithm>

namespace shipflow::github_provider {
namespace {

// Asks on, or ends with the reason.
template <class Then>
github::found then(const shared_reply& r, Then next) {
  return [r, next = std::move(next)](const result<json::value>& got) {
    if (!got) return (*r)(github::not_answered(got.error()));
    next(*got);
  };
}

json::array as_list(const json::value& v) { return v.is_array() ? v.get_array() : json::array{}; }

// Asked to end, it looks once more, and then it is over: nothing outlives a wait.
reply last_word(const request& q, reply r) {
  if (!q.stop.stop_requested()) return r;
  const auto inner = std::make_shared<reply>(std::move(r));
  return reply([inner](answer a) {
    const bool ends = a.kind == answer_kind::progress;
    (*inner)(ends ? answer::failed(make_error(errc::timeout, a.text)) : std::move(a));
  });
}

answer begun(const request& q) {
  const auto good = check_inputs(q);
  return good ? answer::started(json::object{}, duration{0}) : answer::failed(good.error());
}

// The merged one, or the newest.
std::int64_t pull_of(const json::array& pulls) {
  std::int64_t out = 0;
  for (const auto& p : pulls) {
    const auto number = members::whole(members::as_object(p), "number");
    if (!members::text(members::as_object(p), "merged_at").empty()) return number;
    out = std::max(out, number);
  }
  return out;
}

}  // namespace

github::asking caller::asking_of(const request& q, const std::string& path) const {
  return github::asking_for(q, path, on_.now());
}

void caller::call(request q, reply r) {
  if (q.action == "workflow_dispatch" || q.action == "repository_dispatch")
    return github::dispatch(api_, on_, std::move(q), std::move(r));
  if (q.action != "checks" && q.action != "pull_request")
    return r(answer::failed(make_error(errc::unsupported, "provider github has no action " + q.action)));
  switch (q.what) {
    case verb::apply: return r(begun(q));
    case verb::resolve: return r(answer::started(json::object{}, duration{0}));
    case verb::settle: return look(q, std::make_shared<reply>(last_word(q, std::move(r))));
    default: return r(answer::done());
  }
}

void caller::look(const request& q, const shared_reply& r) {
  if (q.action == "checks") return look_at_checks(q, r);
  const auto number = members::whole(q.inputs, "number");
  if (number > 0) return look_at_pull(q, r, number);
  const auto commit = http::percent_encoded(members::text(q.inputs, "commit"));
  api_.list(asking_of(q, "/commits/" + commit + "/pulls"), "",
            then(r, [this, q, r](const json::value& pulls) {
              const auto found = pull_of(as_list(pulls));
              if (found == 0)
                return (*r)(answer::failed(make_error(
                    errc::failed, "no pull request brought commit " + members::text(q.inputs, "commit"))));
              look_at_pull(q, r, found);
            }));
}

void caller::look_at_checks(const request& q, const shared_reply& r) {
  const auto commit = "/commits/" + http::percent_encoded(members::text(q.inputs, "ref"));
  api_.get(asking_of(q, commit + "/status?per_page=100"),
           then(r, [this, q, r, commit](const json::value& status) {
             api_.list(asking_of(q, commit + "/check-runs"), "check_runs",
                       then(r, [q, r, status](const json::value& runs) {
                         (*r)(judge_checks(status, as_list(runs), members::texts(q.inputs, "required")));
                       }));
           }));
}

void caller::look_at_pull(const request& q, const shared_reply& r, std::int64_t number) {
  const auto path = "/pulls/" + std::to_string(number);
  pull_request_rule rule;
  if (const auto* merged = members::find(q.inputs, "merged"); merged != nullptr && merged->is_bool())
    rule.merged = merged->get_bool();
  rule.approvals =
      static_cast<int>(std::clamp<std::int64_t>(members::whole(q.inputs, "approvals", 1), 0, most_approvals));
  api_.get(asking_of(q, path), then(r, [this, q, r, path, rule](const json::value& pull) {
             api_.list(asking_of(q, path + "/reviews"), "",
                       then(r, [r, pull, rule](const json::value& reviews) {
                         (*r)(judge_pull_request(pull, as_list(reviews), rule));
                       }));
           }));
}

}  // namespace shipflow::github_provider
