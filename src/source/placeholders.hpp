// `${version}`, `${arm}`, `${slot}`, `${component}` and `${environment}` in the texts of a spec.
#pragma once

#include <shipflow/probe.hpp>

#include <string>
#include <string_view>

namespace shipflow::sources {

/// The text with its placeholders replaced; `${slot}` is the slot's length in seconds ("60s"). Values
/// are limited to letters, digits and `._+:/@-`, so that none can break out of the text around it.
/// Errors: an unknown placeholder, a value with other characters. An empty value (no version behind
/// the arm "fleet") is an error where it is asked for. `${secret:NAME}` is left alone.
[[nodiscard]] result<std::string> fill(std::string_view text, const metric_request& q);

/// As `fill`, at compile time, when there is no version yet: only unknown placeholders are errors.
[[nodiscard]] result<void> check_placeholders(std::string_view text);

}  // namespace shipflow::sources
