// Asking a metric source and waiting, for tests.
#pragma once

#include "http/raw_server.hpp"

#include <shipflow/probe.hpp>

#include <chrono>
#include <future>
#include <stdexcept>
#include <string>

namespace tests {

inline shipflow::time_point now() {
  return std::chrono::time_point_cast<shipflow::duration>(std::chrono::system_clock::now());
}

/// A question for the slot of a minute that ended last, by the fleet.
inline shipflow::metric_request question(const std::string& spec, std::vector<std::string> series = {"a"}) {
  shipflow::metric_request q;
  q.spec = shipflow::parse_json(spec).value().as_object();
  if (const auto* source = q.spec.if_contains("source")) q.source = std::string(source->as_string());
  q.metric = "m";
  q.series = std::move(series);
  q.arm = "fleet";
  q.environment = "test";
  q.component = "api";
  const auto minute = std::chrono::floor<std::chrono::minutes>(now());
  q.from = minute - std::chrono::minutes(1);
  q.until = minute;
  q.deadline = now() + std::chrono::seconds(10);
  return q;
}

inline std::future<shipflow::metric_answer> start(shipflow::metric_source& s, shipflow::metric_request q) {
  auto promise = std::make_shared<std::promise<shipflow::metric_answer>>();
  auto future = promise->get_future();
  s.read(std::move(q), [promise](shipflow::metric_answer a) { promise->set_value(std::move(a)); });
  return future;
}

inline shipflow::metric_answer ask(shipflow::metric_source& s, shipflow::metric_request q) {
  auto future = start(s, std::move(q));
  if (future.wait_for(std::chrono::seconds(30)) != std::future_status::ready)
    throw std::runtime_error("no answer at all");
  return future.get();
}

inline std::string text_of(const shipflow::metric_answer& a) {
  if (!a.why.empty()) return "unavailable: " + a.why;
  std::string out;
  for (const auto& r : a.readings) {
    const char* word = r.what == shipflow::reading::state::value     ? "value "
                       : r.what == shipflow::reading::state::empty   ? "empty"
                       : r.what == shipflow::reading::state::missing ? "missing: "
                                                                     : "invalid: ";
    out += (out.empty() ? "" : "; ") + std::string(word) +
           (r.what == shipflow::reading::state::value
                ? shipflow::json::serialize(shipflow::json::value(r.number))
                : r.why);
  }
  return out;
}

/// A whole response with a JSON body.
inline std::string http_response(const std::string& body, const std::string& status = "200 OK",
                                 const std::string& more = "") {
  return "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\n" + more +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Answers every request with the same bytes, and keeps the last request.
struct fixed_server {
  explicit fixed_server(std::string answer)
      : reply(std::move(answer)), server([this](raw_connection& c) {
          while (c.read_request()) {
            {
              const std::scoped_lock hold(guard);
              seen = c.seen;
            }
            c.say(reply);
          }
        }) {}
  [[nodiscard]] std::string last() {
    const std::scoped_lock hold(guard);
    return seen;
  }
  std::string reply;
  std::mutex guard;
  std::string seen;
  raw_server server;
};

}  // namespace tests
