// Alarms of CloudWatch as a probe: what the action `alarms` says once, looked at again and again.
#include "base/members.hpp"
#include "provider/aws/actions.hpp"

#include <shipflow/providers/aws_probes.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace shipflow {
namespace aws_checks {
namespace {

constexpr std::array<std::string_view, 3> places{"region", "endpoint_url", "account"};
constexpr std::array<std::string_view, 11> words{"alarms",  "insufficient", "region",   "endpoint_url",
                                                 "account", "timeout",      "every",    "rise",
                                                 "fall",    "severity",     "component"};

error wrong(const std::string& why) { return make_error(errc::invalid_argument, "probe: " + why); }

result<json::array> read_names(const json::value& from) {
  json::array names;
  if (from.is_string()) names.emplace_back(from.get_string());
  if (from.is_array()) names = from.get_array();
  const bool texts =
      std::all_of(names.begin(), names.end(), [](const auto& n) { return n.is_string() && n != ""; });
  if (names.empty() || names.size() > 100 || !texts)
    return wrong("`alarms` must be a name, up to 100 names, or { prefix: text }");
  return names;
}

// What the action is asked.
result<json::object> read_spec(const json::object& spec) {
  for (const auto& m : spec)
    if (std::find(words.begin(), words.end(), std::string_view(m.key())) == words.end())
      return wrong("`" + std::string(m.key()) + "` is not a member of a probe of alarms");
  json::object out;
  const auto few = members::text(spec, "insufficient");
  if (!few.empty() && few != "ok" && few != "failed")
    return wrong("`insufficient` must be ok or failed, not " + few);
  if (!few.empty()) out["insufficient"] = few;
  const auto* const which = members::find(spec, "alarms");
  if (which != nullptr && which->is_object()) {
    const auto& by = which->get_object();
    const auto prefix = members::text(by, "prefix");
    if (by.size() != 1 || prefix.empty())
      return wrong("`alarms` must have `prefix`, a text, and nothing else");
    out["prefix"] = prefix;
    return out;
  }
  auto names = read_names(which == nullptr ? json::value{} : *which);
  if (!names) return names.error();
  out["names"] = std::move(*names);
  return out;
}

// Where the component is, and what the probe says goes before.
json::object target_of(const json::object& spec, const json::object& component) {
  json::object out;
  for (const auto* from : {&component, &spec})
    for (const auto place : places)
      if (const auto* value = members::find(*from, place); value != nullptr) out[place] = *value;
  return out;
}

probe_answer judged(const answer& a) {
  probe_answer out;
  if (a.kind == answer_kind::done) {
    out.outcome = look::pass;
    out.text = std::to_string(members::list(members::as_object(a.value), "alarms").size()) + " alarms are OK";
    return out;
  }
  const bool loud = a.kind == answer_kind::failed && a.problem.code == errc::failed;
  out.outcome = loud ? look::fail : look::unavailable;
  out.text = a.problem.message.empty() ? a.text : a.problem.message;
  return out;
}

class alarm_probes final : public probe_source {
 public:
  explicit alarm_probes(std::shared_ptr<provider> asks) : asks_(std::move(asks)) {}

  [[nodiscard]] std::vector<std::string> kinds() const override { return {"alarms"}; }

  [[nodiscard]] result<void> check(const std::string& /*kind*/, const json::object& spec) const override {
    if (const auto read = read_spec(spec); !read) return read.error();
    if (const auto where = aws::read_destination(target_of(spec, {})); !where)
      return wrong(where.error().message);
    return {};
  }

  void look(probe_request q, std::function<void(probe_answer)> done) override {
    auto inputs = read_spec(q.spec);
    if (!inputs) return done({shipflow::look::unavailable, inputs.error().message, duration{0}, {}});
    request r;
    r.what = verb::apply;
    r.action = "alarms";
    r.environment = q.environment;
    r.component = q.component;
    r.deadline = q.deadline;
    r.stop = q.stop;
    r.target = target_of(q.spec, q.target);
    r.inputs = std::move(*inputs);
    const auto from = std::chrono::steady_clock::now();
    asks_->call(std::move(r), reply([done = std::move(done), from](const answer& a) {
                  auto out = judged(a);
                  out.latency = std::chrono::duration_cast<duration>(std::chrono::steady_clock::now() - from);
                  done(std::move(out));
                }));
  }

 private:
  std::shared_ptr<provider> asks_;
};

}  // namespace
}  // namespace aws_checks

inline namespace v1 {

std::shared_ptr<probe_source> make_alarm_probes(aws_provider_options options) {
  return std::make_shared<aws_checks::alarm_probes>(make_aws_provider(std::move(options)));
}

}  // namespace v1
}  // namespace shipflow
