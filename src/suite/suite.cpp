// Makes the calls of trials one after the other. Nothing waits: what is under way holds the suite alive.
#include "suite/trial.hpp"

#include <shipflow/provider_suite.hpp>

#include <array>
#include <iterator>
#include <optional>
#include <utility>

namespace shipflow {
inline namespace v1 {
namespace {

using suite::step;
using suite::trial_state;

constexpr std::array rules{"declared", "answers", "observe", "apply",  "outputs",
                           "repeat",   "resolve", "undo",    "cancel", "secrets"};
constexpr int most_looks = 10'000;

class suite_run : public std::enable_shared_from_this<suite_run> {
 public:
  suite_run(scheduler& time, std::shared_ptr<provider> checked, std::vector<provider_trial> trials,
            std::function<void(provider_report)> done)
      : time_(time), provider_(std::move(checked)), trials_(std::move(trials)), done_(std::move(done)) {
    report_.provider = provider_->name();
  }

  void next_trial() {
    if (trial_ == trials_.size()) {
      provider_.reset();  // a reply that it keeps for ever would keep this, and this the provider
      done_(std::move(report_));
      return;
    }
    const auto& given = trials_[trial_++];
    state_.emplace(trial_state{given, {}, {}, {}, {}, {}, {}, {}, {}});
    suite::check_declared(*state_, offered(given));
    steps_ = state_->broken.empty() ? suite::steps_of(state_->spec) : std::vector<step>{};
    if (steps_.empty()) state_->over = "the trial is not as declared";
    at_ = 0;
    for (auto& key : keys_) key = sha256_hex(report_.provider + std::to_string(time_.random()));
    next_step();
  }

 private:
  std::vector<action_spec> offered(const provider_trial& given) {
    auto all = provider_->actions_of(given.target);
    if (all) return std::move(*all);
    state_->breaks("declared", "the target is refused: " + all.error().message);
    return {};
  }

  void next_step() {
    if (at_ == steps_.size() || !state_->over.empty()) {
      end_trial();
      return;
    }
    looks_ = 0;
    call(steps_[at_].what);
  }

  void call(verb what) {
    request q;
    q.what = what;
    const auto& now = steps_[at_];
    q.action = state_->given.action;
    q.run = "provider-suite";
    q.step = q.action;
    q.environment = "suite";
    q.effect_key = keys_.at(static_cast<std::size_t>(now.about));
    q.deadline = time_.now() + state_->spec.call_timeout;
    q.timeout = state_->spec.timeout;
    q.target = state_->given.target;
    q.inputs = state_->given.inputs;
    q.secrets = state_->given.secrets;
    if (what != verb::observe) q.baseline = state_->baseline;
    if (what == verb::settle || what == verb::undo) q.handle = state_->handle;
    std::stop_source stop;
    if (now.stop) stop.request_stop();
    q.stop = stop.get_token();
    const auto number = ++call_;
    const auto self = shared_from_this();
    patience_ =
        time_.call_after(state_->given.patience, [self, number, what] { self->unanswered(number, what); });
    provider_->call(
        std::move(q), reply([self, number, what](answer a) {
          self->time_.post([self, number, what, a = std::move(a)] { self->answered(number, what, a); });
        }));
  }

  void unanswered(std::uint64_t number, verb what) {
    if (number != call_) return;
    ++call_;
    state_->breaks("answers", std::string(name_of(what)) + " was not answered within " +
                                  format_duration(state_->given.patience));
    state_->over = "a call was not answered";
    next_step();
  }

  void answered(std::uint64_t number, verb what, const answer& a) {
    if (number != call_) return;
    ++call_;
    time_.cancel(patience_);
    suite::check_answer(*state_, what, a);
    if (a.kind == answer_kind::started) state_->handle = a.value;
    const bool goes_on = a.kind == answer_kind::started || a.kind == answer_kind::progress;
    if (goes_on && ++looks_ < most_looks && steps_[at_].what != verb::observe) {
      const auto self = shared_from_this();
      time_.call_after(std::max(a.look_again, duration{1}), [self] { self->call(verb::settle); });
      return;
    }
    const auto& now = steps_[at_++];
    ++state_->tried[now.rule];
    now.judge(*state_, a);
    next_step();
  }

  void end_trial() {
    const auto& action = state_->given.action;
    for (const std::string rule : rules) {
      const auto broken = state_->broken.find(rule);
      if (broken != state_->broken.end())
        report_.broken.push_back({rule, action, broken->second});
      else if (state_->tried.contains(rule))
        report_.kept.push_back({rule, action, ""});
      else
        report_.skipped.push_back({rule, action, why_not(rule)});
    }
    next_trial();
  }

  std::string why_not(const std::string& rule) const {
    if (!state_->over.empty()) return state_->over;
    if (rule == "secrets") return "the trial has no secrets";
    if (rule == "undo") return "the action is " + std::string(name_of(state_->spec.undo));
    return "the action is of class " + std::string(name_of(state_->spec.repeat));
  }

  scheduler& time_;
  std::shared_ptr<provider> provider_;
  std::vector<provider_trial> trials_;
  std::function<void(provider_report)> done_;
  provider_report report_;
  std::size_t trial_ = 0;
  std::optional<trial_state> state_;
  std::vector<step> steps_;
  std::size_t at_ = 0;
  int looks_ = 0;
  std::uint64_t call_ = 0;
  scheduler::timer_id patience_ = 0;
  std::array<std::string, 3> keys_;
};

json::array to_json(const std::vector<provider_finding>& all) {
  json::array out;
  for (const auto& f : all) out.push_back({{"rule", f.rule}, {"action", f.action}, {"what", f.what}});
  return out;
}

}  // namespace

json::object to_json(const provider_report& r) {
  return {{"provider", r.provider},
          {"kept", to_json(r.kept)},
          {"broken", to_json(r.broken)},
          {"skipped", to_json(r.skipped)}};
}

void check_provider(scheduler& time, std::shared_ptr<provider> checked, std::vector<provider_trial> trials,
                    std::function<void(provider_report)> done) {
  const auto run = std::make_shared<suite_run>(time, std::move(checked), std::move(trials), std::move(done));
  time.post([run] { run->next_trial(); });
}

}  // namespace v1
}  // namespace shipflow
