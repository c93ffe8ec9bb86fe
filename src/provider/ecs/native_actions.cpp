// launch, shift and retire of a service whose traffic ECS shifts itself.
//
// launch begins the deployment and waits for its first pause; shift lets it make steps until the wanted share is reached
// and it pauses again; retire lets it finish. The way back is one and the same for all: ROLLBACK, or a new deployment of
// what was there when ECS has finished already.
#include "base/members.hpp"
#include "provider/ecs/actions.hpp"

#include <algorithm>

namespace shipflow::ecs {
namespace {

constexpr duration soon{1'000};
constexpr duration catching_up{60'000};
// containers-roadmap issues 2664 and 2853: a rollback stands still when somebody edited the rule.
constexpr duration most_going_back = std::chrono::minutes(30);

enum class aim { share, end, back };

struct wait {
  std::string cluster, service, deployment, before, definition;
  aim to = aim::share;
  int weight = 0;
  time_point begun{};
  json::object configuration;  ///< that the service has in the end
  json::object outputs;
};

constexpr const char* name_of(aim a) { return a == aim::share ? "share" : a == aim::end ? "end" : "back"; }

json::object handle_of(const wait& w) {
  return {{"cluster", w.cluster}, {"service", w.service},       {"service_deployment", w.deployment},
          {"before", w.before},   {"definition", w.definition}, {"aim", name_of(w.to)},
          {"weight", w.weight},   {"begun", to_ms(w.begun)},    {"configuration", w.configuration},
          {"outputs", w.outputs}};
}

wait wait_from(const json::value& handle) {
  const auto& o = members::as_object(handle);
  wait w;
  w.cluster = members::text(o, "cluster");
  w.service = members::text(o, "service");
  w.deployment = members::text(o, "service_deployment");
  w.before = members::text(o, "before");
  w.definition = members::text(o, "definition");
  for (const auto a : {aim::share, aim::end, aim::back})
    if (members::text(o, "aim") == name_of(a)) w.to = a;
  w.weight = static_cast<int>(members::whole(o, "weight"));
  w.begun = from_ms(members::whole(o, "begun"));
  w.configuration = members::object(o, "configuration");
  w.outputs = members::object(o, "outputs");
  return w;
}

const place& place_of(const session& s) { return s.bound.at[colour::blue]; }

wait wait_for(session& s, aim to, int weight) {
  wait w;
  w.cluster = place_of(s).cluster;
  w.service = place_of(s).service;
  w.to = to;
  w.weight = weight;
  w.begun = s.on.now();
  return w;
}

/// Nothing: it is not to be seen.
got<std::optional<staged>> stage_of(session& s, const std::string& arn) {
  if (arn.empty()) return std::optional<staged>{};
  const auto seen = s.read(aws::ecs, "DescribeServiceDeployments",
                           {{"serviceDeploymentArns", json::array{json::string(arn)}}});
  if (!seen) return seen.error();
  for (const auto& d : members::list(*seen, "serviceDeployments"))
    return std::optional<staged>(read_staged(members::as_object(d)));
  return std::optional<staged>{};
}

struct standing {
  json::object service;
  std::optional<staged> now;
};
got<standing> look(session& s) {
  standing out;
  auto service = describe(s, place_of(s));
  if (!service) return service.error();
  out.service = std::move(*service);
  auto now = stage_of(s, members::text(out.service, "currentServiceDeployment"));
  if (!now) return now.error();
  out.now = std::move(*now);
  return out;
}

/// A pause that has its answer already may still be read as waiting for one.
got<bool> answer_pause(session& s, const staged& now, const char* action) {
  const auto done = s.attempt(aws::ecs, "ContinueServiceDeployment",
                              {{"serviceDeploymentArn", now.arn}, {"hookId", now.hook}, {"action", action}});
  if (done || done.error().aws_code == "ConflictException") return true;
  return session::not_written(done.error());
}
got<bool> stop_deployment(session& s, const staged& now) {
  const auto done = s.attempt(aws::ecs, "StopServiceDeployment",
                              {{"serviceDeploymentArn", now.arn}, {"stopType", "ROLLBACK"}});
  if (done || done.error().aws_code == "ConflictException") return true;
  return session::not_written(done.error());
}

/// Settle comes next for what is under way.
answer under_way(const answer& a, json::object handle) {
  return a.kind == answer_kind::progress ? answer::started(std::move(handle), soon) : a;
}

json::object shift_outputs(const session& s, const json::object& service, int weight) {
  static_cast<void>(s);
  return {{"colour", "blue"},
          {"version", ""},
          {"weights", {{"old", 100 - weight}, {"new", weight}}},
          {"task_definition", members::text(service, "taskDefinition")}};
}

got<json::object> with_version(session& s, json::object outputs) {
  const auto described = describe_definition(s, members::text(outputs, "task_definition"));
  if (!described) return described.error();
  outputs["version"] = tag_of(*described, version_tag);
  outputs.erase("task_definition");
  return outputs;
}

answer given_up(session& s, const std::string& why) {
  return s.refuse(errc::failed, why, evidence_of(s, place_of(s)));
}

/// Puts the configuration there that the service is to have, when it has another. False: look again.
got<bool> configure(session& s, const json::object& service, const json::object& wanted) {
  const auto& is = members::object(service, "deploymentConfiguration");
  if (wanted.empty() || marks_of(is) == marks_of(wanted)) return true;
  const auto& at = place_of(s);
  const auto done =
      s.write(aws::ecs, "UpdateService",
              {{"cluster", at.cluster}, {"service", at.service}, {"deploymentConfiguration", wanted}});
  if (!done) return done.error();
  return false;
}

/// done, or progress while the configuration is put back.
answer finished(session& s, const wait& w) {
  const auto service = describe(s, place_of(s));
  if (!service) return service.error();
  const auto configured = configure(s, *service, w.configuration);
  if (!configured) return configured.error();
  if (!*configured) return answer::in_progress(99, "the deployment configuration is put back", soon);
  return answer::done(w.outputs);
}

/// Tasks that fail before any request goes there.
got<std::string> trouble(session& s) {
  const auto service = describe(s, place_of(s));
  if (!service) return service.error();
  for (const auto& d : members::list(*service, "deployments")) {
    const auto& one = members::as_object(d);
    if (members::text(one, "status") != "PRIMARY") continue;
    const auto failed = members::whole(one, "failedTasks");
    const auto desired = static_cast<int>(members::whole(*service, "desiredCount"));
    const auto limit =
        s.bound.failed_tasks > 0 ? s.bound.failed_tasks : std::clamp((desired + 1) / 2, 3, 200);
    if (failed >= limit)
      return std::to_string(failed) + " tasks of deployment " + members::text(one, "id") + " failed";
  }
  return std::string{};
}

answer towards_share(session& s, const wait& w, const staged& now) {
  const bool over = now.status == "SUCCESSFUL";
  if (over && w.weight == 100) return answer::done(w.outputs);
  if (over || !now.goes_on()) return given_up(s, now.text());
  if (now.weight > w.weight)
    return given_up(s, "ECS gave the new version " + std::to_string(now.weight) + "% of the requests, not " +
                           std::to_string(w.weight) + "%; let the plan's weights be those of the strategy");
  if (now.hook.empty()) {
    if (now.weight > 0) return answer::in_progress(now.weight, now.text(), soon);
    const auto why = trouble(s);
    if (!why) return why.error();
    if (!why->empty()) return given_up(s, *why);
    return answer::in_progress(-1, now.text(), soon);
  }
  if (now.weight == w.weight) return answer::done(w.outputs);
  const auto done = answer_pause(s, now, "CONTINUE");
  if (!done) return done.error();
  return answer::in_progress(now.weight, now.text(), soon);
}

answer towards_end(session& s, const wait& w, const staged& now) {
  if (now.status == "SUCCESSFUL") return finished(s, w);
  if (!now.goes_on()) return given_up(s, now.text());
  if (!now.hook.empty()) {
    const auto done = answer_pause(s, now, "CONTINUE");
    if (!done) return done.error();
  }
  return answer::in_progress(99, now.text(), soon);
}

answer towards_before(session& s, const wait& w, const staged& now) {
  if (now.status == "ROLLBACK_FAILED") return given_up(s, now.text());
  if (now.goes_back() || now.goes_on()) {
    if (s.on.now() - w.begun > most_going_back)
      return given_up(s, "the rollback makes no progress: " + now.text() +
                             "; see whether somebody changed the listener's rule");
    return answer::in_progress(-1, now.text(), soon);
  }
  const auto service = describe(s, place_of(s));
  if (!service) return service.error();
  const auto is = members::text(*service, "taskDefinition");
  if (is == w.definition) return finished(s, w);
  if (s.on.now() - w.begun < catching_up)
    return answer::in_progress(-1, "the service still shows " + is, soon);
  return given_up(s, "the service runs " + is + " and not " + w.definition + " again: " + now.text());
}

/// UpdateService may answer before the record of its deployment is there.
got<std::string> arn_of(session& s, const wait& w) {
  if (!w.deployment.empty() && w.deployment != w.before) return w.deployment;
  const auto service = describe(s, place_of(s));
  if (!service) return service.error();
  const auto arn = members::text(*service, "currentServiceDeployment");
  return arn == w.before ? std::string{} : arn;
}

got<json::object> deploy(session& s, const std::string& definition, const json::object& configuration) {
  const auto& at = place_of(s);
  const auto done = s.write(aws::ecs, "UpdateService",
                            {{"cluster", at.cluster},
                             {"service", at.service},
                             {"taskDefinition", definition},
                             {"deploymentConfiguration", configuration}});
  if (!done) return done.error();
  return members::object(*done, "service");
}

/// Back to a revision, from wherever the deployment is.
answer take_back(session& s, const std::string& definition, const json::object& configuration) {
  const auto seen = look(s);
  if (!seen) return seen.error();
  const auto is = members::text(seen->service, "taskDefinition");
  auto w = wait_for(s, aim::back, 0);
  w.definition = definition;
  w.configuration = configuration;
  if (seen->now) w.deployment = seen->now->arn;
  // While old tasks are ended nothing can be rolled back any more: another deployment can.
  const bool ends = seen->now && seen->now->goes_on() && seen->now->stage == "CLEAN_UP";
  const bool busy = !ends && seen->now && (seen->now->goes_on() || seen->now->goes_back());
  if (!busy && is == definition) return under_way(finished(s, w), handle_of(w));
  if (busy && seen->now->goes_back()) return answer::started(handle_of(w), soon);
  if (busy && is != definition) {
    const auto done =
        seen->now->hook.empty() ? stop_deployment(s, *seen->now) : answer_pause(s, *seen->now, "ROLLBACK");
    if (!done) return done.error();
    return answer::started(handle_of(w), soon);
  }
  if (busy) {  // it goes there by itself
    w.to = aim::end;
    return answer::started(handle_of(w), soon);
  }
  w.to = aim::end;
  w.before = w.deployment;
  const auto made =
      deploy(s, definition, without_pauses(members::object(seen->service, "deploymentConfiguration")));
  if (!made) return made.error();
  w.deployment = members::text(*made, "currentServiceDeployment");
  return answer::started(handle_of(w), soon);
}

json::object launch_outputs(const session& s, const std::string& version, const json::object& service,
                            const std::string& definition) {
  return {{"version", version},
          {"instances", members::whole(service, "desiredCount")},
          {"task_definition", definition},
          {"colour", "blue"},
          {"service", s.at(colour::blue)}};
}

answer begin_launch(session& s, const picture& base) {
  const auto seen = look(s);
  if (!seen) return seen.error();
  const auto& before = base.fleets[colour::blue];
  if (!before) return s.refuse(errc::invalid_argument, "nothing is known of service " + s.at(colour::blue));
  const auto is = members::text(seen->service, "taskDefinition");
  const auto version = members::text(s.q.inputs, "version");
  auto image = members::text(s.q.inputs, "image");
  if (image.empty()) image = image_for(before->image, version);
  if (is != before->definition) {
    const auto described = describe_definition(s, is);
    if (!described) return described.error();
    if (tag_of(*described, effect_tag) != s.q.effect_key)
      return answer::conflict(s.q.component + ": somebody else deployed " + is + " to " + s.at(colour::blue) +
                                  " since " + before->definition + " was seen there",
                              json::object{{"expected", before->definition}, {"found", is}});
  }
  auto w = wait_for(s, aim::share, 0);
  if (is == before->definition) {
    if (seen->now && (seen->now->goes_on() || seen->now->goes_back()))
      return s.refuse(errc::conflict, "a deployment of the service is under way: " + seen->now->text());
    const auto configuration = with_pauses(*s.bound.native, seen->service);
    if (!configuration) return s.refuse(configuration.error().code, configuration.error().message);
    const auto revision = revision_for(s, place_of(s), is, image, version);
    if (!revision) return revision.error();
    w.before = members::text(seen->service, "currentServiceDeployment");
    w.outputs = launch_outputs(s, version, seen->service, *revision);
    // The same image again starts nothing and needs nothing.
    if (*revision == is)
      return s.refuse(errc::conflict, "the service runs " + image + " already; `scale` changes its count");
    const auto made = deploy(s, *revision, *configuration);
    if (!made) return made.error();
    w.deployment = members::text(*made, "currentServiceDeployment");
    return answer::started(handle_of(w), soon);
  }
  w.outputs = launch_outputs(s, version, seen->service, is);
  w.deployment = members::text(seen->service, "currentServiceDeployment");
  return answer::started(handle_of(w), soon);
}

answer resolve_launch(session& s, const picture& base) {
  const auto service = describe(s, place_of(s));
  if (!service) return service.error();
  const auto described = describe_definition(s, members::text(*service, "taskDefinition"));
  if (!described) return described.error();
  if (tag_of(*described, effect_tag) != s.q.effect_key) return answer::not_applied();
  return begin_launch(s, base);
}

answer ready_for(session& s, const std::string& definition) {
  const auto described = describe_definition(s, definition);
  if (!described) return described.error();
  const auto status = members::text(members::object(*described, "taskDefinition"), "status");
  if (status == "ACTIVE") return answer::done();
  return s.refuse(errc::failed, definition + " is " + status +
                                    " and cannot be deployed any more; register it again and release that");
}

answer begin_shift(session& s, const picture& base) {
  const auto weight = static_cast<int>(members::whole(s.q.inputs, "weight", -1));
  if (weight < 1 || weight > 100)
    return s.refuse(errc::invalid_argument, "weight must be a whole number from 1 to 100");
  const auto seen = look(s);
  if (!seen) return seen.error();
  const auto& then = base.fleets[colour::blue];
  const auto is = members::text(seen->service, "taskDefinition");
  if (then && then->definition != is)
    return answer::conflict(
        s.q.component + ": somebody else deployed " + is + " since " + then->definition + " was seen there",
        json::object{{"expected", then->definition}, {"found", is}});
  if (!seen->now) return s.refuse(errc::failed, "AWS shows no service deployment of " + s.at(colour::blue));
  const auto outputs = with_version(s, shift_outputs(s, seen->service, weight));
  if (!outputs) return outputs.error();
  auto w = wait_for(s, aim::share, weight);
  w.deployment = seen->now->arn;
  w.outputs = *outputs;
  const auto next = next_weight(*s.bound.native, seen->now->weight);
  if (seen->now->weight < weight && !seen->now->hook.empty() && next > weight)
    return s.refuse(errc::invalid_argument,
                    "the next step of the strategy brings " + std::to_string(next) +
                        "% of the requests, not " + std::to_string(weight) +
                        "%; let the plan's weights be those of `native` in the binding");
  return under_way(towards_share(s, w, *seen->now), handle_of(w));
}

answer resolve_shift(session& s, const picture& base) {
  const auto weight = static_cast<int>(members::whole(s.q.inputs, "weight", -1));
  const auto seen = look(s);
  if (!seen) return seen.error();
  if (!seen->now || (seen->now->goes_on() && !seen->now->hook.empty() && seen->now->weight < weight))
    return answer::not_applied();
  return begin_shift(s, base);
}

answer begin_retire(session& s) {
  const auto seen = look(s);
  if (!seen) return seen.error();
  const auto is = members::text(seen->service, "taskDefinition");
  const auto outputs = with_version(s, {{"task_definition", is},
                                        {"instances", members::whole(seen->service, "desiredCount")},
                                        {"colour", "blue"},
                                        {"service", s.at(colour::blue)}});
  if (!outputs) return outputs.error();
  auto w = wait_for(s, aim::end, 100);
  w.outputs = *outputs;
  w.outputs["task_definition"] = is;
  w.configuration = without_pauses(members::object(seen->service, "deploymentConfiguration"));
  if (!seen->now) return under_way(finished(s, w), handle_of(w));
  w.deployment = seen->now->arn;
  if (seen->now->goes_on() && seen->now->weight < 100)
    return s.refuse(errc::conflict, "the old version gets " + std::to_string(100 - seen->now->weight) +
                                        "% of the requests and is not retired");
  return under_way(towards_end(s, w, *seen->now), handle_of(w));
}

}  // namespace

bool is_native_handle(const json::value& handle) { return members::as_object(handle).contains("aim"); }

answer settle_native(session& s) {
  const auto w = wait_from(s.q.handle);
  if (s.q.stop.stop_requested()) return s.refuse(errc::cancelled, "the deployment is left as it is");
  const auto arn = arn_of(s, w);
  if (!arn) return arn.error();
  const auto now = stage_of(s, *arn);
  if (!now) return now.error();
  if (!*now) {
    if (s.on.now() - w.begun < catching_up)
      return answer::in_progress(-1, "the service deployment is not to be seen yet", soon);
    return given_up(s, "AWS shows no service deployment of " + s.at(colour::blue));
  }
  switch (w.to) {
    case aim::share: return towards_share(s, w, **now);
    case aim::end: return towards_end(s, w, **now);
    default: return towards_before(s, w, **now);
  }
}

answer native_launch(session& s, const picture& base) {
  const auto& before = base.fleets[colour::blue];
  if (s.q.what == verb::undo)
    return before ? take_back(s, before->definition, base.configuration)
                  : s.refuse(errc::invalid_argument, "nothing is known of service " + s.at(colour::blue));
  if (s.q.what == verb::ready && before) return ready_for(s, before->definition);
  if (s.q.what == verb::resolve) return resolve_launch(s, base);
  return begin_launch(s, base);
}

answer native_shift(session& s, const picture& base) {
  if (s.q.what == verb::undo) return take_back(s, most_of(base.served), {});
  if (s.q.what == verb::ready) return ready_for(s, most_of(base.served));
  if (s.q.what == verb::resolve) return resolve_shift(s, base);
  return begin_shift(s, base);
}

namespace {

answer undo_retire(session& s, const picture& base) {
  const auto seen = look(s);
  if (!seen) return seen.error();
  // As long as it is paused nothing was ended, and the undo of shift takes it all back.
  const bool whole = seen->now && seen->now->goes_on() && !seen->now->hook.empty();
  if (whole || base.former.empty()) return answer::done();
  return take_back(s, base.former, {});
}

}  // namespace

answer native_retire(session& s, const picture& base) {
  if (s.q.what == verb::undo) return undo_retire(s, base);
  if (s.q.what == verb::ready) return base.former.empty() ? answer::done() : ready_for(s, base.former);
  if (s.q.what != verb::resolve) return begin_retire(s);
  const auto seen = look(s);
  if (!seen) return seen.error();
  if (seen->now && seen->now->goes_on() && !seen->now->hook.empty()) return answer::not_applied();
  return begin_retire(s);
}

}  // namespace shipflow::ecs
