// A real Prometheus, with history that promtool wrote.
#pragma once

#include "asking.hpp"
#include "http/server_process.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <thread>

namespace tests {

inline bool has_prometheus() {
  static const bool there = std::system("command -v prometheus promtool >/dev/null 2>&1") == 0;
  if (!there) std::printf("not run: source: prometheus is missing\n");
  return there;
}

class real_prometheus {
 public:
  /// `openmetrics`: the samples it begins with.
  explicit real_prometheus(const std::string& openmetrics, const std::string& web_config = "") {
    const auto data = (files_.path / "data").string();
    const auto metrics = files_.write("history.txt", openmetrics);
    const auto made = std::system(
        ("promtool tsdb create-blocks-from openmetrics " + metrics + " " + data + " >/dev/null 2>&1")
            .c_str());
    REQUIRE(made == 0);
    const auto config = files_.write("prometheus.yml", "global: { scrape_interval: 1s }\n");
    const auto web = files_.write("web.yml", web_config);
    server_.emplace([&](std::uint16_t port) {
      return std::vector<std::string>{"prometheus", "--config.file=" + config, "--web.config.file=" + web,
                                      "--storage.tsdb.path=" + data,
                                      "--web.listen-address=127.0.0.1:" + std::to_string(port)};
    });
  }
  [[nodiscard]] std::string at(const std::string& scheme = "http") { return server_->at(scheme, ""); }

  /// It answers 503 for a moment after it was started.
  [[nodiscard]] static shipflow::metric_answer ask_when_ready(shipflow::metric_source& source,
                                                              shipflow::metric_request q) {
    using namespace std::chrono_literals;
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (true) {
      q.deadline = now() + 10s;
      auto a = ask(source, q);
      const bool starting = a.why.find("answered 503") != std::string::npos;
      if (!starting || std::chrono::steady_clock::now() > end) return a;
      std::this_thread::sleep_for(50ms);
    }
  }

 private:
  temporary_directory files_;
  std::optional<server_process> server_;
};

}  // namespace tests
