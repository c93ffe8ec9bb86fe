// launch of a service whose traffic ECS shifts itself: begins the deployment and waits for its first pause.
#include "base/members.hpp"
#include "provider/ecs/actions.hpp"
#include "provider/ecs/native_wait.hpp"

namespace shipflow::ecs {
namespace {

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
    return answer::started(handle_of(w), look_soon);
  }
  w.outputs = launch_outputs(s, version, seen->service, is);
  w.deployment = members::text(seen->service, "currentServiceDeployment");
  return answer::started(handle_of(w), look_soon);
}

answer resolve_launch(session& s, const picture& base) {
  const auto service = describe(s, place_of(s));
  if (!service) return service.error();
  const auto described = describe_definition(s, members::text(*service, "taskDefinition"));
  if (!described) return described.error();
  if (tag_of(*described, effect_tag) != s.q.effect_key) return answer::not_applied();
  return begin_launch(s, base);
}

}  // namespace

answer native_launch(session& s, const picture& base) {
  const auto& before = base.fleets[colour::blue];
  if (s.q.what == verb::undo)
    return before ? take_back(s, before->definition, base.configuration)
                  : s.refuse(errc::invalid_argument, "nothing is known of service " + s.at(colour::blue));
  if (s.q.what == verb::ready && before) return ready_for(s, before->definition);
  if (s.q.what == verb::resolve) return resolve_launch(s, base);
  return begin_launch(s, base);
}

}  // namespace shipflow::ecs
