// Asking a probe source and waiting, for tests.
#pragma once

#include <shipflow/probes.hpp>

#include <chrono>
#include <future>
#include <stdexcept>

namespace tests {

inline shipflow::time_point after(shipflow::duration d) {
  return std::chrono::time_point_cast<shipflow::duration>(std::chrono::system_clock::now()) + d;
}

inline shipflow::probe_request probe(const std::string& kind, shipflow::json::value spec,
                                     shipflow::duration limit = std::chrono::seconds(10)) {
  shipflow::probe_request q;
  q.kind = kind;
  q.spec = spec.as_object();
  q.deadline = after(limit);
  return q;
}

inline std::future<shipflow::probe_answer> start(shipflow::probe_source& s, shipflow::probe_request q) {
  auto promise = std::make_shared<std::promise<shipflow::probe_answer>>();
  auto future = promise->get_future();
  s.look(std::move(q), [promise](shipflow::probe_answer a) { promise->set_value(std::move(a)); });
  return future;
}

inline shipflow::probe_answer ask(shipflow::probe_source& s, shipflow::probe_request q) {
  auto future = start(s, std::move(q));
  if (future.wait_for(std::chrono::seconds(30)) != std::future_status::ready)
    throw std::runtime_error("no answer at all");
  return future.get();
}

}  // namespace tests
