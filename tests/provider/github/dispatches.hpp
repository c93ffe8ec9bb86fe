// The provider, with a repository that has three workflows.
#pragma once

#include "hub_server.hpp"

#include <shipflow/providers/github.hpp>

#include <doctest/doctest.h>

#include <future>

namespace tests {

using namespace shipflow;
using namespace std::chrono_literals;

struct dispatches {
  static hub::hub_options usual() {
    hub::hub_options out;
    hub::workflow deploy;
    deploy.id = 7;
    deploy.file = "deploy.yml";
    deploy.run_name = "deploy ${{ inputs.version }} ${{ inputs.shipflow_key }}";
    deploy.inputs = {{"version", true}, {"shipflow_key", false}};
    hub::workflow listener;
    listener.id = 8;
    listener.file = "on-release.yml";
    listener.run_name =
        "release ${{ github.event.client_payload.version }} ${{github.event.client_payload.shipflow_key}}";
    listener.dispatchable = false;
    listener.listens = {"release"};
    hub::workflow nightly;
    nightly.id = 9;
    nightly.file = "nightly.yml";
    nightly.dispatchable = false;
    out.workflows = {deploy, listener, nightly};
    return out;
  }

  dispatches() : dispatches(usual()) {}
  explicit dispatches(hub::hub_options options) : hub(std::move(options)) {}

  hub_server hub;
  std::shared_ptr<provider> github = make_github_provider();

  [[nodiscard]] json::object inputs(const json::object& more, const std::string& action) const {
    json::object out{{"repository", "octo/shop"}, {"api_url", hub.url()}, {"token", "t0ken"}};
    if (action == "workflow_dispatch") {
      out["workflow"] = "deploy.yml";
      out["ref"] = "main";
      out["inputs"] = {{"version", "1.5.0"}};
    }
    for (const auto& m : more) out[m.key()] = m.value();
    return out;
  }
  answer ask(verb what, const json::object& more = {}, const std::string& key = "k",
             const std::string& action = "workflow_dispatch", const json::value& handle = {},
             std::stop_token stop = {}) {
    request q;
    q.what = what;
    q.action = action;
    q.inputs = inputs(more, action);
    q.effect_key = key;
    q.handle = handle;
    q.stop = std::move(stop);
    q.deadline = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()) + 20s;
    auto promise = std::make_shared<std::promise<answer>>();
    auto future = promise->get_future();
    github->call(std::move(q), reply([promise](answer a) { promise->set_value(std::move(a)); }));
    if (future.wait_for(30s) != std::future_status::ready) throw std::runtime_error("no answer at all");
    return future.get();
  }
  answer settle(const answer& begun, const json::object& more = {}, const std::string& key = "k",
                const std::string& action = "workflow_dispatch") {
    return ask(verb::settle, more, key, action, begun.value);
  }
  answer stop(const answer& begun, const std::string& key = "k") {
    std::stop_source source;
    source.request_stop();
    return ask(verb::settle, {}, key, "workflow_dispatch", begun.value, source.get_token());
  }
  std::vector<hub::workflow_run> runs() {
    return hub.with([](hub::hub& h) { return h.runs(); });
  }
};

inline void failed(const answer& a, errc code, const std::string& why) {
  CHECK(a.kind == answer_kind::failed);
  CHECK(a.problem.code == code);
  CHECK_MESSAGE(a.problem.message.find(why) != std::string::npos, a.problem.message);
}

inline void waits(const answer& a, const std::string& why) {
  CHECK(a.kind == answer_kind::progress);
  CHECK_MESSAGE(a.text.find(why) != std::string::npos, a.text, a.problem.message);
}

}  // namespace tests
