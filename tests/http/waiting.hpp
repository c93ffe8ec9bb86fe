// Sending and waiting, for tests.
#pragma once

#include "http/client.hpp"

#include <future>
#include <stdexcept>

namespace tests {

inline shipflow::http::request get(std::string url) {
  shipflow::http::request q;
  q.url = std::move(url);
  q.deadline = std::chrono::seconds(10);
  return q;
}

inline std::future<shipflow::http::outcome> start(shipflow::http::client& c, shipflow::http::request q) {
  auto promise = std::make_shared<std::promise<shipflow::http::outcome>>();
  auto future = promise->get_future();
  c.send(std::move(q), [promise](shipflow::http::outcome o) { promise->set_value(std::move(o)); });
  return future;
}

inline shipflow::http::outcome fetch(shipflow::http::client& c, shipflow::http::request q) {
  auto future = start(c, std::move(q));
  if (future.wait_for(std::chrono::seconds(30)) != std::future_status::ready)
    throw std::runtime_error("no answer at all");
  return future.get();
}

}  // namespace tests
