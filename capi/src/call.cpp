#include "call.hpp"

#include "guard.hpp"
#include "text.hpp"

#include <thread>

using namespace shipflow_c;

namespace shipflow_c {
namespace {

/// An answer is handed over before its call counts as closed: in virtual time the clock may jump as soon as none is open.
struct leaving {
  const std::weak_ptr<call_registry>& from;
  const call_state* who;
  leaving(const std::weak_ptr<call_registry>& registry, const call_state* call) : from(registry), who(call) {}
  ~leaving() {
    if (const auto registry = from.lock()) registry->remove(who);
  }
  leaving(const leaving&) = delete;
  leaving& operator=(const leaving&) = delete;
};

}  // namespace

call_state::call_state(shipflow_call_kind_t kind, std::string body, std::unique_ptr<pending> to,
                       std::stop_token stop, std::weak_ptr<call_registry> registry)
    : kind_(kind),
      body_(std::move(body)),
      to_(std::move(to)),
      stop_(std::move(stop)),
      registry_(std::move(registry)),
      on_stop_(stop_, [to_wake = registry_] {
        if (const auto alive = to_wake.lock()) alive->wake();
      }) {}

// Bodies may hold secrets.
call_state::~call_state() {
  if (const auto registry = registry_.lock()) registry->remove(this);
  volatile char* bytes = body_.data();
  for (std::size_t i = 0; i < body_.size(); ++i) bytes[i] = 0;
}

template <class Read>
void call_state::close(const Read& read) {
  std::unique_ptr<pending> to;
  {
    const std::lock_guard lock(guard_);
    if (stage_ == stage::finished) throw failure(SHIPFLOW_CONFLICT, "the call was finished already");
    if (to_) read(*to_);
    stage_ = stage::finished;
    to = std::move(to_);
  }
  const leaving last{registry_, this};
  if (to) to->deliver();
}

void call_state::finish(const shipflow::json::object& answer) {
  close([&](pending& to) { to.read(answer); });
}

void call_state::fail(shipflow_status status, const std::string& message) {
  close([&](pending& to) { to.read_failure(status, message); });
}

void call_state::lose() noexcept {
  std::unique_ptr<pending> to;
  {
    const std::lock_guard lock(guard_);
    if (stage_ != stage::open) return;
    stage_ = stage::orphaned;
    to = std::move(to_);
  }
  const leaving last{registry_, this};
  try {
    to->read_loss();
    to->deliver();
  } catch (...) {
    // Out of memory: the engine's own deadline of the call answers in its place.
    return;
  }
}

bool call_state::cancelled() const {
  const std::lock_guard lock(guard_);
  return stage_ == stage::orphaned || stop_.stop_requested();
}

void call_registry::wake() noexcept {
  const std::lock_guard lock(guard_);
  if (wake_) wake_();
}

void call_registry::add(const std::shared_ptr<call_state>& call) {
  const std::lock_guard lock(guard_);
  open_.emplace(call.get(), call);
}

void call_registry::remove(const call_state* call) noexcept {
  const std::lock_guard lock(guard_);
  if (open_.erase(call) != 0 && open_.empty() && quiet_) quiet_();
}

void call_registry::lose_all() noexcept {
  {
    const std::lock_guard lock(guard_);
    wake_ = nullptr;
    quiet_ = nullptr;
  }
  while (true) {
    std::shared_ptr<call_state> one;
    {
      const std::lock_guard lock(guard_);
      if (open_.empty()) return;
      one = open_.begin()->second.lock();
      if (!one) open_.erase(open_.begin());
    }
    if (!one) continue;
    one->lose();
    // Another thread may be handing its answer over just now: what it hands it to stays until it has.
    std::this_thread::yield();
  }
}

std::size_t call_registry::open() const {
  const std::lock_guard lock(guard_);
  return open_.size();
}

}  // namespace shipflow_c

extern "C" {

shipflow_call_kind_t shipflow_call_kind(const shipflow_call* call) noexcept {
  const auto* c = usable(call);
  return c == nullptr ? 0 : c->state->kind();
}

shipflow_str shipflow_call_body(const shipflow_call* call) noexcept {
  const auto* c = usable(call);
  return c == nullptr ? shipflow_str{nullptr, 0} : view_of(c->state->body());
}

int32_t shipflow_call_cancelled(const shipflow_call* call) noexcept {
  const auto* c = usable(call);
  return c == nullptr || c->state->cancelled() ? 1 : 0;
}

void shipflow_call_set_user(shipflow_call* call, uintptr_t user) noexcept {
  if (auto* c = usable(call)) c->user = user;
}

uintptr_t shipflow_call_user(const shipflow_call* call) noexcept {
  const auto* c = usable(call);
  return c == nullptr ? 0 : c->user.load();
}

shipflow_status shipflow_call_finish(shipflow_call* call, shipflow_str answer,
                                     shipflow_error** err) noexcept {
  return guard(err, [&] { checked(call, "call").state->finish(object_of(answer, "answer")); });
}

shipflow_status shipflow_call_fail(shipflow_call* call, shipflow_status status, shipflow_str message,
                                   shipflow_error** err) noexcept {
  return guard(err, [&] {
    if (status == SHIPFLOW_OK) throw failure(SHIPFLOW_INVALID_ARGUMENT, "SHIPFLOW_OK is not a failure");
    checked(call, "call").state->fail(status, std::string(text_of(message, "message")));
  });
}

void shipflow_call_free(shipflow_call* call) noexcept {
  if (call != nullptr && call->what == shipflow_call::kind) delete call;
}

}  // extern "C"
