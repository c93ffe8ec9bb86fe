// The world model of the github provider: its calls, over a GitHub that is memory.
#include "github/dispatch.hpp"
#include "provider/github/caller.hpp"
#include "world/github/hub.hpp"

#include <shipflow/providers/github_world.hpp>

#include <algorithm>

namespace shipflow {
namespace github_provider {
namespace {

hub::hub_options options_of(const github_world_options& from) {
  hub::hub_options out;
  out.lag = from.lag;
  out.queued = from.queued;
  out.usual.lasts = from.lasts;
  out.usual.concludes = from.concludes;
  return out;
}

class model_wire final : public github::wire {
 public:
  model_wire(std::shared_ptr<world> where, const github_world_options& options)
      : where_(std::move(where)), latency_(options.latency), hub_(options_of(options)) {}

  void send(const github::asking& q, http::request r, std::function<void(http::outcome)> done) override {
    auto& time = where_->time();
    time.call_at(time.now() + latency_, [this, about = q.about, r = std::move(r), done = std::move(done)] {
      done(answer_to(*about, r));
    });
  }
  [[nodiscard]] time_point now() override { return where_->time().now(); }
  [[nodiscard]] hub::hub& runs() noexcept { return hub_; }

 private:
  http::outcome answer_to(const request& about, const http::request& r) {
    const auto path = r.url.substr(std::min(r.url.find("/repos/"), r.url.size()));
    const bool event = r.method == "POST" && path.ends_with("/dispatches");
    if (event) where_->about_to(about);
    const auto before = hub_.runs().size();
    const auto said = hub_.ask({r.method, path, r.body}, now());
    if (hub_.runs().size() != before) {
      where_->carried_out(about, effect_class::creates, false);
      where_->touch();
    }
    http::response out;
    out.status = said.status;
    out.body = said.body;
    for (const auto& [name, value] : said.headers) out.headers.push_back({name, value});
    return out;
  }

  std::shared_ptr<world> where_;
  duration latency_;
  hub::hub hub_;
};

class model final : public world_model {
 public:
  model(std::shared_ptr<world> where, const github_world_options& options)
      : wire_(std::move(where), options), caller_(wire_) {}
  [[nodiscard]] std::string name() const override { return "github"; }
  [[nodiscard]] std::vector<action_spec> actions() const override { return action_specs(); }
  void call(request q, reply r) override { caller_.call(std::move(q), std::move(r)); }
  [[nodiscard]] json::object snapshot() const override { return {}; }
  [[nodiscard]] std::optional<time_point> next_change() const override {
    return wire_.runs().next_change(wire_.now());
  }
  bool disturb(disturbance what, const request& about) override {
    const bool breaks = what == disturbance::fail_half_way;
    if (!breaks && what != disturbance::stall) return false;
    const auto key = github::key_of(about);
    for (auto& run : wire_.runs().runs()) {
      if (run.title.find(key) == std::string::npos || run.ends <= wire_.now()) continue;
      run.stalled = !breaks;
      if (!breaks) return true;
      run.conclusion = "failure";
      run.starts = std::min(run.starts, wire_.now());
      run.ends = wire_.now();
      return true;
    }
    return false;
  }

 private:
  mutable model_wire wire_;
  caller caller_;
};

}  // namespace
}  // namespace github_provider

inline namespace v1 {

std::shared_ptr<world_model> make_github_world(std::shared_ptr<world> where,
                                               const github_world_options& options) {
  return std::make_shared<github_provider::model>(std::move(where), options);
}

}  // namespace v1
}  // namespace shipflow
