// The model of GitHub behind HTTP, as strict as the documentation: headers, token, paths, bodies. Its time stands still
// until a test lets it pass.
#pragma once

#include "http/server_process.hpp"
#include "world/github/hub.hpp"

#include <algorithm>
#include <mutex>
#include <optional>

namespace tests {

class hub_server {
 public:
  /// What happens to the next request whose line begins with `line`.
  struct trouble {
    std::string line;                              ///< "POST /repos/octo/shop/dispatches"
    std::optional<shipflow::hub::said> instead{};  ///< nothing of it happens
    bool cut = false;  ///< it happens, and the connection breaks before the answer
  };

  explicit hub_server(shipflow::hub::hub_options options) {
    options.api = url();
    const std::lock_guard lock(guard_);
    hub_.emplace(std::move(options));
  }

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server.port); }
  void pass(shipflow::duration by) {
    const std::lock_guard lock(guard_);
    now_ += by;
  }
  void next(trouble t) {
    const std::lock_guard lock(guard_);
    troubles_.push_back(std::move(t));
  }
  template <class Use>
  auto with(Use use) {
    const std::lock_guard lock(guard_);
    return use(*hub_);
  }
  [[nodiscard]] std::vector<std::string> seen() {
    const std::lock_guard lock(guard_);
    return seen_;
  }
  [[nodiscard]] std::size_t count(const std::string& line) {
    const std::lock_guard lock(guard_);
    return static_cast<std::size_t>(
        std::count_if(seen_.begin(), seen_.end(), [&](const auto& s) { return s.starts_with(line); }));
  }

 private:
  // Nothing: the connection is to break.
  std::optional<shipflow::hub::said> answer(const std::string& request) {
    const std::lock_guard lock(guard_);
    seen_.push_back(request);
    const auto has = [&](const std::string& header) {
      return request.find("\r\n" + header + "\r\n") != std::string::npos;
    };
    if (!has("X-GitHub-Api-Version: 2022-11-28") || !has("Accept: application/vnd.github+json") ||
        request.find("\r\nUser-Agent: ") == std::string::npos)
      return shipflow::hub::said{400, R"({"message":"headers are missing"})", {}};
    if (!has("Authorization: Bearer t0ken"))
      return shipflow::hub::said{401, R"({"message":"Bad credentials"})", {}};
    const auto gap = request.find(' ');
    const auto path = request.substr(gap + 1, request.find(' ', gap + 1) - gap - 1);
    const auto body = request.substr(request.find("\r\n\r\n") + 4);
    bool cut = false;
    for (auto t = troubles_.begin(); t != troubles_.end(); ++t) {
      if (!request.starts_with(t->line)) continue;
      const auto taken = *t;
      troubles_.erase(t);
      if (taken.instead) return *taken.instead;
      cut = taken.cut;
      break;
    }
    auto out = hub_->ask({request.substr(0, gap), path, body}, now_);
    if (cut) return std::nullopt;
    return out;
  }
  void serve(raw_connection& c) {
    while (c.read_request()) {
      const auto said = answer(c.seen);
      if (!said) return c.reset();
      auto text = "HTTP/1.1 " + std::to_string(said->status) + " -\r\n";
      for (const auto& [name, value] : said->headers) text += name + ": " + value + "\r\n";
      if (said->status != 204) text += "Content-Length: " + std::to_string(said->body.size()) + "\r\n";
      c.say(text + "\r\n" + said->body);
    }
  }

  std::mutex guard_;
  shipflow::time_point now_ =
      std::chrono::time_point_cast<shipflow::duration>(std::chrono::system_clock::now());
  std::vector<trouble> troubles_;
  std::vector<std::string> seen_;

  std::optional<shipflow::hub::hub> hub_;

 public:
  // Last, so that its threads end before what they read.
  raw_server server{[this](raw_connection& c) { serve(c); }};
};

}  // namespace tests
