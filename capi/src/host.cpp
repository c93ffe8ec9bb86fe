#include "host.hpp"

#include "answers.hpp"
#include "run_json.hpp"
#include "text.hpp"

#include <shipflow/aws_secrets.hpp>
#include <shipflow/loop.hpp>
#include <shipflow/system.hpp>

#include <algorithm>
#include <limits>
#include <new>

namespace shipflow_c {
namespace {

std::optional<shipflow::phase> phase_of(const shipflow::fact& f) {
  if (f.kind != shipflow::fact_kind::state) return std::nullopt;
  const auto* word = f.body.if_contains("phase");
  if (word == nullptr || !word->is_string()) return std::nullopt;
  for (auto p = shipflow::phase::queued; p <= shipflow::phase::cancelled;
       p = static_cast<shipflow::phase>(static_cast<int>(p) + 1))
    if (name_of(p) == std::string_view(word->get_string())) return p;
  return std::nullopt;
}

shipflow::json::array to_array(const std::vector<std::string>& texts) {
  shipflow::json::array out;
  for (const auto& text : texts) out.emplace_back(text);
  return out;
}

std::int64_t ms_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin)
      .count();
}

}  // namespace

host::host(const host_options& options, std::shared_ptr<shipflow::store> keep)
    : options_(options), events_(std::make_unique<event_queue>(options.queue_limit)) {
  const auto ring = [this] {
    if (!options_.threaded) {
      events_->ring();
      return;
    }
    {
      const std::lock_guard lock(guard_);
      due_ = true;
    }
    changed_.notify_all();
  };
  clock_ =
      options.virtual_time ? make_virtual_clock(ring, options.start, options.seed) : make_real_clock(ring);
  shipflow::engine_options chosen;
  chosen.id = options.id;
  chosen.calls_at_once = options.calls_at_once;
  chosen.observer = [this](const shipflow::engine_event& e) { take(e); };
  shipflow::aws_options aws;
  aws.variable = shipflow::system_variable_sources().process_environment;
  aws.file = shipflow::system_variable_sources().file;
  chosen.secrets = shipflow::aws_secrets(std::move(aws), shipflow::system_secrets);
  if (options.host_secrets)
    chosen.secrets = [this](const std::string& source, shipflow::secret_reply done) {
      ask(SHIPFLOW_CALL_SECRET, "", {{"source", source}}, pending_secret(std::move(done)), {});
    };
  if (options.host_policy)
    chosen.policy = [this](const shipflow::vote& v, shipflow::policy_reply done) {
      ask(SHIPFLOW_CALL_POLICY, v.run,
          {{"run", v.run},
           {"step", v.step},
           {"principal", v.principal},
           {"groups", to_array(v.groups)},
           {"name", v.name},
           {"body", v.body},
           {"plan_digest", v.plan_digest}},
          pending_policy(std::move(done)), {});
    };
  engine_ = std::make_unique<shipflow::engine>(clock_->time(), std::move(keep), std::move(chosen));
  if (!options.threaded) return;
  thread_ = shipflow::thread_without_signals([this] { work(); });
}

host::~host() {
  ending_ = true;
  {
    const std::lock_guard lock(guard_);
    due_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  engine_->stop();
  // Answers of calls reach the clock while it is still there; the engine is told nothing any more.
  open_->lose_all();
  probes.clear();
  engine_.reset();
}

void host::take(const shipflow::engine_event& e) {
  auto body = shipflow::to_json(e);
  events_->push(std::make_unique<shipflow_event>(SHIPFLOW_EVENT_RUN, e.run, shipflow::json::serialize(body)));
  if (e.what_kind == shipflow::engine_event::kind::fact) take_phase(e);
}

void host::take_phase(const shipflow::engine_event& e) {
  const auto phase = phase_of(e.what);
  if (!phase) return;
  if (const auto* reason = e.what.body.if_contains("reason"); reason != nullptr && reason->is_string())
    reasons_[e.run] = std::string(reason->get_string());
  if (!shipflow::is_terminal(*phase)) return;
  const shipflow::json::object ended{
      {"run", e.run}, {"phase", std::string(name_of(*phase))}, {"reason", reasons_[e.run]}};
  reasons_.erase(e.run);
  events_->push(
      std::make_unique<shipflow_event>(SHIPFLOW_EVENT_ENDED, e.run, shipflow::json::serialize(ended)));
}

void host::ask(shipflow_call_kind_t kind, const std::string& run, const shipflow::json::object& body,
               std::unique_ptr<pending> to, std::stop_token stop) {
  auto state = std::make_shared<call_state>(kind, shipflow::json::serialize(body), std::move(to),
                                            std::move(stop), open_);
  open_->add(state);
  auto e = std::make_unique<shipflow_event>(SHIPFLOW_EVENT_CALL, run, "");
  e->asked = state;
  e->call = std::make_unique<shipflow_call>(std::move(state));
  events_->push(std::move(e));
}

void host::begin_check(std::shared_ptr<shipflow::provider> checked,
                       std::vector<shipflow::provider_trial> trials) {
  run_on_engine([&](shipflow::engine&) {
    shipflow::check_provider(clock_->time(), std::move(checked), std::move(trials),
                             [this](const shipflow::provider_report& r) {
                               events_->push(std::make_unique<shipflow_event>(
                                   SHIPFLOW_EVENT_CHECKED, "", shipflow::json::serialize(to_json(r))));
                             });
  });
}

// The engine's thread: what is due, then sleep until a timer, a post or the end.
void host::work() {
  try {
    while (!ending_) {
      {
        const std::lock_guard lock(guard_);
        due_ = false;
      }
      clock_->run_ready();
      // Looked at again at least once a second, so that a jump of the wall clock delays no timer by more.
      const auto wait = std::min<std::int64_t>(until_due(), 1'000);
      std::unique_lock lock(guard_);
      changed_.wait_for(lock, std::chrono::milliseconds(wait), [this] { return due_ || ending_; });
    }
  } catch (...) {
    faulted_ = true;
    events_->ring();
  }
  changed_.notify_all();
}

// An engine that could not finish what it was doing is not used again: the store has the truth.
void host::turn() {
  try {
    clock_->run_ready();
  } catch (...) {
    faulted_ = true;
    throw;
  }
}

std::int64_t host::until_due() {
  const auto due = clock_->next_due();
  if (!due) return 1'000'000'000;
  return std::max<std::int64_t>(0, (*due - clock_->time().now()).count());
}

void host::check_alive() const {
  if (faulted_)
    throw failure(SHIPFLOW_FAULTED,
                  "the engine ended by an earlier failure; free it and resume from the store");
}

void host::run_on_engine(const std::function<void(shipflow::engine&)>& work) {
  check_alive();
  if (!options_.threaded) {
    work(*engine_);
    return;
  }
  std::exception_ptr trouble;
  bool done = false;
  clock_->time().post([&] {
    try {
      work(*engine_);
    } catch (...) {
      trouble = std::current_exception();
    }
    {
      const std::lock_guard lock(guard_);
      done = true;
    }
    changed_.notify_all();
  });
  std::unique_lock lock(guard_);
  changed_.wait(lock, [&] { return done || faulted_; });
  if (!done) check_alive();
  if (trouble) std::rethrow_exception(trouble);
}

// Virtual time stands still while a call is with the host.
bool host::pass_virtual_time() {
  constexpr auto ever = shipflow::from_ms(std::numeric_limits<std::int64_t>::max() / 2);
  if (!options_.virtual_time || open_->open() != 0) return false;
  try {
    return clock_->advance(ever);
  } catch (...) {
    faulted_ = true;
    throw;
  }
}

std::unique_ptr<shipflow_event> host::next(std::int64_t timeout_ms) {
  const auto begin = std::chrono::steady_clock::now();
  while (true) {
    events_->hush();
    if (woken_.exchange(false)) {
      // The descriptor says again what it said before: a host that waits on it has not seen those events.
      if (!events_->empty()) events_->ring();
      return nullptr;
    }
    if (!options_.threaded && events_->empty()) turn();
    if (auto e = events_->pop()) return e;
    check_alive();
    if (pass_virtual_time()) continue;
    const auto left = timeout_ms < 0 ? -1 : std::max<std::int64_t>(0, timeout_ms - ms_since(begin));
    if (left == 0) return nullptr;
    auto wait = left;
    if (!options_.threaded && !options_.virtual_time) {
      const auto due = std::min<std::int64_t>(until_due(), 1'000);
      wait = left < 0 ? due : std::min(left, due);
    }
    if (wait != 0) events_->wait(wait);
  }
}

std::int64_t host::wait_ms() {
  if (options_.threaded) return -1;
  if (!events_->empty()) return 0;
  if (options_.virtual_time) return open_->open() == 0 && clock_->next_due() ? 0 : -1;
  return clock_->next_due() ? until_due() : -1;
}

shipflow::time_point host::now() { return clock_->time().now(); }

void host::wakeup() noexcept {
  woken_ = true;
  events_->ring();
}

}  // namespace shipflow_c
