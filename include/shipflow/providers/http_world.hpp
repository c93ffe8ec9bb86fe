// The world model of the `http` provider: the same code from request to answer, over servers that are a few
// lines of memory in virtual time (see world.hpp). Nothing is sent.
//
// What is modelled. A server takes `latency`. It carries out what it is sent: a `call` makes one more thing each
// time, a `put` sets one thing, the undo request takes back what the effect made, and a `verify` request finds
// (the status and body it expects) or does not find (404) it, `lag` after the effect. The endpoint of a
// `wait` says what is wanted `becomes` after it was first asked. A body has what `capture` and `expect` ask for;
// captured values name the effect. `endpoints` answer otherwise, and carry nothing out when their status is not 2xx.
//
// What is not: connections, certificates, redirects, `matches` of bodies (say such a body in `endpoints`).
#pragma once

#include <shipflow/world.hpp>

#include <map>
#include <memory>
#include <string>

namespace shipflow {
inline namespace v1 {

/// An endpoint that answers otherwise.
struct http_endpoint {
  int status = 200;
  std::string body;
  bool refuses = false;  ///< no connection: certainly nothing was carried out
};

struct http_world_options {
  duration latency{20};
  duration lag{0};                                 ///< eventual consistency: until a `verify` sees an effect
  duration becomes{3'000};                         ///< from the first question of a `wait` until it holds
  std::map<std::string, http_endpoint> endpoints;  ///< by "METHOD URL"
};

/// `snapshot` names each thing made "http:STEP". Keep it as long as the world's time runs.
[[nodiscard]] std::shared_ptr<world_model> make_http_world(std::shared_ptr<world> where,
                                                           http_world_options options);

}  // namespace v1
}  // namespace shipflow
