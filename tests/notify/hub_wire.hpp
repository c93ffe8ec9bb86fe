// GitHub without a network, for messages: a repository with workflows that take them.
#pragma once

#include "github/api.hpp"
#include "world/github/hub.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace tests {

using namespace shipflow;

inline hub::hub_options notes() {
  hub::workflow publish;
  publish.id = 7;
  publish.file = "publish.yml";
  publish.run_name = "notes ${{ inputs.shipflow_key }}";
  publish.inputs = {{"team", false}, {"shipflow_key", true}, {"shipflow_message", true}};
  hub::workflow deaf = publish;
  deaf.id = 8;
  deaf.file = "deaf.yml";
  deaf.inputs = {{"shipflow_key", true}};
  hub::workflow listener;
  listener.id = 9;
  listener.file = "on-release.yml";
  listener.run_name = "site ${{ github.event.client_payload.shipflow_key }}";
  listener.dispatchable = false;
  listener.listens = {"shipflow"};
  hub::hub_options out;
  out.workflows = {publish, deaf, listener};
  return out;
}

/// GitHub without a network. Nobody waits: every answer comes inside `send`.
class hub_wire final : public github::wire {
 public:
  hub::hub hub{notes()};
  time_point clock = from_ms(1'800'000'000'000);
  std::optional<hub::said> instead;  ///< of the next answer: nothing happens
  bool lost = false;                 ///< the next answer, after it happened
  std::vector<http::request> asked;

  void send(const github::asking& /*q*/, http::request r, std::function<void(http::outcome)> done) override {
    asked.push_back(r);
    const auto said = instead ? *std::exchange(instead, std::nullopt)
                              : hub.ask({r.method, r.url.substr(r.url.find("/repos/")), r.body}, clock);
    if (std::exchange(lost, false)) {
      http::failure f;
      f.code = errc::unavailable;
      f.message = "the connection broke";
      f.sent = true;
      return done(f);
    }
    http::response out;
    out.status = said.status;
    out.body = said.body;
    for (const auto& [name, value] : said.headers) out.headers.push_back({name, value});
    done(out);
  }
  [[nodiscard]] time_point now() override { return clock; }
  [[nodiscard]] long events() const {
    return std::count_if(asked.begin(), asked.end(),
                         [](const auto& r) { return r.method == "POST" && r.url.ends_with("/dispatches"); });
  }
};

}  // namespace tests
