// launch, replace, retire, scale and restart: what they bring a service to, and back.
#include "base/members.hpp"
#include "provider/ecs/actions.hpp"

#include <algorithm>

namespace shipflow::ecs {
namespace {

error wrong(const session& s, const std::string& why) {
  return make_error(errc::invalid_argument, s.q.component + ": " + why);
}

result<std::optional<int>> instances_in(const session& s) {
  if (!s.q.inputs.contains("instances")) return std::optional<int>{};
  const auto n = members::whole(s.q.inputs, "instances", -1);
  if (n < 0 || n > most_tasks)
    return wrong(s, "instances must be a whole number from 0 to " + std::to_string(most_tasks));
  return std::optional<int>(static_cast<int>(n));
}

json::object outputs_of(const session& s, colour in, const std::string& version, int instances,
                        const std::string& definition) {
  json::object out{{"version", version}, {"instances", instances}, {"task_definition", definition}};
  out["colour"] = name_of(in);
  out["service"] = s.at(in);
  return out;
}

/// The service is neither as this run found it nor as this very effect left it.
got<bool> touched(session& s, const fleet& before, const fleet& now) {
  if (now.definition == before.definition) return false;
  const auto described = describe_definition(s, now.definition);
  if (!described) return described.error();
  return tag_of(*described, effect_tag) != s.q.effect_key;
}

answer deploy(session& s, const picture& base, colour in, std::optional<int> desired) {
  const auto service = describe(s, s.bound.at[in]);
  if (!service) return service.error();
  const auto& before = base.fleets[in];
  if (!before) return s.refuse(errc::invalid_argument, "nothing is known of service " + s.at(in));
  fleet now;
  now.definition = members::text(*service, "taskDefinition");
  const auto foreign = touched(s, *before, now);
  if (!foreign) return foreign.error();
  if (*foreign)
    return answer::conflict(s.q.component + ": somebody else deployed " + now.definition + " to " + s.at(in) +
                                " since " + before->definition + " was seen there",
                            json::object{{"expected", before->definition}, {"found", now.definition}});
  const auto version = members::text(s.q.inputs, "version");
  auto image = members::text(s.q.inputs, "image");
  if (image.empty()) image = image_for(before->image, version);
  const auto revision = revision_for(s, s.bound.at[in], now.definition, image, version);
  if (!revision) return revision.error();
  goal to;
  to.in = in;
  to.definition = *revision;
  to.desired = desired;
  to.outputs =
      outputs_of(s, in, version, desired.value_or(static_cast<int>(members::whole(*service, "desiredCount"))),
                 *revision);
  return begin(s, to);
}

/// Was the new revision given to the service?
answer resolve_deploy(session& s, const picture& base, colour in) {
  const auto service = describe(s, s.bound.at[in]);
  if (!service) return service.error();
  const auto definition = members::text(*service, "taskDefinition");
  const auto described = describe_definition(s, definition);
  if (!described) return described.error();
  if (tag_of(*described, effect_tag) != s.q.effect_key) return answer::not_applied();
  goal to;
  to.in = in;
  to.definition = definition;
  to.outputs = outputs_of(s, in, tag_of(*described, version_tag),
                          static_cast<int>(members::whole(*service, "desiredCount")), definition);
  static_cast<void>(base);
  return begin(s, to);  // the same once more changes nothing, and tells the deployment's id
}

/// A count carries no mark of who set it; setting it once more is no harm.
answer resolve_count(session& s, colour in, int wanted) {
  const auto service = describe(s, s.bound.at[in]);
  if (!service) return service.error();
  if (members::whole(*service, "desiredCount", -1) != wanted) return answer::not_applied();
  return answer::unknown(s.q.component + ": the count is as it should be, and nothing says who set it");
}

answer bad(const error& e) { return answer::failed(e); }

}  // namespace

result<colour> colour_to_launch(const session& s, const picture& base) {
  if (!s.bound.two) return wrong(s, "launch needs `blue_green` in the binding; `replace` works in place");
  const auto named = members::text(s.q.inputs, "colour");
  const auto live = base.live;
  if (named.empty() || named == "next") return live ? other(*live) : colour::blue;
  const auto c = colour_from(named);
  if (!c) return wrong(s, "colour must be next, blue or green, not \"" + named + "\"");
  if (live && *c == *live) return wrong(s, named + " is live; launch starts the other one");
  return *c;
}

result<colour> colour_to_retire(const session& s, const picture& base) {
  if (!s.bound.two) return wrong(s, "retire needs `blue_green` in the binding");
  const auto named = members::text(s.q.inputs, "colour");
  if (const auto c = colour_from(named)) return *c;
  if (!named.empty() && named != "old") return wrong(s, "colour must be old, blue or green");
  if (!base.live) return wrong(s, "no service is live, so none is the old one");
  return other(*base.live);
}

result<colour> colour_in_place(const session& s, const picture& base) {
  if (!s.bound.two) return colour::blue;
  if (!base.live) return wrong(s, "no service is live");
  return *base.live;
}

answer launch(session& s, const picture& base) {
  if (s.bound.native) return native_launch(s, base);
  const auto in = colour_to_launch(s, base);
  if (!in) return bad(in.error());
  if (s.q.what == verb::undo) return put_back(s, base, *in, true, true);
  if (s.q.what == verb::ready) return ready_to_put_back(s, base, *in);
  if (s.q.what == verb::resolve) return resolve_deploy(s, base, *in);
  if (base.weights[*in] > 0)
    return s.refuse(errc::conflict, std::string(name_of(*in)) + " gets " + std::to_string(base.weights[*in]) +
                                        "% of the requests; shift them away before launching there");
  const auto asked = instances_in(s);
  if (!asked) return bad(asked.error());
  const auto live = base.live && base.fleets[*base.live] ? base.fleets[*base.live]->desired : 0;
  const int usual = s.bound.instances > 0 ? s.bound.instances : std::max(1, live);
  return deploy(s, base, *in, asked->value_or(usual));
}

answer replace(session& s, const picture& base) {
  const auto in = colour_in_place(s, base);
  if (!in) return bad(in.error());
  const auto asked = instances_in(s);
  if (!asked) return bad(asked.error());
  if (s.q.what == verb::undo) return put_back(s, base, *in, true, asked->has_value());
  if (s.q.what == verb::ready) return ready_to_put_back(s, base, *in);
  if (s.q.what == verb::resolve) return resolve_deploy(s, base, *in);
  return deploy(s, base, *in, *asked);
}

answer retire(session& s, const picture& base) {
  if (s.bound.native) return native_retire(s, base);
  const auto in = colour_to_retire(s, base);
  if (!in) return bad(in.error());
  if (s.q.what == verb::undo) return put_back(s, base, *in, false, true);
  if (s.q.what == verb::ready) return ready_to_put_back(s, base, *in);
  if (s.q.what == verb::resolve) return resolve_count(s, *in, 0);
  if (s.bound.told()) {
    const auto v = look_around(s);
    if (!v) return v.error();
    if (v->seen.weights[*in] > 0)
      return s.refuse(errc::conflict, std::string(name_of(*in)) + " gets " +
                                          std::to_string(v->seen.weights[*in]) +
                                          "% of the requests and is not retired");
  }
  goal to;
  to.in = *in;
  to.desired = 0;
  const auto& f = base.fleets[*in];
  to.outputs = outputs_of(s, *in, f ? f->version : std::string{}, 0, f ? f->definition : std::string{});
  return begin(s, to);
}

answer scale(session& s, const picture& base) {
  const auto in = colour_in_place(s, base);
  if (!in) return bad(in.error());
  if (s.q.what == verb::undo) return put_back(s, base, *in, false, true);
  if (s.q.what == verb::ready) return ready_to_put_back(s, base, *in);
  const auto asked = instances_in(s);
  if (!asked) return bad(asked.error());
  if (!*asked) return bad(wrong(s, "scale needs `instances`"));
  if (s.q.what == verb::resolve) return resolve_count(s, *in, **asked);
  goal to;
  to.in = *in;
  to.desired = **asked;
  const auto& f = base.fleets[*in];
  to.outputs = outputs_of(s, *in, f ? f->version : std::string{}, **asked, f ? f->definition : std::string{});
  return begin(s, to);
}

answer restart(session& s, const picture& base) {
  const auto in = colour_in_place(s, base);
  if (!in) return bad(in.error());
  const auto& f = base.fleets[*in];
  if (s.q.what == verb::undo || s.q.what == verb::ready) return answer::done();
  goal to;
  to.in = *in;
  to.force = true;
  if (f) to.outputs = outputs_of(s, *in, f->version, f->desired, f->definition);
  if (s.q.what == verb::apply) return begin(s, to);
  // Each would be another one, so what is there is looked at first.
  const auto service = describe(s, s.bound.at[*in]);
  if (!service) return service.error();
  for (const auto& d : members::list(*service, "deployments")) {
    const auto& one = members::as_object(d);
    if (members::text(one, "status") != "PRIMARY" || !f) continue;
    const auto id = members::text(one, "id");
    if (id == f->deployment)
      return answer::unknown("no new deployment is to be seen yet; what is read may be some seconds old");
    rollout r;
    r.cluster = s.bound.at[*in].cluster;
    r.service = s.bound.at[*in].service;
    r.deployment = id;
    r.desired = f->desired;
    r.begun = s.on.now();
    r.outputs = to.outputs;
    return answer::started(to_json(r));
  }
  return answer::unknown("the service shows no primary deployment");
}

}  // namespace shipflow::ecs
