#include "github/api.hpp"
#include "http/url.hpp"
#include "provider/github/judge.hpp"

#include <shipflow/providers/github.hpp>

#include <algorithm>
#include <chrono>

namespace shipflow {
namespace github_provider {
namespace {

constexpr duration look_again{15'000};
// After a rate limit or a broken network GitHub is left alone a little longer.
constexpr duration look_again_later{60'000};

std::string text(const json::object& inputs, std::string_view key, const std::string& usual = {}) {
  const auto* v = inputs.if_contains(json::string_view(key.data(), key.size()));
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : usual;
}

std::int64_t whole(const json::object& inputs, std::string_view key, std::int64_t usual) {
  const auto* v = inputs.if_contains(json::string_view(key.data(), key.size()));
  return v != nullptr && v->is_int64() ? v->get_int64() : usual;
}

std::vector<std::string> texts(const json::object& inputs, std::string_view key) {
  std::vector<std::string> out;
  const auto* v = inputs.if_contains(json::string_view(key.data(), key.size()));
  if (v != nullptr && v->is_array())
    for (const auto& item : v->get_array())
      if (item.is_string()) out.emplace_back(item.get_string());
  return out;
}

// The engine ignores what comes at the deadline.
duration time_for(const request& q) {
  const auto now = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
  return std::clamp<duration>(q.deadline - now - duration{250}, duration{0}, std::chrono::minutes{5});
}

github::asking asking_of(const request& q, const std::string& path) {
  github::asking out;
  out.api_url = text(q.inputs, "api_url", out.api_url);
  while (out.api_url.ends_with('/')) out.api_url.pop_back();
  out.token = text(q.inputs, "token");
  out.path = "/repos/" + text(q.inputs, "repository") + path;
  out.deadline = time_for(q);
  if (!q.stop.stop_requested()) out.stop = q.stop;
  return out;
}

using shared_reply = std::shared_ptr<reply>;

// What passes by itself is waited out; the step's timeout ends that.
answer not_answered(const error& why) {
  const bool passes = why.retryable() || why.code == errc::throttled;
  return passes ? answer::in_progress(-1, why.message, look_again_later) : answer::failed(why);
}

// Asks on, or ends with the reason.
template <class Then>
github::found then(const shared_reply& r, Then next) {
  return [r, next = std::move(next)](const result<json::value>& got) {
    if (!got) return (*r)(not_answered(got.error()));
    next(*got);
  };
}

json::array as_list(const json::value& v) { return v.is_array() ? v.get_array() : json::array{}; }

result<void> check(const request& q) {
  const auto bad = [](const std::string& why) { return make_error(errc::invalid_argument, why); };
  if (!github::is_repository(text(q.inputs, "repository")))
    return bad("`repository` is written OWNER/NAME, not `" + text(q.inputs, "repository") + "`");
  if (auto url = http::check_url(text(q.inputs, "api_url", "https://api.github.com")); !url) return url;
  if (q.action == "checks")
    return text(q.inputs, "ref").empty()
               ? result<void>(bad("`ref` is empty: give a commit, a branch or a tag"))
               : result<void>();
  const bool number = whole(q.inputs, "number", 0) > 0;
  if (number == text(q.inputs, "commit").empty()) return {};
  return bad("a pull request is named by `number` or by `commit`, not by both or neither");
}

class github_provider final : public provider {
 public:
  [[nodiscard]] std::string name() const override { return "github"; }
  [[nodiscard]] std::vector<action_spec> actions() const override;

  void call(request q, reply r) override {
    if (q.action != "checks" && q.action != "pull_request")
      return r(answer::failed(make_error(errc::unsupported, "provider github has no action " + q.action)));
    switch (q.what) {
      case verb::apply: return r(begun(q));
      case verb::resolve: return r(answer::started(json::object{}, duration{0}));
      case verb::settle: return look(q, std::make_shared<reply>(last_word(q, std::move(r))));
      default: return r(answer::done());
    }
  }

 private:
  // Asked to end, it looks once more, and then it is over: nothing outlives a wait.
  static reply last_word(const request& q, reply r) {
    if (!q.stop.stop_requested()) return r;
    const auto inner = std::make_shared<reply>(std::move(r));
    return reply([inner](answer a) {
      const bool ends = a.kind == answer_kind::progress;
      (*inner)(ends ? answer::failed(make_error(errc::timeout, a.text)) : std::move(a));
    });
  }

  static answer begun(const request& q) {
    const auto good = check(q);
    return good ? answer::started(json::object{}, duration{0}) : answer::failed(good.error());
  }

  void look(const request& q, const shared_reply& r) {
    if (q.action == "checks") return look_at_checks(q, r);
    const auto number = whole(q.inputs, "number", 0);
    if (number > 0) return look_at_pull(q, r, number);
    const auto commit = http::percent_encoded(text(q.inputs, "commit"));
    api_.list(
        asking_of(q, "/commits/" + commit + "/pulls"), "", then(r, [this, q, r](const json::value& pulls) {
          const auto found = pull_of(as_list(pulls));
          if (found == 0)
            return (*r)(answer::failed(
                make_error(errc::failed, "no pull request brought commit " + text(q.inputs, "commit"))));
          look_at_pull(q, r, found);
        }));
  }

  // The merged one, or the newest.
  static std::int64_t pull_of(const json::array& pulls) {
    std::int64_t out = 0;
    for (const auto& p : pulls) {
      if (!p.is_object()) continue;
      const auto number = whole(p.get_object(), "number", 0);
      if (!text(p.get_object(), "merged_at").empty()) return number;
      out = std::max(out, number);
    }
    return out;
  }

  void look_at_checks(const request& q, const shared_reply& r) {
    const auto commit = "/commits/" + http::percent_encoded(text(q.inputs, "ref"));
    api_.get(asking_of(q, commit + "/status?per_page=100"),
             then(r, [this, q, r, commit](const json::value& status) {
               api_.list(asking_of(q, commit + "/check-runs"), "check_runs",
                         then(r, [q, r, status](const json::value& runs) {
                           (*r)(judge_checks(status, as_list(runs), texts(q.inputs, "required")));
                         }));
             }));
  }

  void look_at_pull(const request& q, const shared_reply& r, std::int64_t number) {
    const auto path = "/pulls/" + std::to_string(number);
    pull_request_rule rule;
    if (const auto* merged = q.inputs.if_contains("merged"); merged != nullptr && merged->is_bool())
      rule.merged = merged->get_bool();
    rule.approvals = static_cast<int>(std::clamp<std::int64_t>(whole(q.inputs, "approvals", 1), 0, 100));
    api_.get(asking_of(q, path), then(r, [this, q, r, path, rule](const json::value& pull) {
               api_.list(asking_of(q, path + "/reviews"), "",
                         then(r, [r, pull, rule](const json::value& reviews) {
                           (*r)(judge_pull_request(pull, as_list(reviews), rule));
                         }));
             }));
  }

  github::api api_;
};

std::vector<field_spec> common_inputs() {
  return {{"repository", "string", true, false, "OWNER/NAME"},
          {"token", "string", false, true, "who asks; needed for private repositories"},
          {"api_url", "string", false, false, "of an Enterprise server: https://HOST/api/v3"}};
}

std::vector<action_spec> github_provider::actions() const {
  action_spec checks;
  checks.name = "checks";
  checks.help = "waits until the checks of a commit are over and all of them passed";
  checks.undo = reversibility::forward_only;
  checks.inputs = common_inputs();
  checks.inputs.push_back({"ref", "string", true, false, "a commit, a branch or a tag"});
  checks.inputs.push_back(
      {"required", "strings", false, false, "contexts and check runs that must be there"});
  checks.outputs = {{"text", "string", false, false, "one line for people"},
                    {"passed", "integer", false, false, "how many passed"}};
  action_spec pull;
  pull.name = "pull_request";
  pull.help = "waits until a pull request is approved and merged";
  pull.undo = reversibility::forward_only;
  pull.inputs = common_inputs();
  pull.inputs.push_back({"number", "integer", false, false, "which one"});
  pull.inputs.push_back({"commit", "string", false, false, "or the one that brought this commit"});
  pull.inputs.push_back({"merged", "boolean", false, false, "must it be merged; usually true"});
  pull.inputs.push_back({"approvals", "integer", false, false, "people who must approve; usually 1"});
  pull.outputs = {{"text", "string", false, false, "one line for people"},
                  {"number", "integer", false, false, "of the pull request"},
                  {"approved_by", "string", false, false, "who approved"}};
  return {checks, pull};
}

}  // namespace
}  // namespace github_provider

inline namespace v1 {

std::shared_ptr<provider> make_github_provider() {
  return std::make_shared<github_provider::github_provider>();
}

}  // namespace v1
}  // namespace shipflow
