#include "table.hpp"

#include "guard.hpp"
#include "host.hpp"
#include "hosted.hpp"
#include "text.hpp"

#include <cstddef>
#include <cstring>

using namespace shipflow_c;

namespace shipflow_c {
namespace {

std::string member_of(const shipflow_call& call, const char* name) {
  const auto body = shipflow::parse_json(call.state->body());
  const auto* found = body && body->is_object() ? body->get_object().if_contains(name) : nullptr;
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string{};
}

}  // namespace

// Everything that can be wrong is kept for `check`, so that `destroy` is known in any case.
table::table(const shipflow_provider_table* given, std::uintptr_t self) : self_(self) {
  if (given == nullptr) {
    trouble_ = "table is NULL";
    return;
  }
  if (given->size < offsetof(shipflow_provider_table, observe) || given->size > 4'096) {
    trouble_ = "table: `size` is not the size of this struct";
    return;
  }
  std::memcpy(&functions_, given, std::min<std::size_t>(given->size, sizeof functions_));
  const auto* bytes = reinterpret_cast<const unsigned char*>(given);
  for (std::size_t i = sizeof functions_; i < given->size; ++i)
    if (bytes[i] != 0) trouble_ = "table: a function that this library does not know is set";
  if (functions_.reserved != 0) trouble_ = "table: `reserved` is not 0";
  if (functions_.apply == nullptr) trouble_ = "table: `apply` is required";
}

table::~table() {
  if (functions_.destroy != nullptr) functions_.destroy(self_);
}

void table::check() const {
  if (!trouble_.empty()) throw failure(SHIPFLOW_INVALID_ARGUMENT, trouble_);
}

void table::serve(std::unique_ptr<shipflow_call> call) const {
  struct entry {
    shipflow_verb_fn function;
    const char* without;  // the answer when there is no such function
  };
  const std::map<std::string, entry, std::less<>> verbs{
      {"apply", {functions_.apply, ""}},
      {"observe", {functions_.observe, R"({"kind":"done","value":{}})"}},
      {"diagnose", {functions_.diagnose, R"({"kind":"done","value":{}})"}},
      {"ready", {functions_.ready, R"({"kind":"unknown","message":"the provider cannot tell"})"}},
      {"resolve", {functions_.resolve, R"({"kind":"unknown","message":"the provider cannot tell"})"}},
      {"settle",
       {functions_.settle, R"({"kind":"failed","status":13,"message":"the provider has no `settle`"})"}},
      {"undo", {functions_.undo, R"({"kind":"failed","status":13,"message":"the provider has no `undo`"})"}},
  };
  static_assert(SHIPFLOW_UNSUPPORTED == 13);
  const auto& verb = verbs.at(member_of(*call, "verb"));
  if (verb.function != nullptr) {
    verb.function(self_, call.release());
    return;
  }
  call->state->finish(shipflow::parse_json(verb.without).value().get_object());
}

}  // namespace shipflow_c

namespace {

// Marks the engine while host functions run, so that what may not be called inside is refused.
class dispatching {
 public:
  explicit dispatching(shipflow_engine& e) : engine_(e) {
    if (engine_.dispatching.exchange(1) != 0)
      throw failure(SHIPFLOW_REENTRANT, "shipflow_engine_dispatch may not be called inside dispatch");
  }
  ~dispatching() { engine_.dispatching = 0; }
  dispatching(const dispatching&) = delete;
  dispatching& operator=(const dispatching&) = delete;

 private:
  shipflow_engine& engine_;
};

void handle_event(const shipflow_engine& engine, std::unique_ptr<shipflow_event> e, shipflow_event_fn fn,
                  std::uintptr_t user) {
  if (e->call != nullptr && e->call->state->kind() == SHIPFLOW_CALL_ACTION) {
    const auto found = engine.tables.find(member_of(*e->call, "provider"));
    if (found != engine.tables.end()) {
      found->second->serve(std::move(e->call));
      return;
    }
  }
  if (fn != nullptr) fn(user, e.release());
}

}  // namespace

extern "C" {

shipflow_status shipflow_engine_add_provider_table(shipflow_engine* engine, shipflow_str name,
                                                   shipflow_str actions, const shipflow_provider_table* table,
                                                   uintptr_t self, shipflow_error** err) noexcept {
  return guard(err, [&] {
    const auto made = std::make_shared<shipflow_c::table>(table, self);
    made->check();
    auto& e = checked(engine, "engine");
    const auto called = needed_text(name, "name");
    const auto provider = make_hosted_provider(*e.held, called, read_actions(actions));
    e.held->on_engine([&](shipflow::engine& inner) { check(inner.add(provider)); });
    e.held->providers.emplace(called, provider);
    e.tables.emplace(called, made);
  });
}

shipflow_status shipflow_engine_dispatch(shipflow_engine* engine, int32_t timeout_ms, int32_t max,
                                         shipflow_event_fn fn, uintptr_t user, int32_t* count,
                                         shipflow_error** err) noexcept {
  if (count != nullptr) *count = 0;
  return guard(err, [&] {
    auto& e = checked(engine, "engine");
    const dispatching now(e);
    for (std::int32_t handled = 0; handled < max; ++handled) {
      auto event = e.held->next(handled == 0 ? timeout_ms : 0);
      if (!event) return;
      handle_event(e, std::move(event), fn, user);
      if (count != nullptr) *count = handled + 1;
    }
  });
}

}  // extern "C"
