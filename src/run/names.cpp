// Names of the enumerations, as facts, summaries and programs print them.
#include <shipflow/run.hpp>

namespace shipflow {
inline namespace v1 {

std::string_view name_of(phase p) noexcept {
  switch (p) {
    case phase::queued: return "queued";
    case phase::forward: return "forward";
    case phase::watching: return "watching";
    case phase::draining: return "draining";
    case phase::compensating: return "compensating";
    case phase::verifying: return "verifying";
    case phase::released: return "released";
    case phase::rolled_back: return "rolled_back";
    case phase::failed: return "failed";
    case phase::cancelled: return "cancelled";
  }
  return "failed";
}

std::string_view name_of(step_status s) noexcept {
  switch (s) {
    case step_status::waiting: return "waiting";
    case step_status::ready: return "ready";
    case step_status::intent: return "running";
    case step_status::started: return "running";
    case step_status::unclear: return "unclear";
    case step_status::stopping: return "stopping";
    case step_status::retrying: return "retrying";
    case step_status::asking: return "asking";
    case step_status::timing: return "timing";
    case step_status::done: return "done";
    case step_status::failed: return "failed";
    case step_status::skipped: return "skipped";
    case step_status::abandoned: return "abandoned";
  }
  return "failed";
}

std::string_view name_of(undo_status s) noexcept {
  switch (s) {
    case undo_status::waiting: return "waiting";
    case undo_status::ready: return "ready";
    case undo_status::asking: return "asking";
    case undo_status::intent: return "running";
    case undo_status::started: return "running";
    case undo_status::retrying: return "retrying";
    case undo_status::done: return "done";
    case undo_status::kept: return "kept";
    case undo_status::failed: return "failed";
    case undo_status::verified: return "verified";
  }
  return "failed";
}

std::string_view name_of(readiness_level l) noexcept {
  switch (l) {
    case readiness_level::unknown: return "unknown";
    case readiness_level::ready: return "ready";
    case readiness_level::lapsed: return "lapsed";
  }
  return "unknown";
}

std::string_view name_of(guard_level l) noexcept {
  switch (l) {
    case guard_level::none: return "none";
    case guard_level::pass: return "pass";
    case guard_level::watch: return "watch";
    case guard_level::alert: return "alert";
    case guard_level::insufficient: return "insufficient";
    case guard_level::unavailable: return "unavailable";
  }
  return "none";
}

std::string_view name_of(effect_kind k) noexcept {
  switch (k) {
    case effect_kind::acquire: return "acquire";
    case effect_kind::observe: return "observe";
    case effect_kind::apply: return "apply";
    case effect_kind::settle: return "settle";
    case effect_kind::resolve: return "resolve";
    case effect_kind::undo: return "undo";
    case effect_kind::undo_settle: return "undo_settle";
    case effect_kind::verify: return "verify";
  }
  return "observe";
}

}  // namespace v1
}  // namespace shipflow
