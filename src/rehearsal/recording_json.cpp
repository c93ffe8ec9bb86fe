// Recordings as JSON.
#include <shipflow/recording.hpp>

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace shipflow {
inline namespace v1 {
namespace {

constexpr int format = 1;

/// Reads members and keeps the first error.
class members {
 public:
  members(const json::object& from, std::string where) : from_(from), where_(std::move(where)) {}

  [[nodiscard]] const json::value* find(std::string_view key) const {
    return from_.if_contains(json::string_view(key.data(), key.size()));
  }
  void text(std::string_view key, std::string& to) {
    const auto* v = find(key);
    if (v == nullptr) return;
    if (!v->is_string()) return wrong(key, "must be a text");
    to = std::string(v->get_string());
  }
  void span(std::string_view key, duration& to) {
    std::string text_form;
    text(key, text_form);
    if (text_form.empty()) return;
    const auto parsed = parse_duration(text_form);
    if (!parsed) return wrong(key, "must be a duration such as \"2s\"");
    to = *parsed;
  }
  void optional_span(std::string_view key, std::optional<duration>& to) {
    const auto* v = find(key);
    if (v == nullptr) return;
    if (v->is_null()) return to.reset();
    duration d{0};
    span(key, d);
    to = d;
  }
  void number(std::string_view key, double least, double most, double& to) {
    const auto* v = find(key);
    if (v == nullptr) return;
    const auto n = v->is_number() ? v->to_number<double>() : least - 1;
    if (!(n >= least && n <= most)) return wrong(key, "is no number that fits");
    to = n;
  }
  void whole(std::string_view key, int least, int most, int& to) {
    double n = to;
    number(key, least, most, n);
    to = static_cast<int>(n);
  }
  void flag(std::string_view key, bool& to) {
    const auto* v = find(key);
    if (v == nullptr) return;
    if (!v->is_bool()) return wrong(key, "must be true or false");
    to = v->get_bool();
  }
  [[nodiscard]] json::object object(std::string_view key) {
    const auto* v = find(key);
    if (v == nullptr || v->is_null()) return {};
    if (v->is_object()) return v->get_object();
    wrong(key, "must be a mapping");
    return {};
  }
  void only(std::initializer_list<std::string_view> names) {
    for (const auto& m : from_)
      if (std::find(names.begin(), names.end(), std::string_view(m.key())) == names.end())
        wrong(m.key(), "is not known here");
  }
  void wrong(std::string_view key, const std::string& why) {
    if (!problem_)
      problem_ = make_error(errc::invalid_argument, where_ + ": " + std::string(key) + " " + why);
  }
  void adopt(const members& inner) {
    if (!problem_) problem_ = inner.problem_;
  }
  [[nodiscard]] const std::optional<error>& problem() const noexcept { return problem_; }

 private:
  const json::object& from_;
  std::string where_;
  std::optional<error> problem_;
};

/// Each member of the mapping `key` as a mapping of its own.
template <class Value, class Read>
void each(members& in, const char* key, std::map<std::string, Value>& to, Read read) {
  const auto all = in.object(key);
  for (const auto& m : all) {
    const std::string name(m.key());
    if (!m.value().is_object()) {
      in.wrong(key, "`" + name + "` must be a mapping");
      continue;
    }
    members inner(m.value().get_object(), std::string(key) + " `" + name + "`");
    read(inner, to[name]);
    in.adopt(inner);
  }
}

void read_behaviour(members& in, world_behaviour& to) {
  in.only({"before", "versions", "programs", "endpoints"});
  if (const auto* before = in.find("before")) {
    if (before->is_null())
      to.before.reset();
    else
      in.text("before", *to.before);
  }
  each(in, "versions", to.versions, [](members& v, local_behaviour& b) {
    v.only({"ready", "dies", "errors", "latency"});
    v.optional_span("ready", b.ready);
    v.optional_span("dies", b.dies);
    v.number("errors", 0, 1, b.errors);
    v.span("latency", b.latency);
  });
  each(in, "programs", to.programs, [](members& v, command_behaviour& b) {
    v.only({"lasts", "exit_code", "prints"});
    v.span("lasts", b.lasts);
    v.whole("exit_code", 0, 255, b.exit_code);
    v.text("prints", b.prints);
  });
  each(in, "endpoints", to.endpoints, [](members& v, http_endpoint& e) {
    v.only({"status", "body", "refuses"});
    v.whole("status", 100, 599, e.status);
    v.text("body", e.body);
    v.flag("refuses", e.refuses);
  });
}

json::value span_or_null(const std::optional<duration>& d) {
  return d ? json::value(format_duration(*d)) : json::value(nullptr);
}

json::object behaviour_json(const world_behaviour& b) {
  json::object versions, programs, endpoints;
  for (const auto& [name, v] : b.versions) {
    json::object o{
        {"ready", span_or_null(v.ready)}, {"errors", v.errors}, {"latency", format_duration(v.latency)}};
    if (v.dies) o["dies"] = format_duration(*v.dies);
    versions[name] = std::move(o);
  }
  for (const auto& [name, p] : b.programs)
    programs[name] = {{"lasts", format_duration(p.lasts)}, {"exit_code", p.exit_code}, {"prints", p.prints}};
  for (const auto& [name, e] : b.endpoints)
    endpoints[name] = {{"status", e.status}, {"body", e.body}, {"refuses", e.refuses}};
  return {{"before", b.before ? json::value(*b.before) : json::value(nullptr)},
          {"versions", std::move(versions)},
          {"programs", std::move(programs)},
          {"endpoints", std::move(endpoints)}};
}

}  // namespace

json::object to_json(const recording& r) {
  json::object steps;
  for (const auto& [id, s] : r.steps)
    steps[id] = {
        {"provider", s.provider}, {"action", s.action}, {"component", s.component}, {"observed", s.observed}};
  return {{"shipflow_recording", format}, {"plan", r.plan},
          {"environment", r.environment}, {"taken", format_time(r.taken)},
          {"steps", std::move(steps)},    {"behaviour", behaviour_json(r.behaviour)}};
}

result<recording> recording_from_json(const json::value& v) {
  const auto* o = v.if_object();
  if (o == nullptr) return make_error(errc::invalid_argument, "a recording is a mapping");
  members in(*o, "recording");
  in.only({"shipflow_recording", "plan", "environment", "taken", "steps", "behaviour"});
  const auto* number = in.find("shipflow_recording");
  if (number == nullptr || !number->is_int64())
    return make_error(errc::invalid_argument,
                      "recording: shipflow_recording, the number of its format, is missing");
  if (number->get_int64() > format)
    return make_error(errc::newer_version, "the recording has format " + std::to_string(number->get_int64()) +
                                               ", this shipflow reads up to " + std::to_string(format));
  recording r;
  in.text("plan", r.plan);
  in.text("environment", r.environment);
  std::string taken;
  in.text("taken", taken);
  if (!taken.empty()) {
    const auto at = parse_time(taken);
    if (!at) in.wrong("taken", "is no time");
    if (at) r.taken = *at;
  }
  each(in, "steps", r.steps, [](members& s, observed_step& to) {
    s.only({"provider", "action", "component", "observed"});
    s.text("provider", to.provider);
    s.text("action", to.action);
    s.text("component", to.component);
    if (const auto* seen = s.find("observed")) to.observed = *seen;
  });
  const auto behaviour = in.object("behaviour");
  members b(behaviour, "behaviour");
  read_behaviour(b, r.behaviour);
  in.adopt(b);
  if (in.problem()) return *in.problem();
  return r;
}

}  // namespace v1
}  // namespace shipflow
