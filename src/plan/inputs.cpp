#include "plan/inputs.hpp"

#include "plan/hint.hpp"
#include "plan/ranges.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace shipflow::planning {
namespace {

// Only a text that is wholly a number counts; "10 " and "0x1" do not.
template <class Number>
std::optional<Number> number_in(const json::string& text) {
  Number number{};
  const auto* end = text.data() + text.size();
  const auto [rest, ec] = std::from_chars(text.data(), end, number);
  if (ec != std::errc{} || rest != end) return std::nullopt;
  return number;
}

// Text out of `${}` becomes what the action wants; anything else stays for the check to refuse.
void read_as(const std::string& type, json::value& value) {
  if (type == "string" && (value.is_number() || value.is_bool())) {
    value = text_of(value);
    return;
  }
  const auto* text = value.if_string();
  if (text == nullptr) return;
  if (type == "boolean" && (*text == "true" || *text == "false"))
    value = *text == "true";
  else if (type == "integer") {
    if (const auto number = number_in<std::int64_t>(*text)) value = *number;
  } else if (type == "number") {
    if (const auto number = number_in<double>(*text)) value = *number;
  }
}

// Why the value is not of the type, or empty.
std::string wrong_type(const std::string& type, const json::value& value) {
  if (type == "any") return {};
  if (type == "string") return value.is_string() ? "" : "must be text; put it in quotes";
  if (type == "integer") return value.is_int64() ? "" : "must be a whole number";
  if (type == "number") return value.is_number() ? "" : "must be a number";
  if (type == "boolean") return value.is_bool() ? "" : "must be true or false";
  if (type == "object") return value.is_object() ? "" : "must be a mapping";
  if (type == "duration") {
    const auto* text = value.if_string();
    if (text == nullptr) return "must be a duration such as 30s";
    const auto read = parse_duration(std::string_view(*text));
    return read ? "" : read.error().message;
  }
  if (type != "strings") return {};
  const auto* list = value.if_array();
  if (list == nullptr) return "must be a list of strings";
  const bool all = std::all_of(list->begin(), list->end(), [](const auto& item) { return item.is_string(); });
  return all ? "" : "must be a list of strings; put numbers in quotes";
}

// Why the value does not fit, or empty. How large a secret is, is nobody's business here.
std::string misfit(const field_spec& field, const json::value& value) {
  if (is_deferred(value)) return {};
  auto why = wrong_type(field.type, value);
  return why.empty() && !field.sensitive ? out_of_ranges(field, value) : why;
}

// A place that a secret is fetched from, not the secret itself.
bool is_secret(const json::value& value) {
  const auto* text = value.if_string();
  return text != nullptr && text->find("${secret:") != json::string::npos;
}

// Items of a list are texts too when the list came out of references.
void read_items(json::value& value) {
  auto* list = value.if_array();
  if (list == nullptr) return;
  for (auto& item : *list) read_as("string", item);
}

void take(const field_spec& field, given_input& input, json::object& to, diagnostics& out) {
  if (input.templated) read_as(field.type, input.value);
  if (input.templated && field.type == "strings") read_items(input.value);
  if (input.broken) return;
  if (const auto why = misfit(field, input.value); !why.empty()) {
    out.error(input.at->place, input.at->pointer, "`" + field.name + "` " + why);
    return;
  }
  if (field.sensitive && !is_secret(input.value)) {
    out.error(input.at->place, input.at->pointer,
              "`" + field.name + "` is secret: give it by a variable marked `secret: true`");
    return;
  }
  to[field.name] = std::move(input.value);
}

std::string resource_word(std::string_view name, const std::string& component, const std::string& environment,
                          const json::object& target, const json::object& inputs) {
  if (name == "component") return component;
  if (name == "environment") return environment;
  if (const auto* value = inputs.if_contains(name)) return text_of(*value);
  if (const auto* value = target.if_contains(name)) return text_of(*value);
  return {};
}

}  // namespace

bool takes(const action_spec& spec, std::string_view input) {
  return std::any_of(spec.inputs.begin(), spec.inputs.end(),
                     [&](const auto& field) { return field.name == input; });
}

bool takes_any(const action_spec& spec) { return takes(spec, "*"); }

json::object checked_inputs(const action_spec& spec, std::vector<given_input> given, const node& at,
                            diagnostics& out) {
  json::object to;
  for (const auto& field : spec.inputs) {
    const auto found =
        std::find_if(given.begin(), given.end(), [&](const auto& g) { return g.name == field.name; });
    if (found != given.end())
      take(field, *found, to, out);
    else if (field.required)
      out.error(at.place, at.pointer, "action `" + spec.name + "` needs `" + field.name + "`");
  }
  for (auto& input : given) {
    if (input.name != "*" && takes(spec, input.name)) continue;
    if (takes_any(spec)) {
      to[input.name] = std::move(input.value);
      continue;
    }
    out.error(
        input.at->place, input.at->pointer,
        "action `" + spec.name + "` has no input `" + input.name + "`" + hint(out, input.name, spec.inputs));
  }
  return to;
}

std::vector<std::string> resources_of(const action_spec& spec, const std::string& component,
                                      const std::string& environment, const json::object& target,
                                      const json::object& inputs) {
  std::vector<std::string> out;
  for (const auto& written : spec.resources) {
    std::string text;
    std::size_t at = 0;
    while (at < written.size()) {
      const auto open = written.find("${", at);
      const auto close = open == std::string::npos ? open : written.find('}', open);
      if (close == std::string::npos) break;
      text.append(written, at, open - at);
      text += resource_word(std::string_view(written).substr(open + 2, close - open - 2), component,
                            environment, target, inputs);
      at = close + 1;
    }
    text.append(written, at);
    if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
  }
  return out;
}

}  // namespace shipflow::planning
