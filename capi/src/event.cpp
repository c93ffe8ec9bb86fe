#include "event.hpp"

#include "text.hpp"

using namespace shipflow_c;

extern "C" {

shipflow_event_kind_t shipflow_event_kind(const shipflow_event* event) noexcept {
  const auto* e = usable(event);
  return e == nullptr ? 0 : e->event_kind;
}

shipflow_str shipflow_event_body(const shipflow_event* event) noexcept {
  const auto* e = usable(event);
  if (e == nullptr) return {nullptr, 0};
  return view_of(e->asked ? e->asked->body() : e->body);
}

shipflow_str shipflow_event_run(const shipflow_event* event) noexcept {
  const auto* e = usable(event);
  return e == nullptr ? shipflow_str{nullptr, 0} : view_of(e->run);
}

shipflow_call* shipflow_event_call(shipflow_event* event) noexcept {
  auto* e = usable(event);
  return e == nullptr ? nullptr : e->call.release();
}

void shipflow_event_free(shipflow_event* event) noexcept {
  if (event != nullptr && event->what == shipflow_event::kind) delete event;
}

}  // extern "C"
