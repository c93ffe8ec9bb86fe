#include "engine/metric_questions.hpp"

#include "engine/secret_fetch.hpp"

#include <algorithm>
#include <utility>

namespace shipflow::engine_room {
namespace {

std::string version_in(const json::value& observed) {
  const auto* o = observed.if_object();
  const auto* version = o == nullptr ? nullptr : o->if_contains("version");
  return version != nullptr && version->is_string() ? std::string(version->get_string()) : std::string{};
}

std::string nobody_knows(const std::string& source) {
  return "no metric source \"" + source + "\" is registered";
}

metric_answer unavailable(std::string why) {
  metric_answer a;
  a.why = std::move(why);
  return a;
}

metric_history forgotten(std::string why) {
  metric_history h;
  h.why = std::move(why);
  return h;
}

void read_from(metric_source& source, metric_request q, const result<secret_values>& known,
               std::function<void(metric_answer)> answered) {
  std::vector<std::string> values;
  if (auto revealed = reveal_spec(q.spec, known, values); !revealed)
    return answered(unavailable(revealed.error().text()));
  source.read(std::move(q), [answered = std::move(answered), values](metric_answer a) {
    a.why = redact(std::move(a.why), values);
    for (auto& r : a.readings) r.why = redact(std::move(r.why), values);
    answered(std::move(a));
  });
}

void remember_from(metric_source& source, metric_request q, duration slot, const result<secret_values>& known,
                   std::function<void(metric_history)> told) {
  std::vector<std::string> values;
  if (auto revealed = reveal_spec(q.spec, known, values); !revealed)
    return told(forgotten(revealed.error().text()));
  source.history(std::move(q), slot, [told = std::move(told), values](metric_history h) {
    h.why = redact(std::move(h.why), values);
    told(std::move(h));
  });
}

}  // namespace

metric_request metric_questions::about(const health::trigger_look& look, time_point from,
                                       time_point until) const {
  metric_request q;
  q.source = look.source;
  q.metric = look.metric;
  q.series = look.series;
  q.arm = std::string(name_of(look.arm));
  q.spec = look.spec;
  q.environment = run_.state().what->environment;
  q.component = look.component.empty() ? planned().component : look.component;
  q.version = version_of(look.arm);
  q.from = from;
  q.until = until;
  const auto& components = run_.state().what->components;
  const auto found = std::find_if(components.begin(), components.end(),
                                  [&](const auto& c) { return c.name == q.component; });
  q.target = found == components.end() ? planned().target : found->target;
  return q;
}

// The version behind an arm: the new one is known, the old one was observed before the switch.
std::string metric_questions::version_of(metric_arm arm) const {
  if (arm == metric_arm::canary) return run_.state().what->release.version;
  if (arm != metric_arm::baseline) return {};
  const auto& s = run_.state();
  auto before = version_in(s.steps[planned().from].baseline);
  // A phase of the watch touches nothing itself: what it follows did.
  for (std::size_t i = 0; before.empty() && i < s.steps.size(); ++i)
    if (s.what->steps[i].first_traffic && s.what->steps[i].component == planned().component)
      before = version_in(s.steps[i].baseline);
  return before;
}

void metric_questions::read(metric_request q, std::function<void(metric_answer)> answered) const {
  auto* source = run_.shared().find_metrics(q.source);
  if (source == nullptr) return answered(unavailable(nobody_knows(q.source)));
  const auto names = secret_names(q.spec);
  fetch_secrets(run_.shared(), *run_.state().what, names,
                [source, q = std::move(q), answered = std::move(answered)](const auto& known) {
                  read_from(*source, q, known, answered);
                });
}

void metric_questions::remember(metric_request q, duration slot,
                                std::function<void(metric_history)> told) const {
  auto* source = run_.shared().find_metrics(q.source);
  if (source == nullptr) return told(forgotten(nobody_knows(q.source)));
  const auto names = secret_names(q.spec);
  fetch_secrets(run_.shared(), *run_.state().what, names,
                [source, q = std::move(q), slot, told = std::move(told)](const auto& known) {
                  remember_from(*source, q, slot, known, told);
                });
}

duration metric_questions::lag(const std::vector<health::trigger_look>& looks) const {
  duration most{0};
  for (const auto& l : looks)
    if (const auto* source = run_.shared().find_metrics(l.source)) most = std::max(most, source->lag(l.spec));
  return most;
}

time_point metric_questions::steady_until(const metric_request& q) const {
  const auto* source = run_.shared().find_metrics(q.source);
  return source == nullptr ? time_point::max() : source->steady_until(q).value_or(time_point{});
}

}  // namespace shipflow::engine_room
