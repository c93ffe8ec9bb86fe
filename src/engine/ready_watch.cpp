#include "engine/ready_watch.hpp"

#include "engine/actor.hpp"
#include "engine/secret_fetch.hpp"

#include <algorithm>

namespace shipflow::engine_room {
namespace {

constexpr duration first_pause{1'000};

std::string levels_of(const run_state& s) {
  std::string out;
  for (const auto i : to_ask_back(s)) out += std::string(name_of(s.steps[i].way_back.level)) + ' ';
  return out;
}

}  // namespace

ready_watch::ready_watch(actor& run) : run_(run), pause_(first_pause), last_picture_(levels_of(run.state())) {
  auto& time = run_.shared().time;
  timer_ = time.call_at(time.now(), [this] { ask_all(); });
}

ready_watch::~ready_watch() {
  *alive_ = false;
  stop_.request_stop();
  run_.shared().time.cancel(timer_);
  for (auto left = asked_.size(); left > 0; --left) run_.shared().end_call();
}

void ready_watch::ask_all() {
  auto& shared = run_.shared();
  auto picture = levels_of(run_.state());
  pause_ = picture == last_picture_ ? std::min(pause_ * 2, shared.options.ready_every) : first_pause;
  last_picture_ = std::move(picture);
  timer_ = shared.time.call_at(shared.time.now() + pause_, [this] { ask_all(); });
  const auto alive = alive_;
  for (const auto step : to_ask_back(run_.state())) {
    if (!*alive) return;
    if (!asked_.contains(step)) ask(step);
  }
}

void ready_watch::ask(step_index step) {
  auto& shared = run_.shared();
  const auto& planned = run_.state().what->steps[step];
  // Effects go first: without a free place this round is left out.
  if (shared.calls >= shared.options.calls_at_once) return;
  auto q = std::make_shared<request>(readiness_request(run_.state(), step));
  q->deadline = shared.time.now() + planned.call_timeout;
  q->stop = stop_.get_token();
  ++shared.calls;
  const auto number = ++last_number_;
  asked_[step] = number;
  shared.time.call_at(q->deadline, [this, alive = alive_, step, number] {
    if (*alive) heard(step, number, answer::unknown("no answer by the deadline"));
  });
  fetch_secrets(shared, *run_.state().what, secret_names(*q),
                [this, alive = alive_, step, number, q](const result<secret_values>& known) {
                  if (*alive) send(step, number, std::move(*q), known);
                });
}

void ready_watch::send(step_index step, std::uint64_t number, request q, const result<secret_values>& known) {
  const auto revealed = known ? reveal(q, *known) : result<void>(known.error());
  const auto secrets = std::make_shared<std::vector<std::string>>(q.secrets);
  auto respond = [this, alive = alive_, back = run_.shared().back, step, number, secrets](answer a) {
    back->post([this, alive, step, number, a = redact(std::move(a), *secrets), secrets] {
      wipe(*secrets);
      if (*alive) heard(step, number, a);
    });
  };
  auto* target = run_.shared().find_provider(run_.state().what->steps[step].provider);
  if (!revealed)
    respond(answer::unknown(revealed.error().text()));
  else if (target == nullptr)
    respond(answer::unknown("no provider is registered for it"));
  else
    target->call(std::move(q), reply(std::move(respond)));
}

void ready_watch::heard(step_index step, std::uint64_t number, answer a) {
  const auto found = asked_.find(step);
  if (found == asked_.end() || found->second != number) return;
  asked_.erase(found);
  run_.shared().end_call();
  // Last: the run may drop this watch.
  run_.tell(ready_event{step, std::move(a)});
}

}  // namespace shipflow::engine_room
