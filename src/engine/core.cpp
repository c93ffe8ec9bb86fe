#include "engine/core.hpp"

#include "engine/actor.hpp"
#include "engine/load.hpp"

#include <algorithm>

namespace shipflow::engine_room {
namespace {

constexpr duration retry_store{1'000};

}  // namespace

stored_fact to_stored(const fact& f, std::string& head) {
  auto body = canonical(to_json(f));
  head = sha256_hex(head + "\n" + body);
  return {f.rev, f.kind, to_ms(f.at), journal_format, std::move(body), head};
}

core::core(scheduler& clock, std::shared_ptr<store> stored, engine_options chosen)
    : time(clock),
      back(std::make_shared<way_back>(clock)),
      keep(std::move(stored)),
      options(std::move(chosen)) {
  if (options.id.empty()) options.id = "engine-" + std::to_string(time.random());
  clock_watch_ = time.watch_clock([this, alive = std::weak_ptr<int>(alive_)](duration by) {
    if (!alive.expired()) clock_jumped(by);
  });
}

core::~core() {
  time.cancel(clock_watch_);
  time.cancel(due_timer_);
}

void core::clock_jumped(duration by) {
  const auto loaded = actors;  // telling a run may end it
  for (const auto& [run, who] : loaded) who->clock_jumped(by);
}

void core::emit(engine_event e) {
  e.sequence = ++sequence_;
  if (options.observer) options.observer(e);
}

void core::emit_trouble(const std::string& run, const std::string& text) {
  engine_event e;
  e.what_kind = engine_event::kind::trouble;
  e.run = run;
  e.body = {{"text", text}};
  emit(std::move(e));
}

provider* core::find_provider(const std::string& name) const {
  const auto found = providers.find(name);
  return found == providers.end() ? nullptr : found->second.get();
}

probe_source* core::find_probe(const std::string& kind) const {
  for (const auto& p : probes) {
    const auto kinds = p->kinds();
    if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) return p.get();
  }
  return nullptr;
}

metric_source* core::find_metrics(const std::string& source) const {
  for (const auto& m : metrics) {
    const auto names = m->names();
    if (std::find(names.begin(), names.end(), source) != names.end()) return m.get();
  }
  return nullptr;
}

notifier* core::find_notifier(const std::string& kind) const {
  for (const auto& n : notifiers) {
    const auto kinds = n->kinds();
    if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) return n.get();
  }
  return nullptr;
}

result<std::shared_ptr<const plan>> core::load_plan(const std::string& digest) {
  if (auto known = plans[digest].lock()) return known;
  auto what = shipflow::load_plan(*keep, digest);
  if (!what) return what.error();
  auto loaded = std::make_shared<const plan>(std::move(*what));
  plans[digest] = loaded;
  return loaded;
}

void core::take_up(const run_row& row) {
  auto what = load_plan(row.plan_digest);
  auto state = what ? engine_room::load_run(*keep, row, std::move(*what)) : result<run_state>(what.error());
  if (!state) {
    emit_trouble(row.id, "the run cannot be loaded: " + state.error().text());
    return;
  }
  auto who = std::make_shared<actor>(*this, std::move(*state), row.fence);
  actors[row.id] = who;
  who->begin();
}

void core::dismiss(const std::string& run, std::optional<time_point> due) {
  // Destroyed later: the actor may be on the stack.
  const auto found = actors.find(run);
  if (found == actors.end()) return;
  dismissed_.push_back(found->second);
  actors.erase(found);
  time.post([this, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired()) dismissed_.clear();
  });
  if (due) look_again_at(*due);
}

void core::drop_actors() {
  back->close();
  actors.clear();
  dismissed_.clear();
}

void core::call_attention(const std::string& run) {
  time.post([this, alive = std::weak_ptr<int>(alive_), run] {
    if (alive.expired()) return;
    if (const auto found = actors.find(run); found != actors.end())
      std::shared_ptr<actor>(found->second)->hear();
    else
      look_again_at(time.now());
  });
}

void core::look_again_at(time_point due) {
  if (stopping || (due_at_ && *due_at_ <= due)) return;
  time.cancel(due_timer_);
  due_at_ = due;
  due_timer_ = time.call_at(due, [this] {
    due_at_.reset();
    claim_due();
  });
}

void core::claim_due() {
  if (stopping) return;
  const auto now = time.now();
  auto claimed = keep->claim(options.id, to_ms(now), options.claim_limit);
  if (!claimed) {
    emit_trouble("", "runs cannot be claimed: " + claimed.error().text());
    look_again_at(now + retry_store);
    return;
  }
  for (const auto& row : *claimed) take_up(row);
  if (claimed->size() >= options.claim_limit) {
    look_again_at(now);
    return;
  }
  const auto next_one = keep->next_due();
  if (!next_one)
    look_again_at(now + retry_store);
  else if (*next_one)
    look_again_at(std::max(from_ms(**next_one), now + duration{1}));
}

void core::wake_queued(const std::string& environment) {
  run_filter filter;
  filter.environment = environment;
  filter.terminal = false;
  auto runs = keep->list_runs(filter);
  if (!runs) return;
  // Newest first: the oldest queued run is the last that matches.
  const auto queued = std::find_if(runs->rbegin(), runs->rend(), [](const run_row& r) {
    return r.status == run_status::waiting && r.reason == queued_reason;
  });
  if (queued == runs->rend()) return;
  stored_signal wake;
  wake.id = "wake-" + std::to_string(time.random());
  wake.run = queued->id;
  wake.name = "wake";
  wake.principal = "shipflow:" + options.id;
  wake.at_ms = to_ms(time.now());
  wake.body = "{}";
  if (auto put = keep->put_signal(wake); !put)
    emit_trouble(queued->id, "cannot be woken: " + put.error().text());
  call_attention(queued->id);
}

bool core::take_call(const std::shared_ptr<actor>& who) {
  if (calls < options.calls_at_once) {
    ++calls;
    return true;
  }
  waiting_for_call_.push_back(who);
  return false;
}

void core::end_call() {
  --calls;
  while (!waiting_for_call_.empty()) {
    const auto who = waiting_for_call_.front().lock();
    waiting_for_call_.pop_front();
    if (!who) continue;
    time.post([weak = std::weak_ptr<actor>(who)] {
      if (const auto alive = weak.lock()) alive->pump();
    });
    return;
  }
}

}  // namespace shipflow::engine_room
