#include <shipflow/probe.hpp>
#include <shipflow/provider.hpp>
#include <shipflow/scheduler.hpp>
#include <shipflow/store.hpp>

#include <utility>

namespace shipflow {
inline namespace v1 {

scheduler::~scheduler() = default;
scheduler::timer_id scheduler::call_after(duration wait, handler h) {
  return call_at(now() + wait, std::move(h));
}
// NOLINTNEXTLINE(performance-unnecessary-value-param): those that override it keep the handler.
scheduler::timer_id scheduler::watch_clock(std::function<void(duration by)> /*h*/) { return 0; }
store::~store() = default;
provider::~provider() = default;
probe_source::~probe_source() = default;

result<void> probe_source::check(const std::string& /*kind*/, const json::object& /*spec*/) const {
  return {};
}

std::optional<time_point> probe_source::steady_until(const probe_request& /*q*/) const { return {}; }

std::optional<time_point> metric_source::steady_until(const metric_request& /*q*/) const { return {}; }

result<std::vector<action_spec>> provider::actions_of(const json::object& /*target*/) const {
  return actions();
}

std::string_view name_of(verb v) noexcept {
  switch (v) {
    case verb::observe: return "observe";
    case verb::apply: return "apply";
    case verb::settle: return "settle";
    case verb::resolve: return "resolve";
    case verb::undo: return "undo";
    case verb::diagnose: return "diagnose";
    case verb::ready: return "ready";
  }
  return "observe";
}

std::string_view name_of(effect_class c) noexcept {
  switch (c) {
    case effect_class::token: return "token";
    case effect_class::compare_and_set: return "compare_and_set";
    case effect_class::set_value: return "set_value";
    case effect_class::creates: return "creates";
  }
  return "creates";
}

std::string_view name_of(reversibility r) noexcept {
  switch (r) {
    case reversibility::reversible: return "reversible";
    case reversibility::forward_only: return "forward_only";
    case reversibility::destructive: return "destructive";
    case reversibility::irreversible: return "irreversible";
  }
  return "irreversible";
}

std::string_view name_of(restore_rank r) noexcept {
  switch (r) {
    case restore_rank::traffic: return "traffic";
    case restore_rank::service: return "service";
    case restore_rank::database: return "database";
    case restore_rank::cleanup: return "cleanup";
  }
  return "cleanup";
}

std::string_view name_of(answer_kind k) noexcept {
  switch (k) {
    case answer_kind::done: return "done";
    case answer_kind::started: return "started";
    case answer_kind::progress: return "progress";
    case answer_kind::not_applied: return "not_applied";
    case answer_kind::unknown: return "unknown";
    case answer_kind::failed: return "failed";
    case answer_kind::conflict: return "conflict";
  }
  return "unknown";
}

std::string_view name_of(run_status s) noexcept {
  switch (s) {
    case run_status::ready: return "ready";
    case run_status::waiting: return "waiting";
    case run_status::owned: return "running";
    case run_status::watching: return "watching";
    case run_status::parked: return "parked";
    case run_status::released: return "released";
    case run_status::rolled_back: return "rolled_back";
    case run_status::failed: return "failed";
    case run_status::cancelled: return "cancelled";
  }
  return "parked";
}

std::string_view name_of(message_status s) noexcept {
  switch (s) {
    case message_status::waiting: return "waiting";
    case message_status::delivered: return "delivered";
    case message_status::given_up: return "given_up";
  }
  return "given_up";
}

answer answer::done(json::value value) {
  answer a;
  a.kind = answer_kind::done;
  a.value = std::move(value);
  return a;
}

answer answer::started(json::value handle, duration look_again) {
  answer a;
  a.kind = answer_kind::started;
  a.value = std::move(handle);
  a.look_again = look_again;
  return a;
}

answer answer::in_progress(int percent, std::string text, duration look_again) {
  answer a;
  a.kind = answer_kind::progress;
  a.percent = percent;
  a.text = std::move(text);
  a.look_again = look_again;
  return a;
}

answer answer::not_applied() {
  answer a;
  a.kind = answer_kind::not_applied;
  return a;
}

answer answer::unknown(std::string why, json::value evidence) {
  answer a;
  a.kind = answer_kind::unknown;
  a.problem = make_error(errc::unknown_outcome, std::move(why));
  a.value = std::move(evidence);
  return a;
}

answer answer::failed(error problem, json::value evidence) {
  answer a;
  a.kind = answer_kind::failed;
  a.problem = std::move(problem);
  a.value = std::move(evidence);
  return a;
}

answer answer::conflict(std::string why, json::value evidence) {
  answer a;
  a.kind = answer_kind::conflict;
  a.problem = make_error(errc::conflict, std::move(why));
  a.value = std::move(evidence);
  return a;
}

reply::reply(std::function<void(answer)> sink) : sink_(std::move(sink)) {}

reply& reply::operator=(reply&& other) noexcept {
  std::swap(sink_, other.sink_);
  return *this;
}

reply::~reply() {
  if (sink_) (*this)(answer::unknown("the provider dropped the call without an answer"));
}

void reply::operator()(answer a) {
  if (auto sink = std::exchange(sink_, nullptr)) sink(std::move(a));
}

}  // namespace v1
}  // namespace shipflow
