// A stand-in for api.github.com that follows the documented REST API (version 2022-11-28) where it is read:
// paths, pages with `Link` headers, tokens, rate limits, and its shapes of answers.
#pragma once

#include "http/server_process.hpp"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace tests {

class github_double {
 public:
  struct reply {
    std::string status = "200 OK";
    std::string body;
    std::vector<std::string> headers{};
  };

  /// By path with query, as asked.
  void answer(const std::string& path, reply r) {
    const std::lock_guard lock(guard_);
    replies_[path] = std::move(r);
  }
  void answer(const std::string& path, const std::string& body) { answer(path, reply{"200 OK", body, {}}); }
  /// Requests need this token from now on; an unknown one is 401.
  void needs(const std::string& token) {
    const std::lock_guard lock(guard_);
    token_ = token;
  }
  [[nodiscard]] std::vector<std::string> seen() {
    const std::lock_guard lock(guard_);
    return seen_;
  }
  [[nodiscard]] std::string url(const std::string& path = "") const {
    return "http://127.0.0.1:" + std::to_string(server.port) + path;
  }

 private:
  reply find(const std::string& request) {
    const std::lock_guard lock(guard_);
    seen_.push_back(request);
    if (request.find("X-GitHub-Api-Version: 2022-11-28") == std::string::npos ||
        request.find("Accept: application/vnd.github+json") == std::string::npos ||
        request.find("User-Agent: ") == std::string::npos)
      return {"400 Bad Request", R"({"message":"headers are missing"})"};
    const bool right =
        token_.empty() || request.find("Authorization: Bearer " + token_ + "\r\n") != std::string::npos;
    if (!right)
      return {"401 Unauthorized",
              R"({"message":"Bad credentials","documentation_url":"https://docs.github.com/rest"})"};
    const auto begin = request.find(' ') + 1;
    const auto found = replies_.find(request.substr(begin, request.find(' ', begin) - begin));
    if (found != replies_.end()) return found->second;
    return {"404 Not Found", R"({"message":"Not Found","documentation_url":"https://docs.github.com/rest"})"};
  }

  std::mutex guard_;
  std::map<std::string, reply> replies_;
  std::string token_;
  std::vector<std::string> seen_;

 public:
  // Last, so that its threads end before what they read.
  raw_server server{[this](raw_connection& c) {
    while (c.read_request()) {
      const auto r = find(c.seen);
      auto text = "HTTP/1.1 " + r.status + "\r\nContent-Type: application/json; charset=utf-8\r\n";
      for (const auto& h : r.headers) text += h + "\r\n";
      c.say(text + "Content-Length: " + std::to_string(r.body.size()) + "\r\n\r\n" + r.body);
    }
  }};
};

}  // namespace tests
