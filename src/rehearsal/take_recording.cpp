// Looking at the real target: one observe per step that touches something.
#include "engine/secrets.hpp"

#include <shipflow/recording.hpp>

#include <algorithm>
#include <utility>

namespace shipflow {
inline namespace v1 {
namespace {

/// Lives until everybody has answered or was too slow.
struct looking {
  recording found;
  std::optional<error> problem;
  std::size_t open = 0;
  std::function<void(result<recording>)> done;

  void over() {
    if (--open > 0) return;
    if (problem)
      done(*problem);
    else
      done(std::move(found));
  }
};

request question_of(const plan& what, const plan_step& step, time_point now) {
  request q;
  q.what = verb::observe;
  q.action = step.action;
  q.run = "recording";
  q.step = step.id;
  q.environment = what.environment;
  q.component = step.component;
  q.effect_key = sha256_hex("recording\n" + step.id);
  q.deadline = now + step.call_timeout;
  q.target = step.target;
  q.inputs = step.inputs;
  return q;
}

/// Puts the secrets that a request refers to into it.
result<void> reveal(const plan& what, request& q,
                    const std::function<result<std::string>(const std::string& source)>& secrets) {
  engine_room::secret_values known;
  for (const auto& name : engine_room::secret_names(q)) {
    const auto* source = what.secrets.if_contains(name);
    if (source == nullptr || !source->is_string())
      return make_error(errc::not_found, "there is no secret " + name);
    auto value = secrets(std::string(source->get_string()));
    if (!value) return value.error();
    known[name] = *std::move(value);
  }
  auto done = engine_room::reveal(q, known);
  engine_room::wipe(known);
  return done;
}

void take(looking& all, const plan_step& step, const answer& a) {
  if (a.kind == answer_kind::done)
    all.found.steps[step.id] = {step.provider, step.action, step.component, a.value};
  else if (!all.problem)
    all.problem =
        make_error(a.problem.code, "step " + step.id + " cannot be looked at: " + a.problem.message);
}

}  // namespace

void take_recording(const plan& what, const std::vector<std::shared_ptr<provider>>& providers,
                    const std::function<result<std::string>(const std::string& source)>& secrets,
                    scheduler& time, std::function<void(result<recording>)> done) {
  const auto all = std::make_shared<looking>();
  all->found.plan = what.name;
  all->found.environment = what.environment;
  all->found.taken = time.now();
  all->done = std::move(done);
  all->open = 1;
  for (const auto& step : what.steps) {
    if (step.kind != step_kind::action || step.resources.empty()) continue;
    const auto who = std::find_if(providers.begin(), providers.end(),
                                  [&](const auto& p) { return p->name() == step.provider; });
    auto q = question_of(what, step, time.now());
    auto revealed = reveal(what, q, secrets);
    if (who == providers.end() && !all->problem)
      all->problem =
          make_error(errc::not_found, "step " + step.id + ": there is no provider " + step.provider);
    if (!revealed && !all->problem)
      all->problem = make_error(revealed.error().code, "step " + step.id + ": " + revealed.error().message);
    if (who == providers.end() || !revealed) continue;
    ++all->open;
    // Whichever comes first, the answer or the deadline, counts.
    const auto waiting = std::make_shared<bool>(true);
    const auto take_once = [all, waiting, step](const answer& a) {
      if (!std::exchange(*waiting, false)) return;
      take(*all, step, a);
      all->over();
    };
    const auto timer = time.call_at(q.deadline, [take_once] {
      take_once(answer::failed(make_error(errc::timeout, "its provider did not answer in time")));
    });
    const auto values = q.secrets;
    (*who)->call(std::move(q), reply([&time, take_once, timer, values](answer a) {
                   time.post([&time, take_once, timer, a = engine_room::redact(std::move(a), values)] {
                     time.cancel(timer);
                     take_once(a);
                   });
                 }));
  }
  time.post([all] { all->over(); });
}

}  // namespace v1
}  // namespace shipflow
