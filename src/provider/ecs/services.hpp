// Services and their task definitions, read and written.
#pragma once

#include "provider/ecs/session.hpp"

namespace shipflow::ecs {

/// The service of a colour. `failed` with `not_found` when there is none.
[[nodiscard]] got<json::object> describe(session& s, const place& at);
/// {taskDefinition, tags}
[[nodiscard]] got<json::object> describe_definition(session& s, const std::string& name);

/// Name of the container that gets the image: the binding's, the service's, or the only one there is.
[[nodiscard]] result<std::string> container_of(const binding& b, const place& at,
                                               const json::object& definition);
[[nodiscard]] std::string image_of(const json::object& definition, const std::string& container);
/// "repository:1.5.0" for the version, from an image with any tag or digest.
[[nodiscard]] std::string image_for(const std::string& present, const std::string& version);
[[nodiscard]] std::string version_of(const std::string& image);

/// What RegisterTaskDefinition takes to make the same again with another image: everything is copied but
/// what AWS adds by itself. `described` is {taskDefinition, tags}.
[[nodiscard]] json::object with_image(const json::object& described, const std::string& container,
                                      const std::string& image);

/// Tags that shipflow puts on a revision: which effect made it, and for which version.
inline constexpr const char* effect_tag = "shipflow:effect";
inline constexpr const char* version_tag = "shipflow:version";
[[nodiscard]] std::string tag_of(const json::object& described, std::string_view key);

/// The revision with that image for a service: the present one when it has it already, the one this effect
/// registered before, or a new one. Its ARN.
[[nodiscard]] got<std::string> revision_for(session& s, const place& at, const std::string& present,
                                            const std::string& image, const std::string& version);

}  // namespace shipflow::ecs
