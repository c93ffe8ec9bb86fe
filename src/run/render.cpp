// Values between steps: `${steps.<id>.<path>}` in inputs and conditions.
#include "plan/when.hpp"
#include "run/body.hpp"
#include "run/decision.hpp"

namespace shipflow::run {
namespace {

constexpr std::string_view opening = "${steps.";

error unresolved(std::string_view reference, const std::string& why) {
  return make_error(errc::invalid_document, "${" + std::string(reference) + "} has no value: " + why);
}

result<json::value> look_up(const run_state& s, std::string_view reference) {
  const auto path = reference.substr(6);
  const auto dot = path.find('.');
  const auto id = path.substr(0, dot);
  const auto found = s.index.find(id);
  if (found == s.index.end()) return unresolved(reference, "there is no such step");
  const auto& step = s.steps[found->second];
  if (step.status == step_status::skipped) return json::value{};
  if (step.status != step_status::done) return unresolved(reference, "the step has no outputs yet");
  const json::value* value = &step.outputs;
  auto rest = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  while (!rest.empty()) {
    const auto next = rest.find('.');
    const auto key = rest.substr(0, next);
    const auto* object = value->if_object();
    value = object == nullptr ? nullptr : object->if_contains(json::string_view(key.data(), key.size()));
    if (value == nullptr) return unresolved(reference, "the step gave no \"" + std::string(key) + "\"");
    rest = next == std::string_view::npos ? std::string_view{} : rest.substr(next + 1);
  }
  return *value;
}

std::string as_text(const json::value& v) {
  if (v.is_string()) return std::string(v.get_string());
  return v.is_null() ? std::string{} : json::serialize(v);
}

result<json::value> render_text(const run_state& s, std::string_view text) {
  std::string out;
  while (true) {
    const auto start = text.find(opening);
    if (start == std::string_view::npos) break;
    const auto end = text.find('}', start);
    if (end == std::string_view::npos) break;
    auto value = look_up(s, text.substr(start + 2, end - start - 2));
    if (!value) return value.error();
    // A text that is nothing but one reference keeps the type of its value.
    if (start == 0 && end + 1 == text.size() && out.empty()) return value;
    out += text.substr(0, start);
    out += as_text(*value);
    text.remove_prefix(end + 1);
  }
  out += text;
  return json::value(json::string(out));
}

}  // namespace

result<json::value> render(const run_state& s, const json::value& value) {
  if (value.is_string()) return render_text(s, std::string_view(value.get_string()));
  if (const auto* array = value.if_array()) {
    json::array out;
    for (const auto& item : *array) {
      auto rendered = render(s, item);
      if (!rendered) return rendered;
      out.push_back(std::move(*rendered));
    }
    return json::value(std::move(out));
  }
  if (const auto* object = value.if_object()) {
    json::object out;
    for (const auto& member : *object) {
      auto rendered = render(s, member.value());
      if (!rendered) return rendered;
      out.emplace(member.key(), std::move(*rendered));
    }
    return json::value(std::move(out));
  }
  return value;
}

result<bool> holds(const run_state& s, step_index i) {
  const auto& when = s.what->steps[i].when;
  if (when.is_null()) return true;
  const auto placed = [](error e) {
    e.message = "`when`: " + e.message;
    return e;
  };
  auto rendered = render(s, when);
  if (!rendered) return placed(rendered.error());
  if (rendered->is_object()) {
    const auto decided = planning::decide_when(*rendered);
    if (!decided) return placed(decided.error());
    return *decided;
  }
  const bool negated = rendered->is_string() && rendered->get_string().starts_with("!");
  auto text = as_text(*rendered);
  if (negated) text.erase(0, 1);
  const bool truth = !(text.empty() || text == "false" || text == "0" || text == "null");
  return truth != negated;
}

json::value lasting(const json::value& baseline) {
  const auto* object = baseline.if_object();
  const auto* restores = object == nullptr ? nullptr : object->if_contains("restores");
  return restores == nullptr ? baseline : *restores;
}

}  // namespace shipflow::run
