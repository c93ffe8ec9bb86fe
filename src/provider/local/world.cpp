// The world model of the local provider: its calls, over a ground that is memory.
#include "provider/local/actions.hpp"
#include "provider/local/config.hpp"
#include "provider/local/health.hpp"
#include "provider/local/weights.hpp"
#include "provider/local/world_ground.hpp"

#include <shipflow/providers/local_world.hpp>

#include <algorithm>
#include <utility>

namespace shipflow {
namespace local {
namespace {

bool changes(verb v) { return v == verb::apply || v == verb::settle || v == verb::undo; }

int needed(const fleet& f, const binding& bound) { return std::max(1, (f.wanted * bound.enough + 99) / 100); }

int answering(const site& s, colour in, std::int64_t now) {
  return static_cast<int>(std::count_if(
      s.book.instances.begin(), s.book.instances.end(),
      [&](const instance& i) { return i.in == in && i.at == stage::serving && s.up(i.id, now); }));
}

json::value fleet_value(const site& s, colour in) {
  const auto& f = s.book.fleets[in];
  if (!f) return nullptr;
  return json::object{{"colour", name_of(in)}, {"version", f->version}, {"instances", f->wanted}};
}

class model final : public local_world {
 public:
  model(std::shared_ptr<world> where, local_world_options options)
      : where_(std::move(where)), ground_(where_, std::move(options)) {}

  [[nodiscard]] std::string name() const override { return "local"; }
  [[nodiscard]] std::vector<action_spec> actions() const override { return action_specs(); }
  [[nodiscard]] result<std::vector<action_spec>> actions_of(const json::object& target) const override {
    const auto bound = read_binding(target);
    if (!bound) return bound.error();
    return actions();
  }
  [[nodiscard]] std::vector<std::string> names() const override { return {"load_balancer"}; }
  [[nodiscard]] std::vector<std::string> kinds() const override { return {"state"}; }

  void call(request q, reply r) override {
    later([this, q = std::move(q), r = std::make_shared<reply>(std::move(r))] { (*r)(answer_to(q)); });
  }
  void read(metric_request q, std::function<void(metric_answer)> done) override {
    later([this, q = std::move(q), done = std::move(done)] { done(read_metrics(ground_, q)); });
  }
  void look(probe_request q, std::function<void(probe_answer)> done) override {
    later([this, q = std::move(q), done = std::move(done)] { done(look_at_state(ground_, q)); });
  }

  result<void> install(const std::string& environment, const std::string& component,
                       const json::object& target, const std::string& version) override {
    const auto bound = binding_of(component, target);
    if (!bound) return bound.error();
    picture now;
    now.live = colour::blue;
    now.weights[colour::blue] = 100;
    now.balancer = presence::running;
    now.fleets[colour::blue] = fleet{version, {}, {}, bound->instances};
    return put_up(environment, component, *bound, now);
  }
  result<void> install_observed(const std::string& environment, const std::string& component,
                                const json::object& target, const json::value& observed) override {
    const auto bound = binding_of(component, target);
    if (!bound) return bound.error();
    const auto now = picture_from_json(observed);
    if (!now) return now.error();
    return put_up(environment, component, *bound, *now);
  }
  result<void> set_weights(const std::string& environment, const std::string& component, int blue,
                           int green) override;

  [[nodiscard]] json::object snapshot() const override;
  [[nodiscard]] std::optional<time_point> next_change() const override;
  bool disturb(disturbance what, const request& about) override;
  [[nodiscard]] std::vector<serving> serves() const override;

 private:
  void later(std::function<void()> then) {
    where_->time().call_at(where_->time().now() + ground_.options().call, std::move(then));
  }
  answer answer_to(const request& q);
  void expect_change(const site& s);
  result<void> put_up(const std::string& environment, const std::string& component, const binding& bound,
                      picture now);
  void raise(site& s, colour in, const std::map<std::string, int>* weights);

  std::shared_ptr<world> where_;
  world_ground ground_;
  std::string stalled_;                            ///< effect that makes no progress
  std::optional<per_colour<int>> before_foreign_;  ///< weights
  std::int64_t expected_ = 0;
};

answer model::answer_to(const request& q) {
  if (q.what == verb::settle && q.effect_key == stalled_ && !q.stop.stop_requested())
    return answer::in_progress(-1, "nothing moves", duration{1'000});
  ground_.begin_call(&q);
  auto a = carry_out(ground_, q);
  ground_.begin_call(nullptr);
  if (!changes(q.what)) return a;
  if (auto* s = ground_.find(q.environment, q.component)) expect_change(*s);
  where_->touch();
  return a;
}

/// What changes by itself is told in its moment, as long as something is to come.
void model::expect_change(const site& s) {
  const auto next = s.next_change(ground_.now_ms(), ground_.options());
  if (next == never || (expected_ > ground_.now_ms() && next >= expected_)) return;
  expected_ = next;
  where_->time().call_at(from_ms(next), [this, key = std::pair{s.environment, s.name}] {
    where_->touch();
    if (auto* then = ground_.find(key.first, key.second)) expect_change(*then);
  });
}

void model::raise(site& s, colour in, const std::map<std::string, int>* weights) {
  const auto long_ago = ground_.now_ms() - 3'600'000;
  for (auto& i : s.book.instances) {
    if (i.in != in) continue;
    ground_.start_process(s, i, long_ago);
    const auto weight = weights == nullptr ? 0 : weights->at(i.id);
    s.servers[i.id] = {long_ago, server_view::admin_state::ready, 0, weight, 0, 0};
  }
}

result<void> model::put_up(const std::string& environment, const std::string& component, const binding& bound,
                           picture now) {
  if (auto fit = check_names(environment, component); !fit) return fit;
  auto& s = ground_.at(environment, component);
  s.bound = bound;
  const auto long_ago = ground_.now_ms() - 3'600'000;
  for (const auto in : both_colours) {
    auto& f = now.fleets[in];
    if (!f) continue;
    const auto made = make_recipe(bound, f->version, f->image);
    if (f->recipe.empty()) f->recipe = made.digest();
    s.recipes[f->recipe] = made;
    for (int n = 0; n < f->wanted; ++n) {
      instance i;
      i.id = std::string(name_of(in)) + "-" + std::to_string(++s.book.serial);
      i.in = in;
      i.version = f->version;
      i.recipe = f->recipe;
      i.port = 10'000 + static_cast<int>(s.book.serial);
      i.at = stage::serving;
      i.since = long_ago;
      s.book.instances.push_back(i);
    }
  }
  s.book.fleets = now.fleets;
  s.book.balancer = now.balancer != presence::absent;
  s.book.front = to_json(bound.balancer);
  s.book.traffic.share = now.weights;
  s.book.maintenance = s.maintenance = now.maintenance;
  if (now.balancer == presence::running) s.balancer_since = long_ago;
  const auto weights = weights_of(s.book);
  if (!weights) return weights.error();
  for (const auto in : both_colours) raise(s, in, &*weights);
  s.counted_to = ground_.now_ms();
  return {};
}

result<void> model::set_weights(const std::string& environment, const std::string& component, int blue,
                                int green) {
  auto* s = ground_.find(environment, component);
  if (s == nullptr) return make_error(errc::not_found, "there is no component " + component);
  s->serve(ground_.now_ms(), ground_.options());
  auto wanted = s->book;
  wanted.traffic.share[colour::blue] = blue;
  wanted.traffic.share[colour::green] = green;
  const auto weights = weights_of(wanted);
  if (!weights) return make_error(errc::not_found, weights.error().message);
  for (auto& [id, server] : s->servers)
    if (const auto found = weights->find(id); found != weights->end()) server.weight = found->second;
  where_->touch();
  return {};
}

json::object model::snapshot() const {
  json::object all;
  for (const auto& [key, s] : ground_.sites()) {
    const auto seen = s.look(ground_.now_ms(), ground_.options());
    const auto share = s.balancer_since ? observed_share(seen) : s.book.traffic.share;
    const auto live = live_of(share).value_or(colour::blue);
    all["traffic:" + s.name] = to_json(share);
    all["fleet:" + s.name + "/old"] = fleet_value(s, live);
    all["fleet:" + s.name + "/new"] = fleet_value(s, other(live));
    all["fleet:" + s.name] = fleet_value(s, live);
    const auto& f = s.book.fleets[live];
    all["size:" + s.name] = f ? f->wanted : 0;
    all["maintenance:" + s.name] = s.maintenance;
  }
  return all;
}

std::optional<time_point> model::next_change() const {
  auto next = never;
  for (const auto& [key, s] : ground_.sites())
    next = std::min(next, s.next_change(ground_.now_ms(), ground_.options()));
  if (next == never) return std::nullopt;
  return from_ms(next);
}

bool model::disturb(disturbance what, const request& about) {
  auto* s = ground_.find(about.environment, about.component);
  if (s == nullptr) return false;
  if (what == disturbance::stall) {
    stalled_ = about.effect_key;
    return true;
  }
  if (what == disturbance::foreign_change) {
    const auto now = observed_share(s->look(ground_.now_ms(), ground_.options()));
    const auto to = now[colour::blue] == 50 ? 60 : 50;
    before_foreign_ = now;
    return static_cast<bool>(set_weights(about.environment, about.component, to, 100 - to));
  }
  if (what == disturbance::put_right) {
    if (!before_foreign_) return false;
    const auto was = *std::exchange(before_foreign_, std::nullopt);
    return static_cast<bool>(
        set_weights(about.environment, about.component, was[colour::blue], was[colour::green]));
  }
  bool broke = false;
  for (const auto& i : s->book.instances)
    if (i.at == stage::starting) broke = s->processes[i.id].broken = true;
  if (broke) where_->touch();
  return broke;
}

std::vector<serving> model::serves() const {
  std::vector<serving> all;
  const auto now = ground_.now_ms();
  for (const auto& [key, s] : ground_.sites()) {
    if (!s.balancer_answers(now, ground_.options().balancer)) continue;
    const auto share = observed_share(s.look(now, ground_.options()));
    for (const auto in : both_colours) {
      const auto& f = s.book.fleets[in];
      if (!f && share[in] == 0) continue;
      serving v;
      v.component = s.name;
      v.version = f ? f->version : std::string{};
      v.weight = share[in];
      v.healthy = answering(s, in, now);
      v.wanted = f ? needed(*f, s.bound) : 1;
      v.maintenance = s.maintenance;
      all.push_back(std::move(v));
    }
  }
  return all;
}

}  // namespace
}  // namespace local

inline namespace v1 {

local_world::~local_world() = default;

std::shared_ptr<local_world> make_local_world(std::shared_ptr<world> where, local_world_options options) {
  return std::make_shared<local::model>(std::move(where), std::move(options));
}

}  // namespace v1
}  // namespace shipflow
