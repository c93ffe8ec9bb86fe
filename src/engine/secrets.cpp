#include "engine/secrets.hpp"

#include <set>
#include <string_view>

namespace shipflow::engine_room {
namespace {

constexpr std::string_view opening = "${secret:";

result<std::string> reveal_text(std::string_view text, const secret_values& known,
                                std::vector<std::string>& seen) {
  std::string out;
  while (true) {
    const auto start = text.find(opening);
    const auto end = start == std::string_view::npos ? start : text.find('}', start);
    if (end == std::string_view::npos) break;
    const std::string name(text.substr(start + opening.size(), end - start - opening.size()));
    const auto value = known.find(name);
    if (value == known.end()) return make_error(errc::not_found, "secret " + name + " was not fetched");
    out += text.substr(0, start);
    out += value->second;
    if (!value->second.empty()) seen.push_back(value->second);
    text.remove_prefix(end + 1);
  }
  out += text;
  return out;
}

void collect(const json::value& value, std::set<std::string>& names);

void collect(std::string_view text, std::set<std::string>& names) {
  for (auto start = text.find(opening); start != std::string_view::npos; start = text.find(opening, start)) {
    start += opening.size();
    const auto end = text.find('}', start);
    if (end == std::string_view::npos) return;
    names.emplace(text.substr(start, end - start));
  }
}

void collect(const json::object& o, std::set<std::string>& names) {
  for (const auto& member : o) collect(member.value(), names);
}

void collect(const json::value& value, std::set<std::string>& names) {
  if (const auto* text = value.if_string()) collect(std::string_view(*text), names);
  if (const auto* object = value.if_object()) collect(*object, names);
  if (const auto* array = value.if_array())
    for (const auto& item : *array) collect(item, names);
}

result<json::value> reveal(const json::value& value, const secret_values& known,
                           std::vector<std::string>& seen);

result<void> reveal_object(json::object& o, const secret_values& known, std::vector<std::string>& seen) {
  for (auto& member : o) {
    auto value = reveal(member.value(), known, seen);
    if (!value) return value.error();
    member.value() = std::move(*value);
  }
  return {};
}

result<json::value> reveal(const json::value& value, const secret_values& known,
                           std::vector<std::string>& seen) {
  if (const auto* text = value.if_string()) {
    auto revealed = reveal_text(std::string_view(*text), known, seen);
    if (!revealed) return revealed.error();
    return json::value(json::string(*revealed));
  }
  if (const auto* array = value.if_array()) {
    json::array out;
    for (const auto& item : *array) {
      auto revealed = reveal(item, known, seen);
      if (!revealed) return revealed;
      out.push_back(std::move(*revealed));
    }
    return json::value(std::move(out));
  }
  if (const auto* object = value.if_object()) {
    auto copy = *object;
    if (auto revealed = reveal_object(copy, known, seen); !revealed) return revealed.error();
    return json::value(std::move(copy));
  }
  return value;
}

void wipe(std::string& secret) {
  volatile char* bytes = secret.data();
  for (std::size_t i = 0; i < secret.size(); ++i) bytes[i] = 0;
}

}  // namespace

std::vector<std::string> secret_names(const json::value& value) {
  std::set<std::string> names;
  collect(value, names);
  return {names.begin(), names.end()};
}

std::vector<std::string> secret_names(const request& q) {
  std::set<std::string> names;
  collect(q.target, names);
  collect(q.inputs, names);
  collect(q.baseline, names);
  return {names.begin(), names.end()};
}

result<void> reveal_spec(json::object& spec, const result<secret_values>& known,
                         std::vector<std::string>& seen) {
  if (!known) return known.error();
  return known->empty() ? result<void>() : reveal_object(spec, *known, seen);
}

result<void> reveal(request& q, const secret_values& known) {
  const auto names = secret_names(q);
  if (names.empty()) return {};
  auto written = q.target;
  if (auto done = reveal_object(q.target, known, q.secrets); !done) return done;
  if (auto done = reveal_object(q.inputs, known, q.secrets); !done) return done;
  auto baseline = reveal(q.baseline, known, q.secrets);
  if (!baseline) return baseline.error();
  q.baseline = std::move(*baseline);
  for (const auto& name : names) q.named_secrets[name] = known.at(name);
  q.written = std::move(written);
  return {};
}

std::string redact(std::string text, const std::vector<std::string>& secrets) {
  for (const auto& secret : secrets) {
    if (secret.empty()) continue;
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3))
      text.replace(at, secret.size(), "***");
  }
  return text;
}

json::value redact(const json::value& value, const std::vector<std::string>& secrets) {
  if (secrets.empty()) return value;
  if (const auto* text = value.if_string())
    return json::value(json::string(redact(std::string(*text), secrets)));
  if (const auto* array = value.if_array()) {
    json::array out;
    for (const auto& item : *array) out.push_back(redact(item, secrets));
    return out;
  }
  if (const auto* object = value.if_object()) {
    json::object out;
    for (const auto& member : *object)
      out.emplace(redact(std::string(member.key()), secrets), redact(member.value(), secrets));
    return out;
  }
  return value;
}

answer redact(answer a, const std::vector<std::string>& secrets) {
  if (secrets.empty()) return a;
  a.value = redact(a.value, secrets);
  a.text = redact(std::move(a.text), secrets);
  a.problem.message = redact(std::move(a.problem.message), secrets);
  a.problem.place = redact(std::move(a.problem.place), secrets);
  return a;
}

void hide_outputs(answer& a, const std::vector<std::string>& names, std::vector<std::string>& secrets) {
  auto* outputs = a.value.if_object();
  if (outputs == nullptr) return;
  for (const auto& name : names) {
    auto* value = outputs->if_contains(name);
    if (value == nullptr) continue;
    if (const auto* text = value->if_string()) secrets.emplace_back(*text);
    *value = "***";
  }
}

void wipe(std::vector<std::string>& secrets) {
  for (auto& secret : secrets) wipe(secret);
  secrets.clear();
}

void wipe(secret_values& secrets) {
  for (auto& [name, secret] : secrets) wipe(secret);
  secrets.clear();
}

}  // namespace shipflow::engine_room
