#include "provider/ecs/services.hpp"

#include "base/members.hpp"

#include <algorithm>
#include <array>

namespace shipflow::ecs {
namespace {

// Members of a description that RegisterTaskDefinition does not take.
constexpr std::array<const char*, 9> of_aws{"taskDefinitionArn",  "revision",        "status",
                                            "requiresAttributes", "compatibilities", "registeredAt",
                                            "registeredBy",       "deregisteredAt",  "deleteRequestedAt"};

// A tag or digest begins after the last slash; a colon before it belongs to a port.
std::size_t end_of_repository(const std::string& image) {
  const auto slash = image.find_last_of('/');
  const auto from = slash == std::string::npos ? 0 : slash;
  return std::min(image.find('@', from), image.find(':', from));
}

void set_tag(json::array& tags, const char* key, const std::string& value) {
  for (auto& t : tags)
    if (t.is_object() && members::text(t.get_object(), "key") == key) {
      t.get_object()["value"] = value;
      return;
    }
  tags.push_back(json::object{{"key", key}, {"value", value}});
}

}  // namespace

got<json::object> describe(session& s, const place& at) {
  auto got = s.read(aws::ecs, "DescribeServices",
                    {{"cluster", at.cluster}, {"services", json::array{json::string(at.service)}}});
  if (!got) return got.error();
  for (const auto& found : members::list(*got, "services")) {
    const auto& o = members::as_object(found);
    const auto status = members::text(o, "status");
    if (status == "ACTIVE") return o;
    return s.refuse(errc::failed, "service " + at.cluster + "/" + at.service + " is " + status);
  }
  return s.refuse(errc::not_found, "there is no service " + at.service + " in cluster " + at.cluster);
}

got<json::object> describe_definition(session& s, const std::string& name) {
  return s.read(aws::ecs, "DescribeTaskDefinition",
                {{"taskDefinition", name}, {"include", json::array{"TAGS"}}});
}

result<std::string> container_of(const binding& b, const place& at, const json::object& definition) {
  const auto& all = members::list(definition, "containerDefinitions");
  std::string names;
  for (const auto& c : all) {
    const auto name = members::text(members::as_object(c), "name");
    if (name == b.container || (b.container.empty() && (name == at.service || all.size() == 1))) return name;
    names += (names.empty() ? "" : ", ") + name;
  }
  return make_error(errc::invalid_argument, "the task definition of " + at.service + " has no container " +
                                                (b.container.empty() ? "of that name" : b.container) +
                                                "; name one of " + names + " as `container` in the binding");
}

std::string image_of(const json::object& definition, const std::string& container) {
  for (const auto& c : members::list(definition, "containerDefinitions"))
    if (members::text(members::as_object(c), "name") == container)
      return members::text(members::as_object(c), "image");
  return {};
}

std::string image_for(const std::string& present, const std::string& version) {
  return present.substr(0, end_of_repository(present)) + ":" + version;
}

std::string version_of(const std::string& image) {
  const auto end = end_of_repository(image);
  return end == std::string::npos ? std::string{} : image.substr(end + 1);
}

json::object with_image(const json::object& described, const std::string& container,
                        const std::string& image) {
  auto out = members::object(described, "taskDefinition");
  for (const auto* name : of_aws) out.erase(name);
  if (auto* all = out.if_contains("containerDefinitions"); all != nullptr && all->is_array())
    for (auto& c : all->get_array())
      if (c.is_object() && members::text(c.get_object(), "name") == container)
        c.get_object()["image"] = image;
  if (const auto& tags = members::list(described, "tags"); !tags.empty()) out["tags"] = tags;
  return out;
}

std::string tag_of(const json::object& described, std::string_view key) {
  for (const auto& t : members::list(described, "tags"))
    if (members::text(members::as_object(t), "key") == key)
      return members::text(members::as_object(t), "value");
  return {};
}

got<std::string> revision_for(session& s, const place& at, const std::string& present,
                              const std::string& image, const std::string& version) {
  const auto now = describe_definition(s, present);
  if (!now) return now.error();
  const auto& definition = members::object(*now, "taskDefinition");
  const auto container = container_of(s.bound, at, definition);
  if (!container) return answer::failed(container.error());
  if (image_of(definition, *container) == image) return present;
  const auto newest = describe_definition(s, members::text(definition, "family"));
  if (!newest) return newest.error();
  if (tag_of(*newest, effect_tag) == s.q.effect_key)
    return members::text(members::object(*newest, "taskDefinition"), "taskDefinitionArn");
  auto wanted = with_image(*now, *container, image);
  json::array tags = members::list(wanted, "tags");
  set_tag(tags, effect_tag, s.q.effect_key);
  set_tag(tags, version_tag, version);
  wanted["tags"] = std::move(tags);
  const auto made = s.write(aws::ecs, "RegisterTaskDefinition", std::move(wanted));
  if (!made) return made.error();
  return members::text(members::object(*made, "taskDefinition"), "taskDefinitionArn");
}

}  // namespace shipflow::ecs
