// The control socket: how other programs talk to the engine that owns a store. A Unix stream
// socket with mode 0600 beside the store; one JSON object per line each way. Callers are
// identified by the kernel (SO_PEERCRED, unix(7)); the owner of the store and root may speak for
// somebody else, which is kept in the fact.
#pragma once

#include <shipflow/engine.hpp>

#include <memory>
#include <string>

namespace shipflow {
inline namespace v1 {

/// Who a caller is: {"user:NAME", ["group:...", ...]} of a uid, from the system's databases.
struct identity {
  std::string principal;
  std::vector<std::string> groups;
};
[[nodiscard]] identity identity_of_user(unsigned int uid);
/// Somebody who is spoken for: "user:NAME" with the groups that the system's databases know of that user, if any.
[[nodiscard]] identity identity_of_principal(const std::string& principal);

/// Serves `<store>.sock` with one thread of its own, at most 64 connections and a request at a time
/// from each; what concerns runs is posted to the engine's scheduler. A client has 30 s to send a
/// line and to take its answer. Engine and store outlive the server. Requests:
///   {"op":"say","run":R,"name":N,"body":{},"as":"user:x"?,"id"?}  -> {"ok":true}
///   {"op":"look","run":R}                                        -> {"ok":true,"summary":{...},
///       "live":{"steps":{ID:{percent,text}},"guards":{ID:{level,reason,numbers}}}}
///   {"op":"list","environment"?,"limit"?}                        -> {"ok":true,"runs":[...]}
///   {"op":"purge","facts_ms"?,"rows_ms"?} (owner and root only)   -> {"ok":true,"runs":N}
/// Anything else and malformed JSON give {"ok":false,"code","message"}; so do lines above 1 MiB and
/// connections above 64, which are closed then.
class control_server {
 public:
  [[nodiscard]] static result<std::unique_ptr<control_server>> listen(const std::string& path,
                                                                      scheduler& time, engine& target,
                                                                      store& keep);
  ~control_server();

  /// What the engine's observer saw: what is under way (progress of steps, what guards saw last) stands in
  /// `live` of `look` from then on. On the scheduler's thread.
  void note(const engine_event& e);

 private:
  control_server();
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// One request to the owner of a store. `unavailable` when nobody listens there.
[[nodiscard]] result<json::object> control_call(const std::string& path, const json::object& request,
                                                duration timeout = duration{10'000});

}  // namespace v1
}  // namespace shipflow
