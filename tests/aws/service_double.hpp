// A service that answers as a test says.
#pragma once

#include "http/raw_server.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace tests {

inline std::string response(const std::string& status, const std::string& body,
                            const std::string& more = "") {
  return "HTTP/1.1 " + status + "\r\n" + more + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

/// Answers request n (from 1) with `answer(n)`; an empty answer hangs up.
struct service_double {
  explicit service_double(std::function<std::string(int)> answer)
      : server([this, answer = std::move(answer)](raw_connection& c) {
          while (c.read_request()) {
            {
              const std::scoped_lock hold(guard);
              seen.push_back(c.seen);
            }
            const auto text = answer(++requests);
            if (text.empty()) return;
            c.say(text);
          }
        }) {}
  [[nodiscard]] std::string request(std::size_t i) {
    const std::scoped_lock hold(guard);
    return seen.at(i);
  }
  std::atomic<int> requests{0};
  std::mutex guard;
  std::vector<std::string> seen;
  raw_server server;
};

inline std::string header(const std::string& request, const std::string& name) {
  const auto at = request.find(name + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 2;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

}  // namespace tests
