// Secrets are fetched when a request is written and removed from every answer before it is
// stored: plans and facts hold `${secret:NAME}` only.
#pragma once

#include <shipflow/provider.hpp>

#include <map>
#include <string>
#include <vector>

namespace shipflow::engine_room {

/// Values by name of the secret.
using secret_values = std::map<std::string, std::string>;

/// Names of the secrets that a value, or a request, refers to; sorted, each once.
[[nodiscard]] std::vector<std::string> secret_names(const json::value& value);
[[nodiscard]] std::vector<std::string> secret_names(const request& q);

/// Puts secret values into target, inputs and baseline of a request, lists them in `q.secrets` and
/// `q.named_secrets`, and keeps the target as it was in `q.written`. An unknown secret is an error
/// naming it.
[[nodiscard]] result<void> reveal(request& q, const secret_values& known);
/// Puts secret values into what a guard asks for; the error of `known` when there is one.
[[nodiscard]] result<void> reveal_spec(json::object& spec, const result<secret_values>& known,
                                       std::vector<std::string>& seen);

/// Replaces every occurrence of a secret by "***", in texts, keys and nested values.
[[nodiscard]] std::string redact(std::string text, const std::vector<std::string>& secrets);
[[nodiscard]] json::value redact(const json::value& value, const std::vector<std::string>& secrets);
[[nodiscard]] answer redact(answer a, const std::vector<std::string>& secrets);

/// Replaces outputs by "***" and adds their texts to `secrets`, since they may show up elsewhere too.
void hide_outputs(answer& a, const std::vector<std::string>& names, std::vector<std::string>& secrets);

/// Overwrites the values before they are freed.
void wipe(std::vector<std::string>& secrets);
void wipe(secret_values& secrets);

}  // namespace shipflow::engine_room
