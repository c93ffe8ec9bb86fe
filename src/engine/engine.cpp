#include "base/listed.hpp"
#include "engine/actor.hpp"
#include "engine/proved.hpp"
#include "message/teller.hpp"

#include <shipflow/engine.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace shipflow {
inline namespace v1 {
namespace {

using engine_room::actor;
using engine_room::core;

std::string hex(std::uint64_t value, int digits) {
  std::array<char, 24> out{};
  std::snprintf(out.data(), out.size(), "%0*llx", digits, static_cast<unsigned long long>(value));
  return out.data();
}

// Sortable by creation: eleven hexadecimal digits of milliseconds, then random ones.
std::string new_run_id(scheduler& time) {
  return hex(static_cast<std::uint64_t>(to_ms(time.now())), 11) + "-" + hex(time.random() >> 32U, 8);
}

fact numbered(fact f, std::int64_t rev) {
  f.rev = rev;
  return f;
}

error not_allowed(const plan& what, const std::string& principal) {
  return make_error(errc::denied, principal + " may not start a release in " + what.environment +
                                      ": it needs one of the roles " + listed(what.protection.start));
}

bool has_role(const plan& what, const start_options& options, const std::vector<std::string>& needed) {
  if (needed.empty()) return true;
  const auto roles = roles_of(what, options.principal, options.groups);
  return std::any_of(needed.begin(), needed.end(), [&](const auto& r) { return roles.contains(r); });
}

// What of the options the record keeps.
json::object kept_of(const start_options& options) {
  json::object more;
  if (options.start_at != time_point{}) more["start_at"] = to_ms(options.start_at);
  if (!options.override_reason.empty()) more["override"] = options.override_reason;
  if (!options.emergency.empty()) more["emergency"] = options.emergency;
  if (!options.hotfix.empty()) more["hotfix"] = options.hotfix;
  return more;
}

// The run in which the release proved itself, where the environment wants it to have; else nothing.
result<std::string> check_promotion(store& keep, const plan& what, const start_options& options,
                                    time_point now) {
  const auto& rule = what.promoted_from;
  const auto here = " in " + what.environment;
  if (!options.hotfix.empty()) {
    if (!rule)
      return make_error(errc::invalid_argument, "there is no hotfix" + here + ", which takes any release");
    if (!rule->hotfix.empty() && has_role(what, options, rule->hotfix)) return std::string{};
    return make_error(errc::denied, options.principal + " may not start a hotfix" + here);
  }
  return engine_room::proved_in(keep, what, options.emergency, options.hotfix, now);
}

// A task after the release is ticked when no engine has the run any more.
bool ticks_task(const run_row& row, const said& what) {
  const auto* step = what.body.if_contains("step");
  return row.status == run_status::released && what.name == "tick" && step != nullptr && step->is_string() &&
         step->get_string() == "tasks";
}

// Would the calendar refuse this start, now or at the time it is scheduled for?
result<void> check_calendar(const plan& what, const start_options& options, const run_state& created,
                            time_point now) {
  if (!options.override_reason.empty() && what.calendar &&
      !has_role(what, options, what.calendar->override_roles))
    return make_error(errc::denied, options.principal + " may not override the calendar of " +
                                        what.environment + ": it needs one of the roles " +
                                        listed(what.calendar->override_roles));
  const auto verdict = may_begin(created, std::max(now, options.start_at));
  if (verdict.refused || verdict.never) return make_error(errc::denied, verdict.why);
  return {};
}

}  // namespace

struct engine::impl {
  impl(scheduler& time, std::shared_ptr<store> keep, engine_options options)
      : shared(time, std::move(keep), std::move(options)) {}

  void refresh_offers();
  void supersede(const plan& what, const std::string& by);

  core shared;
  std::unique_ptr<catalogue> offers;
  std::vector<std::unique_ptr<catalogue>> old_offers;  // handed out references stay valid
};

void engine::impl::refresh_offers() {
  std::vector<const provider*> providers;
  for (const auto& [name, p] : shared.providers) providers.push_back(p.get());
  std::vector<const metric_source*> sources;
  for (const auto& m : shared.metrics) sources.push_back(m.get());
  if (offers) old_offers.push_back(std::move(offers));
  const auto* rooms = &shared;
  offers = make_catalogue(
      std::move(providers), std::move(sources),
      [rooms](const std::string& kind, const json::object& spec) -> result<void> {
        if (const auto* source = rooms->find_probe(kind)) return source->check(kind, spec);
        return make_error(errc::not_found, "no probe of kind \"" + kind + "\"");
      },
      [rooms](const std::string& kind, const json::object& spec) -> result<void> {
        if (const auto* n = rooms->find_notifier(kind)) return n->check(kind, spec);
        return make_error(errc::not_found, "nothing here sends messages of kind \"" + kind + "\"");
      });
}

// A watching run gives way to a newer one; that is recorded and ends its right to roll back.
void engine::impl::supersede(const plan& what, const std::string& by) {
  run_filter filter;
  filter.environment = what.environment;
  filter.terminal = false;
  auto runs = shared.keep->list_runs(filter);
  if (!runs) return;
  for (const auto& row : *runs) {
    if (row.status != run_status::watching || row.id == by) continue;
    stored_signal s{"supersede-" + by,
                    row.id,
                    "supersede",
                    "shipflow:" + by,
                    to_ms(shared.time.now()),
                    json::serialize(json::object{{"run", by}})};
    (void)shared.keep->put_signal(s);
    shared.call_attention(row.id);
  }
}

engine::engine(scheduler& time, std::shared_ptr<store> keep, engine_options options)
    : impl_(std::make_shared<impl>(time, std::move(keep), std::move(options))) {
  impl_->refresh_offers();
}

engine::~engine() {
  stop();
  impl_->shared.drop_actors();
}

result<void> engine::add(std::shared_ptr<provider> p) {
  const auto name = p->name();
  if (!impl_->shared.providers.emplace(name, std::move(p)).second)
    return make_error(errc::already_exists, "a provider \"" + name + "\" is registered already");
  impl_->refresh_offers();
  return {};
}

result<void> engine::add(std::shared_ptr<probe_source> p) {
  for (const auto& kind : p->kinds())
    if (impl_->shared.find_probe(kind) != nullptr)
      return make_error(errc::already_exists, "probes of kind \"" + kind + "\" have a source already");
  impl_->shared.probes.push_back(std::move(p));
  return {};
}

result<void> engine::add(std::shared_ptr<metric_source> p) {
  for (const auto& name : p->names())
    if (impl_->shared.find_metrics(name) != nullptr)
      return make_error(errc::already_exists, "a metric source \"" + name + "\" is registered already");
  impl_->shared.metrics.push_back(std::move(p));
  impl_->refresh_offers();
  return {};
}

result<void> engine::add(std::shared_ptr<notifier> p) {
  for (const auto& kind : p->kinds())
    if (impl_->shared.find_notifier(kind) != nullptr)
      return make_error(errc::already_exists, "messages of kind \"" + kind + "\" have a notifier already");
  impl_->shared.notifiers.push_back(std::move(p));
  return {};
}

const catalogue& engine::offers() const { return *impl_->offers; }

result<std::string> engine::start(const plan& what, const start_options& options) {
  auto& shared = impl_->shared;
  if (options.principal.empty())
    return make_error(errc::invalid_argument, "a start needs a principal, for example \"user:alice\"");
  if (!has_role(what, options, what.protection.start)) return not_allowed(what, options.principal);
  if (!options.external_id.empty())
    if (auto known = shared.keep->find_external(options.external_id)) return known->id;
  const auto now = shared.time.now();
  const auto proved = check_promotion(*shared.keep, what, options, now);
  if (!proved) return proved.error();
  auto kept = kept_of(options);
  if (!proved->empty()) kept["promoted"] = *proved;
  auto created = created_fact(what, options.principal, options.reason, options.external_id, now, kept);
  const std::string digest(created.body.at("plan_digest").as_string());

  auto state = make_state(new_run_id(shared.time), std::make_shared<const plan>(what));
  std::vector<fact> facts;
  std::vector<stored_fact> stored;
  messages::teller teller(what);
  std::vector<stored_message> told;
  const auto add = [&](fact f) -> result<void> {
    facts.push_back(numbered(std::move(f), static_cast<std::int64_t>(facts.size()) + 1));
    stored.push_back(engine_room::to_stored(facts.back(), state.hash));
    const auto before = state.phase;
    if (auto applied = apply(state, facts.back()); !applied) return applied;
    for (auto& m : teller.tell(before, state, facts.back())) told.push_back(std::move(m));
    return {};
  };
  if (auto applied = add(std::move(created)); !applied) return applied.error();
  if (auto allowed = check_calendar(what, options, state, now); !allowed) return allowed.error();
  if (auto put = shared.keep->put_plan(digest, canonical(to_json(what))); !put) return put.error();
  const bool held = may_begin(state, now).at > now;
  const bool waits = held || what.protection.one_at_a_time == "wait";
  std::vector<fact> first;
  if (held) first = decide(state, due_event{}, now);
  if (!waits) first = decide(state, acquired_event{}, now);
  for (auto& f : first)
    if (auto applied = add(std::move(f)); !applied) return applied.error();
  run_row row;
  row.id = state.id;
  row.external_id = options.external_id;
  row.plan_digest = digest;
  row.plan = what.name;
  row.environment = what.environment;
  row.version = what.release.version;
  row.principal = options.principal;
  row.status = run_status::owned;
  row.owner = shared.options.id;
  row.fence = 1;
  row.rev = state.rev;
  row.created_ms = row.updated_ms = to_ms(now);
  if (waits) row.reason = held ? state.held : engine_room::queued_reason;
  auto made = shared.keep->create_run(row, stored, waits ? std::vector<std::string>{} : what.locks, told);
  if (!made && made.error().code == errc::conflict)
    return make_error(errc::conflict, made.error().message + "; shipflow status tells what it waits for");
  if (!made) return made.error();
  if (!told.empty()) shared.messages.wake();
  impl_->supersede(what, row.id);
  for (auto& f : facts) {
    engine_event e;
    e.run = row.id;
    e.what = std::move(f);
    shared.emit(std::move(e));
  }
  auto who = std::make_shared<actor>(shared, std::move(state), row.fence);
  shared.actors[row.id] = who;
  shared.time.post([weak = std::weak_ptr<actor>(who)] {
    if (const auto alive = weak.lock()) alive->pump();
  });
  return row.id;
}

result<std::size_t> engine::resume() {
  auto& shared = impl_->shared;
  auto adopted = shared.keep->adopt(shared.options.id, to_ms(shared.time.now()));
  if (!adopted) return adopted;
  shared.claim_due();
  shared.messages.wake();
  return adopted;
}

result<void> engine::say(const std::string& run, const said& what) {
  auto& shared = impl_->shared;
  auto row = shared.keep->get_run(run);
  if (!row) return row.error();
  const bool late = ticks_task(*row, what);
  if (is_terminal(row->status) && !late)
    return make_error(errc::conflict, "run " + run + " has ended: " + std::string(name_of(row->status)));
  auto body = what.body;
  json::array groups;
  for (const auto& g : what.groups) groups.emplace_back(g);
  body["groups"] = std::move(groups);
  stored_signal s{what.id.empty() ? "said-" + hex(shared.time.random(), 16) : what.id,
                  run,
                  what.name,
                  what.principal,
                  to_ms(shared.time.now()),
                  json::serialize(body)};
  if (auto put = shared.keep->put_signal(s); !put) return put;
  if (!late || shared.actors.contains(run)) {
    shared.call_attention(run);
    return {};
  }
  // Nothing claims a run that has ended by itself.
  const auto taken = shared.keep->claim_run(shared.options.id, run, to_ms(shared.time.now()));
  if (!taken) return taken.error();
  shared.take_up(*taken);
  return {};
}

result<run_state> engine::look(const std::string& run) {
  const auto loaded = impl_->shared.actors.find(run);
  if (loaded != impl_->shared.actors.end()) return loaded->second->state();
  return load_run(*impl_->shared.keep, run);
}

bool engine::ended(const std::string& run) {
  if (impl_->shared.actors.contains(run)) return false;
  const auto row = impl_->shared.keep->get_run(run);
  return row && is_terminal(row->status);
}

bool engine::idle(const std::string& run) {
  const auto loaded = impl_->shared.actors.find(run);
  return loaded == impl_->shared.actors.end() || loaded->second->idle();
}

void engine::stop() {
  impl_->shared.stopping = true;
  for (auto& [id, who] : impl_->shared.actors) who->stop();
  impl_->shared.messages.stop();
}

std::size_t engine::calls() const noexcept { return impl_->shared.calls; }
std::size_t engine::unsent() const { return impl_->shared.messages.unsent(); }
std::size_t engine::loaded() const noexcept { return impl_->shared.actors.size(); }

json::object to_json(const engine_event& e) {
  constexpr std::array<std::string_view, 6> names{"fact", "progress", "sample", "trouble", "lost", "message"};
  json::object out{{"sequence", e.sequence},
                   {"run", e.run},
                   {"event", std::string(names.at(static_cast<std::size_t>(e.what_kind)))}};
  if (e.what_kind == engine_event::kind::fact) {
    out["fact"] = to_json(e.what);
  } else {
    for (const auto& member : e.body) out[member.key()] = member.value();
  }
  return out;
}

}  // namespace v1
}  // namespace shipflow
