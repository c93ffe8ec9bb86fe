// How shipflow reaches a system: a provider offers actions, an action has seven verbs.
//
// The engine hands out one `request` at a time and gets exactly one `answer` for it, from any
// thread, any time later. A provider never sees the plan or the engine. Built-in providers,
// providers written by the host and the world models of a rehearsal use this one interface.
#pragma once

#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// What one call to an action means.
enum class verb {
  observe,   ///< read what is there now; the value that `undo` gets back. Never changes anything.
             ///< An object may have a member `restores`: the part that undo puts back and that is
             ///< compared afterwards, with the old value in `request::baseline`; else all of it is
  apply,     ///< make it so; answer by the deadline with done, or with started and a handle
  settle,    ///< how far is what was started? done, progress, failed, or unknown: look again.
             ///< With `stop` requested already it means: end it
  resolve,   ///< after a crash or an unclear answer: was the intent carried out?
  undo,      ///< put the observed value back; like apply it may answer started. Must be repeatable:
             ///< it is called again, after a crash with the same key, after an unclear answer with another
  diagnose,  ///< gather evidence for a failure; never changes anything
  ready,     ///< could `undo` put `baseline` back now? Never changes anything. done: yes, and an object
             ///< may say {"takes_ms": how long about}; failed or conflict: no, with the reason; unknown
             ///< or a failure that may be tried again: it cannot be told. Only for `action_spec::tells_ready`
};
[[nodiscard]] std::string_view name_of(verb v) noexcept;

/// What repeating a call does; it decides what recovery may do (see `request::effect_key`).
enum class effect_class {
  token,            ///< the other side deduplicates by a client token: repeat with the same key
  compare_and_set,  ///< the other side refuses if the observed version is gone: repeat, then look
  set_value,        ///< repeatable; a late call is dangerous, so it is bounded by its deadline
  creates,          ///< makes something new each time: resolve first, never repeat blindly
};
[[nodiscard]] std::string_view name_of(effect_class c) noexcept;

/// What undoing costs.
enum class reversibility {
  reversible,    ///< the observed value can be put back
  forward_only,  ///< nothing needs to be put back (a backup, a build, a tag)
  destructive,   ///< putting it back loses data written since: a person is asked, with the window
  irreversible,  ///< cannot be put back: the point of no return
};
[[nodiscard]] std::string_view name_of(reversibility r) noexcept;

/// Which compensations go first among those whose order the graph leaves free.
enum class restore_rank { traffic = 0, service = 1, database = 2, cleanup = 3 };
[[nodiscard]] std::string_view name_of(restore_rank r) noexcept;

/// Whole numbers from `least` to `most`, both included.
struct number_range {
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

/// One input or output of an action.
struct field_spec {
  std::string name;  ///< an input called "*" stands for all others: the action takes any name
  /// "string", "integer", "number", "boolean", "duration", "strings", "object" or "any".
  std::string type;
  bool required = false;
  /// True: the value is a secret. As an input it must come from a variable marked `secret`, and
  /// plans and facts keep the reference. As an output it is known to nobody after the call: facts,
  /// events and errors hold "***", and no step may refer to it. Keep it in a secret store, and let
  /// an environment's variable name the place.
  bool sensitive = false;
  /// One line for people.
  std::string help;
  /// What an input may be: inside one of these; none: anything of its type. "integer" and "number" by their value,
  /// "duration" by its milliseconds, "string" by its bytes, "strings" by how many they are; other types have none. The
  /// compiler refuses the rest with its place. What is known in a run only (`${steps...}`) the action refuses itself.
  std::vector<number_range> ranges = {};
};

/// What an action is, fixed at registration and pinned by a run.
struct action_spec {
  std::string name;  ///< "shift"; a plan writes `provider.shift` or `component.shift`
  int version = 1;   ///< bumped when inputs, outputs or meaning change
  effect_class repeat = effect_class::set_value;
  reversibility undo = reversibility::reversible;
  restore_rank rank = restore_rank::service;
  std::string help;
  std::vector<field_spec> inputs;
  std::vector<field_spec> outputs;
  /// Templates of the resources it touches, rendered from target and inputs:
  /// "traffic:${component}", "fleet:${component}/${colour}". The first touch of a resource
  /// in a run captures its baseline; a resource is restored once, to that baseline.
  /// `${component}`, `${environment}` and constant inputs may be used. Empty: touches nothing.
  std::vector<std::string> resources;
  /// It answers `verb::ready`. Without it nobody knows whether it can be undone until it is.
  bool tells_ready = false;
  /// How long apply, undo and settle calls may take before the engine asks `resolve`.
  duration call_timeout{30'000};
  /// How long the whole effect, settling included, may take when the plan does not say.
  duration timeout{600'000};
};

/// One call. A value: it can be printed (secrets redacted), kept and replayed.
struct request {
  verb what = verb::observe;
  std::string action;       ///< name of the action, without the provider
  std::string run;          ///< id of the run
  std::string step;         ///< id of the step in the plan
  std::string environment;  ///< name of the environment
  std::string component;    ///< component the action works on, or empty
  /// Stable over retries and crashes: hash of run, step and generation. Never contains
  /// the attempt. Use it as client token, marker tag or file name.
  std::string effect_key;
  int attempt = 1;
  time_point deadline;   ///< answer before this; afterwards the answer is ignored
  duration timeout{0};   ///< how long the whole effect may take, settling included; zero: no limit
  json::object target;   ///< the component's binding, as the environment gives it, secrets resolved
  json::object written;  ///< the same with `${secret:NAME}` in their place, for providers that write it
                         ///< down; empty when the request has no secret
  json::object inputs;   ///< rendered inputs, secrets resolved
  json::value baseline;  ///< what the first `observe` returned (apply, resolve, undo)
  json::value handle;    ///< what `started` returned (settle, resolve, undo)
  /// Set when the answer is no longer wanted. Answering is still required.
  std::stop_token stop;
  /// Values that must not appear in any answer; helpers redact them. Not printed.
  std::vector<std::string> secrets;
  /// The same by name: what `${secret:NAME}` in target, inputs and baseline stands for. Not printed.
  std::map<std::string, std::string> named_secrets;
};

/// What came of a call.
enum class answer_kind {
  done,         ///< observe: `value` is the baseline. apply, settle, undo: finished, `value` holds outputs.
                ///< resolve: it was carried out
  started,      ///< apply, undo, resolve: under way; `value` is the handle for settle
  progress,     ///< settle: still under way; `percent`, `look_again`
  not_applied,  ///< resolve: certainly not done; a read older than `call_timeout` cannot tell, say unknown
  unknown,      ///< it may or may not have happened; `value` holds the evidence. Apply: resolve is next
  failed,       ///< it certainly failed or was refused; see `problem`
  conflict,     ///< the world is not as observed: somebody else changed it; `value` says what
};
[[nodiscard]] std::string_view name_of(answer_kind k) noexcept;

/// The one answer to a request.
struct answer {
  answer_kind kind = answer_kind::unknown;
  json::value value;
  /// failed, unknown, conflict: why. `problem.retryable()` lets the engine try again within its budget.
  error problem;
  /// progress: 0..100, or -1 when the provider cannot tell.
  int percent = -1;
  /// progress: one line for people, for example "2 of 3 instances ready".
  std::string text;
  /// started, progress: when the engine should look again; throttled: no retry comes earlier.
  duration look_again{1'000};

  static answer done(json::value value = json::object{});
  static answer started(json::value handle, duration look_again = duration{200});
  static answer in_progress(int percent, std::string text, duration look_again);
  static answer not_applied();
  static answer unknown(std::string why, json::value evidence = json::object{});
  static answer failed(error problem, json::value evidence = json::object{});
  static answer conflict(std::string why, json::value evidence = json::object{});
};

/// Takes the one answer. Move-only, callable from any thread. Dropped without an answer it
/// answers `unknown`, so a lost call is never a lost run. A second answer is ignored.
class reply {
 public:
  reply() = default;
  explicit reply(std::function<void(answer)> sink);
  reply(reply&&) noexcept = default;
  reply& operator=(reply&&) noexcept;
  reply(const reply&) = delete;
  reply& operator=(const reply&) = delete;
  ~reply();
  void operator()(answer a);
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(sink_); }

 private:
  std::function<void(answer)> sink_;
};

/// A system that can be released to. Implementations live in src/provider/<name> or in the host.
class provider {
 public:
  virtual ~provider();
  /// "local"; names the binding in environments and the prefix in plans.
  [[nodiscard]] virtual std::string name() const = 0;
  /// Fixed for the life of the object. A provider whose actions depend on the binding
  /// (such as `command`, where the environment names the tasks) overrides `actions_of`.
  [[nodiscard]] virtual std::vector<action_spec> actions() const = 0;
  /// The actions a component bound with `target` offers; by default `actions()`. Pure.
  /// An error refuses the environment, with the reason.
  [[nodiscard]] virtual result<std::vector<action_spec>> actions_of(const json::object& target) const;
  /// Begins a call and returns at once; never blocks, never throws. `r` may be answered
  /// inside the call. Called on the engine's thread.
  virtual void call(request q, reply r) = 0;
};

}  // namespace v1
}  // namespace shipflow
