#include "base/wall_clock.hpp"
#include "provider/http/caller.hpp"

#include <shipflow/providers/http.hpp>

#include <algorithm>
#include <chrono>

namespace shipflow {
namespace http_provider {
namespace {

// The engine ignores what comes at the deadline, so the request ends a little earlier.
duration time_for(const shipflow::request& q) {
  const auto left = std::clamp<duration>(q.deadline - wall_clock(), duration{0}, std::chrono::hours(24));
  return left - std::min<duration>(left / 10, duration{250});
}

http::request ready(const shipflow::request& q, const asking& ask) {
  auto r = ask.request;
  r.deadline = std::min(r.deadline, time_for(q));
  r.stop = q.stop;
  return r;
}

// For requests with an effect: the key, and a connection that cannot turn out to be stale.
http::request ready_effect(const shipflow::request& q, const asking& ask) {
  auto r = ready(q, ask);
  r.connection = http::connection_use::fresh;
  if (http::find(r.headers, "Idempotency-Key") == nullptr)
    r.headers.push_back({"Idempotency-Key", q.effect_key});
  return r;
}

class client_wire : public wire {
 public:
  void send(sending what, const shipflow::request& q, const call_inputs& /*in*/, const asking& ask,
            arrival then) override {
    const bool acts = what == sending::effect || what == sending::undo;
    client_.send(acts ? ready_effect(q, ask) : ready(q, ask),
                 [then = std::move(then)](const http::outcome& o) { then(o, wall_clock()); });
  }

 private:
  http::client client_;
};

// The wire is a base so that it outlives the caller on it.
class http_provider final : private client_wire, public caller {
 public:
  http_provider() : caller(static_cast<client_wire&>(*this)) {}
};

}  // namespace
}  // namespace http_provider

inline namespace v1 {

std::shared_ptr<provider> make_http_provider() { return std::make_shared<http_provider::http_provider>(); }

}  // namespace v1
}  // namespace shipflow
