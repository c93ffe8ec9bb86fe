// The functions of an engine.
#include "builtin.hpp"
#include "fields.hpp"
#include "guard.hpp"
#include "hosted.hpp"
#include "plan.hpp"
#include "run_json.hpp"
#include "store.hpp"
#include "text.hpp"

#include <cstddef>
#include <cstring>

using namespace shipflow_c;

namespace {

// A struct of another version: what this library does not know must be zero.
shipflow_engine_options copied(const shipflow_engine_options* given) {
  shipflow_engine_options out = SHIPFLOW_ENGINE_OPTIONS_INIT;
  if (given == nullptr) return out;
  constexpr std::size_t least = offsetof(shipflow_engine_options, id);
  if (given->size < least || given->size > 4'096)
    throw failure(SHIPFLOW_INVALID_ARGUMENT, "options: `size` is not the size of this struct");
  const auto* bytes = reinterpret_cast<const unsigned char*>(given);
  for (std::size_t i = sizeof out; i < given->size; ++i)
    if (bytes[i] != 0)
      throw failure(SHIPFLOW_UNSUPPORTED, "options: a field that this library does not know is set");
  std::memcpy(&out, given, std::min<std::size_t>(given->size, sizeof out));
  if (out.reserved != 0) throw failure(SHIPFLOW_UNSUPPORTED, "options: `reserved` is not 0");
  return out;
}

host_options read_options(const shipflow_engine_options* given) {
  const auto o = copied(given);
  constexpr std::uint32_t known =
      SHIPFLOW_ENGINE_VIRTUAL_TIME | SHIPFLOW_ENGINE_HOST_SECRETS | SHIPFLOW_ENGINE_HOST_POLICY;
  if ((o.flags & ~known) != 0)
    throw failure(SHIPFLOW_UNSUPPORTED, "options: a flag that this library does not know");
  if (o.threads > 1) throw failure(SHIPFLOW_INVALID_ARGUMENT, "options: `threads` must be 0 or 1");
  host_options out;
  out.threaded = o.threads == 1;
  out.virtual_time = (o.flags & SHIPFLOW_ENGINE_VIRTUAL_TIME) != 0;
  out.host_secrets = (o.flags & SHIPFLOW_ENGINE_HOST_SECRETS) != 0;
  out.host_policy = (o.flags & SHIPFLOW_ENGINE_HOST_POLICY) != 0;
  if (out.virtual_time && out.threaded)
    throw failure(SHIPFLOW_INVALID_ARGUMENT, "options: virtual time needs `threads` = 0");
  if (o.calls_at_once != 0) out.calls_at_once = o.calls_at_once;
  if (o.queue_limit != 0) out.queue_limit = o.queue_limit;
  out.id = std::string(text_of(o.id, "options: id"));
  out.start = shipflow::from_ms(o.start_ms);
  out.seed = o.seed;
  return out;
}

host& of(shipflow_engine* engine) { return *checked(engine, "engine").held; }

constexpr std::array<field<shipflow::start_options>, 7> start_fields{{
    {"principal", &shipflow::start_options::principal, true},
    {"groups", &shipflow::start_options::groups},
    {"reason", &shipflow::start_options::reason},
    {"external_id", &shipflow::start_options::external_id},
    {"override", &shipflow::start_options::override_reason},
    {"emergency", &shipflow::start_options::emergency},
    {"hotfix", &shipflow::start_options::hotfix},
}};

constexpr std::int64_t last_ms = 253'402'300'799'999;  // of the year 9999

shipflow::start_options read_start(shipflow_str text) {
  const auto given = object_of(text, "options");
  members m(given, "options");
  shipflow::start_options out;
  read_fields(m, start_fields, out);
  out.start_at = shipflow::from_ms(m.integer("start_at_ms", 0, 0, last_ms));
  m.done();
  return out;
}

constexpr std::array<field<shipflow::said>, 5> said_fields{{
    {"name", &shipflow::said::name, true},
    {"principal", &shipflow::said::principal, true},
    {"groups", &shipflow::said::groups},
    {"id", &shipflow::said::id},
    {"body", &shipflow::said::body},
}};

}  // namespace

extern "C" {

shipflow_status shipflow_engine_new(const shipflow_engine_options* options, shipflow_store* store,
                                    shipflow_engine** out, shipflow_error** err) noexcept {
  return guard(out, err,
               [&] { return new shipflow_engine(read_options(options), checked(store, "store").keep); });
}

shipflow_status shipflow_engine_add_builtin(shipflow_engine* engine, shipflow_str name, shipflow_str options,
                                            shipflow_error** err) noexcept {
  return guard(err,
               [&] { add_builtin(of(engine), needed_text(name, "name"), object_of(options, "options")); });
}

shipflow_status shipflow_engine_add_provider(shipflow_engine* engine, shipflow_str name, shipflow_str actions,
                                             shipflow_error** err) noexcept {
  return guard(err, [&] {
    auto& at = of(engine);
    const auto made = make_hosted_provider(at, needed_text(name, "name"), read_actions(actions));
    at.on_engine([&](shipflow::engine& e) { check(e.add(made)); });
    at.providers.emplace(made->name(), made);
  });
}

shipflow_status shipflow_engine_add_probes(shipflow_engine* engine, shipflow_str kinds,
                                           shipflow_error** err) noexcept {
  return guard(err, [&] {
    auto& at = of(engine);
    const auto made = make_hosted_probes(at, names_of(kinds, "kinds"));
    at.on_engine([&](shipflow::engine& e) { check(e.add(made)); });
    at.probes.push_back(made);
  });
}

shipflow_status shipflow_engine_add_metrics(shipflow_engine* engine, shipflow_str names,
                                            shipflow_error** err) noexcept {
  return guard(err, [&] {
    auto& at = of(engine);
    const auto made = make_hosted_metrics(at, names_of(names, "names"));
    at.on_engine([&](shipflow::engine& e) { check(e.add(made)); });
  });
}

shipflow_status shipflow_engine_add_notifiers(shipflow_engine* engine, shipflow_str kinds,
                                              shipflow_error** err) noexcept {
  return guard(err, [&] {
    auto& at = of(engine);
    const auto made = make_hosted_notifiers(at, names_of(kinds, "kinds"));
    at.on_engine([&](shipflow::engine& e) { check(e.add(made)); });
  });
}

shipflow_status shipflow_engine_stop(shipflow_engine* engine, shipflow_error** err) noexcept {
  return guard(err, [&] { of(engine).on_engine([](shipflow::engine& e) { e.stop(); }); });
}

void shipflow_engine_free(shipflow_engine* engine) noexcept {
  if (engine == nullptr || engine->what != shipflow_engine::kind || engine->dispatching != 0) return;
  // In the child of a fork the engine's thread is not there, and what it held is not ours to close.
  if (engine->process != ::getpid()) {
    (void)engine->held.release();
  }
  delete engine;
}

shipflow_status shipflow_engine_start(shipflow_engine* engine, const shipflow_plan* plan,
                                      shipflow_str options, shipflow_buf** run,
                                      shipflow_error** err) noexcept {
  return guard(run, err, [&] {
    const auto& what = plan_of(plan);
    const auto how = read_start(options);
    return to_buf(of(engine).on_engine([&](shipflow::engine& e) { return value_of(e.start(what, how)); }));
  });
}

shipflow_status shipflow_engine_resume(shipflow_engine* engine, int64_t* runs,
                                       shipflow_error** err) noexcept {
  if (runs != nullptr) *runs = 0;
  return guard(err, [&] {
    const auto adopted = of(engine).on_engine([](shipflow::engine& e) { return value_of(e.resume()); });
    if (runs != nullptr) *runs = static_cast<int64_t>(adopted);
  });
}

shipflow_status shipflow_engine_say(shipflow_engine* engine, shipflow_str run, shipflow_str what,
                                    shipflow_error** err) noexcept {
  return guard(err, [&] {
    const auto id = needed_text(run, "run");
    const auto words = read_struct(what, "what", said_fields);
    of(engine).on_engine([&](shipflow::engine& e) { check(e.say(id, words)); });
  });
}

shipflow_status shipflow_engine_look(shipflow_engine* engine, shipflow_str run, shipflow_buf** out,
                                     shipflow_error** err) noexcept {
  return guard(out, err, [&] {
    const auto id = needed_text(run, "run");
    return to_buf(
        of(engine).read_engine([&](shipflow::engine& e) { return run_json(value_of(e.look(id))); }));
  });
}

shipflow_status shipflow_engine_next(shipflow_engine* engine, int32_t timeout_ms, shipflow_event** out,
                                     shipflow_error** err) noexcept {
  return guard(out, err, [&] {
    if (checked(engine, "engine").dispatching != 0)
      throw failure(SHIPFLOW_REENTRANT, "shipflow_engine_next may not be called inside dispatch");
    return of(engine).next(timeout_ms).release();
  });
}

int shipflow_engine_fd(const shipflow_engine* engine) noexcept {
  const auto* e = usable(engine);
  return e == nullptr ? -1 : e->held->fd();
}

int64_t shipflow_engine_wait_ms(shipflow_engine* engine) noexcept {
  const auto* e = usable(engine);
  return e == nullptr ? -1 : e->held->wait_ms();
}

void shipflow_engine_wakeup(shipflow_engine* engine) noexcept {
  if (auto* e = usable(engine)) e->held->wakeup();
}

int64_t shipflow_engine_unsent(shipflow_engine* engine) noexcept {
  int64_t count = -1;
  (void)guard(static_cast<shipflow_error**>(nullptr), [&] {
    count = static_cast<int64_t>(of(engine).read_engine([](shipflow::engine& e) { return e.unsent(); }));
  });
  return count;
}

int64_t shipflow_engine_now_ms(shipflow_engine* engine) noexcept {
  const auto* e = usable(engine);
  return e == nullptr ? 0 : shipflow::to_ms(e->held->now());
}

}  // extern "C"
