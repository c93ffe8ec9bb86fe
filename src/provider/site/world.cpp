// The world model of the site provider: its calls, over buckets that are memory.
#include "base/members.hpp"
#include "provider/site/carry_out.hpp"
#include "provider/site/model_bucket.hpp"
#include "provider/site/model_tree.hpp"

#include <shipflow/providers/site_world.hpp>

#include <map>
#include <set>
#include <utility>

namespace shipflow {
namespace site {
namespace {

struct component {
  std::string environment, name;
  json::object target;
  binding bound;
};

class model final : public site_world {
 public:
  model(std::shared_ptr<world> where, site_world_options options)
      : where_(std::move(where)), options_(options) {}

  [[nodiscard]] std::string name() const override { return "site"; }
  [[nodiscard]] std::vector<action_spec> actions() const override { return action_specs(); }
  [[nodiscard]] result<std::vector<action_spec>> actions_of(const json::object& target) const override {
    if (const auto b = read_binding(target); !b) return b.error();
    return action_specs();
  }
  void call(request q, reply r) override {
    where_->time().call_at(
        where_->time().now() + options_.call,
        [this, q = std::move(q), r = std::make_shared<reply>(std::move(r))] { (*r)(answer_to(q)); });
  }

  result<void> install(const std::string& environment, const std::string& name, const json::object& target,
                       const std::string& version) override;
  result<void> install_observed(const std::string& environment, const std::string& name,
                                const json::object& target, const json::value& observed) override;
  [[nodiscard]] json::object snapshot() const override;
  bool disturb(disturbance what, const request& about) override;
  [[nodiscard]] std::vector<serving> serves() const override;

 private:
  [[nodiscard]] answer answer_to(const request& q);
  [[nodiscard]] answer go_on(const request& q, const binding& b, std::uint64_t writes);
  [[nodiscard]] std::optional<heading> head_of(const component& c) const;

  std::shared_ptr<world> where_;
  site_world_options options_;
  std::map<std::string, cloud::s3_bucket> buckets_;
  std::map<std::string, component> components_;
  std::set<std::string> stalled_, counted_;
};

result<std::unique_ptr<tree>> modelled(const request& q, const std::string& /*directory*/) {
  auto version = members::text(q.inputs, "version");
  return std::unique_ptr<tree>(
      std::make_unique<model_tree>(files_of_version(version.empty() ? q.run : version)));
}

answer model::answer_to(const request& q) {
  if (!known_action(q.action))
    return answer::failed(make_error(errc::unsupported, "provider site has no action " + q.action));
  const auto bound = read_binding(q.target);
  if (!bound) return answer::failed(bound.error());
  if (q.what == verb::apply || q.what == verb::undo) {
    if (q.stop.stop_requested()) return answer::failed(make_error(errc::cancelled, "the call was cancelled"));
    return answer::started(handle_for(q), options_.slice);
  }
  if (q.what == verb::settle) {
    if (q.stop.stop_requested())
      return answer::failed(make_error(errc::cancelled, "it is not wanted any more"));
    if (stalled_.contains(q.effect_key)) return answer::in_progress(50, "pages", options_.slice);
    return go_on(effect_of(q), *bound, static_cast<std::uint64_t>(std::max(1, options_.writes)));
  }
  model_bucket on(buckets_[bound->bucket]);
  crew nobody(0);
  progress seen;
  session s{on, nobody, q, *bound, seen, [this] { return where_->time().now(); }};
  return glance(s);
}

answer model::go_on(const request& q, const binding& b, std::uint64_t writes) {
  model_bucket on(buckets_[b.bucket]);
  on.allow(writes);
  bool told = false;
  on.on_write = [&] {
    where_->touch();
    told = true;
  };
  where_->about_to(q);
  crew nobody(0);
  progress seen;
  auto running = q;
  running.stop = {};
  session s{on, nobody, running, b, seen, [this] { return where_->time().now(); }};
  auto a = effect(s, modelled);
  if (on.cut_off()) return underway(seen, options_.slice);
  const bool fresh = counted_.insert(std::string(name_of(q.what)) + q.effect_key).second;
  if (a.kind == answer_kind::done && told && fresh) where_->carried_out(q, effect_class::token, is_undo(q));
  return a;
}

result<void> model::install(const std::string& environment, const std::string& name,
                            const json::object& target, const std::string& version) {
  const auto b = read_binding(target);
  if (!b) return b.error();
  components_[environment + "/" + name] = {environment, name, target, *b};
  if (version.empty()) return {};
  request q;
  q.what = verb::apply;
  q.action = "publish";
  q.run = "before";
  q.environment = environment;
  q.component = name;
  q.effect_key = "before " + environment + "/" + name + " " + version;
  q.target = target;
  q.inputs = {{"version", version}, {"directory", "dist"}};
  model_bucket on(buckets_[b->bucket]);
  crew nobody(0);
  progress seen;
  session s{on, nobody, q, *b, seen, [this] { return where_->time().now(); }};
  const auto a = effect(s, modelled);
  if (a.kind != answer_kind::done) return a.problem;
  return {};
}

result<void> model::install_observed(const std::string& environment, const std::string& name,
                                     const json::object& target, const json::value& observed) {
  const auto* o = observed.if_object();
  return install(environment, name, target, o == nullptr ? std::string{} : members::text(*o, "version"));
}

std::optional<heading> model::head_of(const component& c) const {
  const auto at = buckets_.find(c.bound.bucket);
  if (at == buckets_.end()) return std::nullopt;
  const auto* o = at->second.find(c.bound.prefix + manifest_name);
  if (o == nullptr) return std::nullopt;
  auto h = read_heading(o->body.substr(0, o->body.find('\n')));
  if (!h) return std::nullopt;
  return std::move(*h);
}

/// What people see, by key: the objects of the release that stands there.
json::object model::snapshot() const {
  json::object all;
  for (const auto& [key, c] : components_) {
    const auto h = head_of(c);
    json::object pages;
    const auto at = buckets_.find(c.bound.bucket);
    if (at != buckets_.end())
      for (const auto& [k, o] : at->second.objects())
        if (k.starts_with(c.bound.prefix) &&
            place_of(k.substr(c.bound.prefix.size()), c.bound.serve) >= place::page)
          pages[k] = o.etag;
    all["site:" + c.name] = json::object{{"digest", h ? json::value(h->digest) : json::value(nullptr)},
                                         {"pages", std::move(pages)}};
  }
  return all;
}

bool model::disturb(disturbance what, const request& about) {
  if (what != disturbance::stall || !components_.contains(about.environment + "/" + about.component))
    return false;
  stalled_.insert(about.effect_key);
  return true;
}

std::vector<serving> model::serves() const {
  std::vector<serving> all;
  for (const auto& [key, c] : components_) {
    const auto h = head_of(c);
    if (!h) continue;
    serving v;
    v.component = c.name;
    v.version = h->version;
    v.weight = 100;
    v.healthy = v.wanted = 1;
    all.push_back(std::move(v));
  }
  return all;
}

}  // namespace
}  // namespace site

inline namespace v1 {

site_world::~site_world() = default;

std::shared_ptr<site_world> make_site_world(std::shared_ptr<world> where, site_world_options options) {
  return std::make_shared<site::model>(std::move(where), options);
}

}  // namespace v1
}  // namespace shipflow
