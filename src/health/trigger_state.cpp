#include "health/trigger.hpp"

#include <algorithm>

namespace shipflow::health {
namespace {

outcome waiting(reason why) {
  return why == reason::missing || why == reason::invalid ? outcome::unavailable : outcome::insufficient;
}

void set(trigger_verdict& v, outcome is, health_level level, reason why) {
  v.is = is;
  v.level = level;
  v.why = why;
}

bool red(const condition_finding& alert) { return alert.holds.t == truth::yes || alert.now.t == truth::yes; }

}  // namespace

trigger_state::trigger_state(std::shared_ptr<const trigger> t) : trigger_(std::move(t)) {
  if (trigger_->normal()) normal_.emplace(*trigger_->normal());
  if (trigger_->alert()) alert_.emplace(*trigger_->alert());
}

std::optional<trigger_verdict> trigger_state::push(slot_index k, std::span<const slot_sample> samples) {
  if (last_ && k <= *last_) return std::nullopt;
  last_ = k;
  const auto inputs = trigger_->inputs().size();
  std::vector<slot_sample> padded;
  auto all = samples.first(std::min(inputs, samples.size()));
  if (all.size() < inputs) {
    padded.assign(all.begin(), all.end());
    padded.resize(inputs);
    all = padded;
  }
  trigger_verdict v;
  v.slot = k;
  if (alert_) v.alert = alert_->push(k, all);
  if (normal_) v.normal = normal_->push(k, all);
  decide(v);
  attribute(v);
  return v;
}

void trigger_state::begin(slot_index first) {
  if (begun_) return;
  begun_ = true;
  already_red_ = red_;
  const auto inputs = trigger_->inputs().size();
  if (alert_) alert_->begin(first, inputs);
  if (normal_) normal_->begin(first, inputs);
  if (last_) last_ = std::max(*last_, first - 1);
}

/// What the numbers say, whoever is to blame. No data is neither a pass nor a breach.
void trigger_state::decide(trigger_verdict& v) const {
  const bool outside = v.normal && v.normal->now.t == truth::no;
  const auto level = outside ? health_level::watch : health_level::normal;
  if (v.alert) {
    const auto& a = v.alert->holds;
    if (a.t == truth::yes) return set(v, outcome::fail, health_level::alert, reason::breach);
    if (a.why == reason::pending) return set(v, outcome::insufficient, health_level::watch, a.why);
    // A test that has not found harm yet is no reason to wait: whether there is health says `normal`.
    if (a.t == truth::unknown && a.why != reason::undecided) return set(v, waiting(a.why), level, a.why);
  }
  if (!v.normal || v.normal->holds.t == truth::yes)
    return set(v, outcome::pass, health_level::normal, reason::none);
  const auto& n = v.normal->holds;
  if (n.t == truth::no) return set(v, outcome::insufficient, health_level::watch, reason::outside_normal);
  set(v, waiting(n.why), level, n.why);
}

void trigger_state::attribute(trigger_verdict& v) {
  const bool is_red = v.alert && red(*v.alert);
  const bool is_green = v.alert && v.alert->holds.t == truth::no;
  if (is_red || is_green) red_ = is_red;
  if (is_green) already_red_ = false;
  v.already_red = already_red_;
  if (!begun_) {
    v.is = outcome::insufficient;
    v.why = reason::before_release;
  } else if (already_red_ && is_red && trigger_->whom() == blame::attributable_only) {
    v.is = outcome::pass;
    v.why = reason::already_red;
  }
}

json::value trigger_state::to_json() const {
  return json::object{{"trigger", trigger_->digest()},
                      {"last", last_ ? json::value(*last_) : json::value(nullptr)},
                      {"begun", begun_},
                      {"red", red_},
                      {"already_red", already_red_},
                      {"alert", alert_ ? alert_->to_json() : json::value(nullptr)},
                      {"normal", normal_ ? normal_->to_json() : json::value(nullptr)}};
}

result<void> trigger_state::from_json(const json::value& v) {
  const auto bad = [&](std::string_view why) {
    return make_error(errc::corrupt,
                      "trigger \"" + trigger_->id() + "\": the stored state " + std::string(why));
  };
  const auto* o = v.if_object();
  if (o == nullptr) return bad("is not readable");
  for (const auto* key : {"trigger", "last", "begun", "red", "already_red", "alert", "normal"})
    if (!o->contains(key)) return bad("is incomplete");
  if (o->at("trigger") != json::value(trigger_->digest())) return bad("belongs to other conditions");
  const auto& last = o->at("last");
  const bool shaped = (last.is_null() || last.is_int64()) && o->at("begun").is_bool() &&
                      o->at("red").is_bool() && o->at("already_red").is_bool();
  if (!shaped) return bad("is not readable");
  trigger_state fresh(trigger_);
  if (fresh.alert_) {
    if (const auto r = fresh.alert_->from_json(o->at("alert")); !r) return bad("of `alert` is not readable");
  }
  if (fresh.normal_) {
    if (const auto r = fresh.normal_->from_json(o->at("normal")); !r)
      return bad("of `normal` is not readable");
  }
  if (last.is_int64()) fresh.last_ = last.get_int64();
  fresh.begun_ = o->at("begun").get_bool();
  fresh.red_ = o->at("red").get_bool();
  fresh.already_red_ = o->at("already_red").get_bool();
  *this = std::move(fresh);
  return {};
}

}  // namespace shipflow::health
