// The world model of the ecs provider: its calls, over a cloud that is memory.
#include "base/members.hpp"
#include "provider/ecs/actions.hpp"
#include "provider/ecs/model_cloud.hpp"
#include "provider/ecs/watch.hpp"

#include <shipflow/providers/ecs_world.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace shipflow {
namespace ecs {
namespace {

struct component {
  std::string environment, name;
  binding bound;
  per_colour<std::string> groups;
};

std::string group_arn(const place& at) {
  return "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/" + at.cluster + "-" +
         at.service + "/" + sha256_hex(at.cluster + "/" + at.service).substr(0, 16);
}

json::object definition_for(const binding& b, const place& at, const std::string& image) {
  return {{"family", at.cluster + "-" + at.service},
          {"containerDefinitions",
           json::array{json::object{{"name", b.container.empty() ? at.service : b.container},
                                    {"image", image},
                                    {"essential", true},
                                    {"logConfiguration",
                                     {{"logDriver", "awslogs"},
                                      {"options",
                                       {{"awslogs-group", "/ecs/" + at.service},
                                        {"awslogs-region", "eu-central-1"},
                                        {"awslogs-stream-prefix", "ecs"}}}}}}}}};
}

/// Behind a rule of its own, whose weights ECS sets.
std::string native_rule(const place& at) {
  return "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener-rule/app/shop/50dc/f2f7/" +
         sha256_hex(at.cluster + "/" + at.service).substr(0, 16);
}

json::object service_shifted_by_ecs(const place& at, const std::string& first, const std::string& second) {
  return {
      {"deploymentConfiguration",
       {{"strategy", "ROLLING"},
        {"minimumHealthyPercent", 100},
        {"maximumPercent", 200},
        {"deploymentCircuitBreaker", {{"enable", true}, {"rollback", true}}}}},
      {"loadBalancers", json::array{json::object{{"targetGroupArn", first},
                                                 {"containerName", "app"},
                                                 {"containerPort", 80},
                                                 {"advancedConfiguration",
                                                  {{"alternateTargetGroupArn", second},
                                                   {"productionListenerRule", native_rule(at)},
                                                   {"roleArn", "arn:aws:iam::123456789012:role/ecs"}}}}}}};
}

json::object service_with(const std::string& group) {
  json::object out{{"deploymentConfiguration",
                    {{"minimumHealthyPercent", 100},
                     {"maximumPercent", 200},
                     {"deploymentCircuitBreaker", {{"enable", true}, {"rollback", true}}}}}};
  if (!group.empty())
    out["loadBalancers"] =
        json::array{json::object{{"targetGroupArn", group}, {"containerName", "app"}, {"containerPort", 80}}};
  return out;
}

/// The listener whose weights say where a component's requests go.
std::string listener_of(const binding& b) {
  if (!b.listener.empty() || b.rule.empty()) return b.listener;
  auto arn = b.rule.substr(0, b.rule.find_last_of('/'));
  if (const auto at = arn.find(":listener-rule/"); at != std::string::npos) arn.replace(at, 15, ":listener/");
  return arn;
}

shipflow::cloud::ecs_options options_for(const ecs_world_options& from) {
  shipflow::cloud::ecs_options out;
  out.starts = from.starts;
  out.drains = from.drains;
  out.lag = from.lag;
  out.behaves = [usual = from.usual, versions = from.versions](const std::string& image) {
    const auto version = version_of(image);
    const auto found = versions.find(version);
    const auto& how = found == versions.end() ? usual : found->second;
    shipflow::cloud::image_behaviour b;
    b.ready = how.ready;
    b.dies = how.dies;
    b.says = how.says;
    return b;
  };
  return out;
}

class model final : public ecs_world {
 public:
  model(std::shared_ptr<world> where, ecs_world_options options)
      : where_(std::move(where)),
        call_(options.call),
        cloud_(where_, options_for(options)),
        watch_({cloud_, cloud_.pace(), [this] { return where_->time().now(); },
                [this](time_point at, std::function<void()> job) { run_at(at, std::move(job)); }}) {
    cloud_.on_call = std::move(options.on_call);
  }

  [[nodiscard]] std::string name() const override { return "ecs"; }
  [[nodiscard]] std::vector<action_spec> actions() const override { return action_specs(); }
  [[nodiscard]] result<std::vector<action_spec>> actions_of(const json::object& target) const override {
    return actions_for(target);
  }
  void call(request q, reply r) override {
    run_at(where_->time().now() + call_,
           [this, q = std::move(q), r = std::make_shared<reply>(std::move(r))]() mutable {
             if (is_shared_wait(q)) return watch_.settle(std::move(q), std::move(*r));
             auto a = carry_out(cloud_, q);
             tell_changes();
             (*r)(std::move(a));
           });
  }

  result<void> install(const std::string& environment, const std::string& name, const json::object& target,
                       const std::string& version) override;
  result<void> install_observed(const std::string& environment, const std::string& name,
                                const json::object& target, const json::value& observed) override;
  result<void> set_weights(const std::string& environment, const std::string& name, int blue,
                           int green) override;

  [[nodiscard]] json::object snapshot() const override;
  [[nodiscard]] std::optional<time_point> next_change() const override {
    return cloud_.services.next_change();
  }
  bool disturb(disturbance what, const request& about) override;
  [[nodiscard]] std::vector<serving> serves() const override;

 private:
  void run_at(time_point at, std::function<void()> job) {
    where_->time().call_at(at, [this, job = std::move(job)] {
      job();
      tell_changes();
    });
  }
  void tell_changes() {
    if (cloud_.changed()) where_->touch();
    expect_change();
  }
  void put_up(const std::string& environment, const std::string& name, const binding& b, const picture& now);
  void expect_change();
  [[nodiscard]] component* find(const std::string& environment, const std::string& name);
  [[nodiscard]] const shipflow::cloud::service* service_at(const component& c, colour in) const {
    return const_cast<model_cloud&>(cloud_)  // NOLINT(cppcoreguidelines-pro-type-const-cast)
        .services.find(c.bound.at[in].cluster, c.bound.at[in].service);
  }
  [[nodiscard]] per_colour<int> share(const component& c) const;
  void add_revisions(const component& c, const shipflow::cloud::service& s, std::vector<serving>& all) const;
  void put_share(const component& c, const per_colour<int>& to);
  [[nodiscard]] colour live_of(const component& c) const;

  std::shared_ptr<world> where_;
  duration call_;
  model_cloud cloud_;
  watch watch_;
  std::map<std::string, component> components_;
  std::optional<per_colour<int>> before_foreign_;
  std::optional<time_point> expected_;
};

const std::string& traffic_arn(const binding& b) { return b.listener.empty() ? b.rule : b.listener; }

component* model::find(const std::string& environment, const std::string& name) {
  const auto found = components_.find(environment + "/" + name);
  return found == components_.end() ? nullptr : &found->second;
}

void model::put_up(const std::string& environment, const std::string& name, const binding& b,
                   const picture& now) {
  component c{environment, name, b, b.groups};
  for (const auto in : both_colours) {
    const auto& f = now.fleets[in];
    if (!f) continue;
    if (c.groups[in].empty()) c.groups[in] = group_arn(b.at[in]);
    // Who follows another one's traffic registers nowhere itself.
    auto rest = service_with(b.follows ? std::string{} : c.groups[in]);
    if (b.native) {
      const auto second = c.groups[in] + "0";
      cloud_.balancer.install_rule(native_rule(b.at[in]), {{c.groups[in], 100}, {second, 0}});
      rest = service_shifted_by_ecs(b.at[in], c.groups[in], second);
    }
    auto& s = cloud_.services.install(b.at[in].cluster, b.at[in].service, f->desired,
                                      definition_for(b, b.at[in], f->image), std::move(rest), cloud_.now());
    // The last completed deployment is what the circuit breaker goes back to.
    s.completed = s.definition;
  }
  const std::vector<std::pair<std::string, int>> forward{
      {c.groups[colour::blue], now.weights[colour::blue]},
      {c.groups[colour::green], now.weights[colour::green]}};
  if (b.routed() && b.rule.empty()) cloud_.balancer.install(b.listener, forward);
  if (b.routed() && !b.rule.empty()) cloud_.balancer.install_rule(b.rule, forward);
  if (!b.told() && !b.native)
    for (const auto in : both_colours)
      if (!c.groups[in].empty()) cloud_.balancer.install("listener of " + c.groups[in], {{c.groups[in], 1}});
  components_[environment + "/" + name] = std::move(c);
}

result<void> model::install(const std::string& environment, const std::string& name,
                            const json::object& target, const std::string& version) {
  const auto b = read_binding(target);
  if (!b) return b.error();
  picture now;
  for (const auto in : both_colours) {
    if (in == colour::green && !b->two) continue;
    fleet f;
    f.image = "registry.example.com/" + name + ":" + version;
    f.desired = in == colour::blue ? std::max(2, b->instances) : 0;
    now.fleets[in] = f;
  }
  now.weights[colour::blue] = 100;
  put_up(environment, name, *b, now);
  return {};
}

result<void> model::install_observed(const std::string& environment, const std::string& name,
                                     const json::object& target, const json::value& observed) {
  const auto b = read_binding(target);
  if (!b) return b.error();
  const auto now = picture_from_json(observed);
  if (!now) return now.error();
  put_up(environment, name, *b, *now);
  return {};
}

// What happens by itself is told in its moment, as long as something is to come.
void model::expect_change() {
  const auto next = next_change();
  if (!next || (expected_ && *expected_ > cloud_.now() && *next >= *expected_)) return;
  expected_ = next;
  where_->time().call_at(*next, [this] {
    cloud_.services.advance(cloud_.now());
    where_->touch();
    expect_change();
  });
}

per_colour<int> model::share(const component& c) const {
  route r;
  r.weights = cloud_.balancer.weights(traffic_arn(c.bound));
  return share_of(r, c.groups);
}

void model::put_share(const component& c, const per_colour<int>& to) {
  cloud_.balancer.set_weights(traffic_arn(c.bound), {{c.groups[colour::blue], to[colour::blue]},
                                                     {c.groups[colour::green], to[colour::green]}});
  where_->touch();
}

colour model::live_of(const component& c) const {
  if (!c.bound.two) return colour::blue;
  if (!c.bound.told()) {
    const auto* green = service_at(c, colour::green);
    return green != nullptr && green->desired > 0 ? colour::green : colour::blue;
  }
  const auto now = share(c);
  return now[colour::green] > now[colour::blue] ? colour::green : colour::blue;
}

result<void> model::set_weights(const std::string& environment, const std::string& name, int blue,
                                int green) {
  const auto* c = find(environment, name);
  if (c == nullptr || !c->bound.routed())
    return make_error(errc::not_found, "component " + name + " has no listener");
  put_share(*c, {{blue, green}});
  return {};
}

json::object model::snapshot() const {
  json::object all;
  const auto value = [&](const component& c, colour in) -> json::value {
    const auto* s = service_at(c, in);
    if (s == nullptr) return nullptr;
    return json::object{
        {"service", s->cluster + "/" + s->name}, {"definition", s->definition}, {"desired", s->desired}};
  };
  for (const auto& [key, c] : components_) {
    const auto live = live_of(c);
    if (c.bound.routed()) all["traffic:" + c.name] = weights_json(share(c));
    if (c.bound.routed()) all["maintenance:" + c.name] = cloud_.balancer.answers_itself(listener_of(c.bound));
    all["fleet:" + c.name] = value(c, live);
    if (c.bound.native) {
      all["traffic:" + c.name] = value(c, live);
      all["fleet:" + c.name + "/new"] = value(c, live);
      all["fleet:" + c.name + "/old"] = nullptr;
    }
    if (c.bound.two) {
      all["fleet:" + c.name + "/old"] = value(c, live);
      all["fleet:" + c.name + "/new"] = value(c, other(live));
    }
    const auto* s = service_at(c, live);
    all["size:" + c.name] = s == nullptr ? 0 : s->desired;
  }
  return all;
}

bool model::disturb(disturbance what, const request& about) {
  auto* c = find(about.environment, about.component);
  if (c == nullptr) return false;
  cloud_.services.advance(cloud_.now());
  if (what == disturbance::put_right) {
    if (!before_foreign_) return false;
    put_share(*c, *std::exchange(before_foreign_, std::nullopt));
    return true;
  }
  if (what == disturbance::foreign_change) {
    // Nobody sends people to where nothing answers.
    for (const auto in : both_colours) {
      const auto* s = service_at(*c, in);
      if (!c->bound.routed() || s == nullptr || s->desired == 0 || cloud_.services.healthy(*s) < s->desired)
        return false;
    }
    const auto now = share(*c);
    before_foreign_ = now;
    const int to = now[colour::blue] == 50 ? 60 : 50;
    put_share(*c, {{to, 100 - to}});
    return true;
  }
  bool any = false;
  for (const auto in : both_colours) {
    auto* s = cloud_.services.find(c->bound.at[in].cluster, c->bound.at[in].service);
    if (s == nullptr || s->deployments.front().rollout != "IN_PROGRESS") continue;
    any = true;
    if (what == disturbance::stall) s->stalled = true;
    if (what == disturbance::fail_half_way) any = cloud_.services.break_newest(*s, cloud_.now());
  }
  if (any) where_->touch();
  return any;
}

/// One for each target group of a service whose traffic ECS shifts itself: by its newest deployment.
void model::add_revisions(const component& c, const shipflow::cloud::service& s,
                          std::vector<serving>& all) const {
  const auto shares = cloud_.balancer.weights(native_rule(c.bound.at[colour::blue]));
  const auto& tasks = cloud_.services.tasks();
  std::set<std::string> seen;
  for (const auto& d : s.deployments) {
    if (!seen.insert(d.group).second) continue;
    serving v;
    v.component = c.name;
    v.version = version_of(cloud_.services.image_of(d.definition));
    const auto share_of_it = shares.find(d.group);
    v.weight = share_of_it == shares.end() ? 0 : share_of_it->second;
    v.healthy = static_cast<int>(std::count_if(tasks.begin(), tasks.end(), [&](const auto& t) {
      return t.service == s.name && t.cluster == s.cluster && t.group == d.group && t.healthy;
    }));
    v.wanted = std::max(1, (s.desired * c.bound.enough + 99) / 100);
    all.push_back(std::move(v));
  }
}

std::vector<serving> model::serves() const {
  std::vector<serving> all;
  for (const auto& [key, c] : components_) {
    const auto routed = c.bound.told() ? share(c) : per_colour<int>{};
    for (const auto in : both_colours) {
      const auto* s = service_at(c, in);
      if (s == nullptr) continue;
      if (c.bound.native) {
        add_revisions(c, *s, all);
        continue;
      }
      serving v;
      v.component = c.name;
      v.version = version_of(cloud_.services.image_of(s->definition));
      v.weight = c.bound.told() ? routed[in] : in == live_of(c) ? 100 : 0;
      v.healthy = cloud_.services.healthy(*s);
      const int whole = std::max(1, (s->desired * c.bound.enough + 99) / 100);
      // In place old tasks serve while new ones come up; the floor of the release is checked beside this.
      v.wanted = c.bound.two ? whole : std::max(1, std::min(v.healthy, whole));
      v.maintenance = c.bound.routed() && cloud_.balancer.answers_itself(listener_of(c.bound));
      all.push_back(std::move(v));
    }
  }
  return all;
}

}  // namespace
}  // namespace ecs

inline namespace v1 {

ecs_world::~ecs_world() = default;

std::shared_ptr<ecs_world> make_ecs_world(std::shared_ptr<world> where, ecs_world_options options) {
  return std::make_shared<ecs::model>(std::move(where), std::move(options));
}

}  // namespace v1
}  // namespace shipflow
