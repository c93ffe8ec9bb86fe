#include "engine/secrets.hpp"

#include <string_view>

namespace shipflow::engine_room {
namespace {

constexpr std::string_view opening = "${secret:";

result<std::string> reveal_text(std::string_view text, const secret_source& source,
                                std::vector<std::string>& seen) {
  std::string out;
  while (true) {
    const auto start = text.find(opening);
    const auto end = start == std::string_view::npos ? start : text.find('}', start);
    if (end == std::string_view::npos) break;
    const std::string name(text.substr(start + opening.size(), end - start - opening.size()));
    if (!source)
      return make_error(errc::not_found, "secret " + name + " cannot be read: no secret source was given");
    auto value = source(name);
    if (!value) return value.error();
    out += text.substr(0, start);
    out += *value;
    if (!value->empty()) seen.push_back(*value);
    text.remove_prefix(end + 1);
  }
  out += text;
  return out;
}

result<void> reveal_object(json::object& o, const secret_source& source, std::vector<std::string>& seen) {
  for (auto& member : o) {
    auto value = reveal(member.value(), source, seen);
    if (!value) return value.error();
    member.value() = std::move(*value);
  }
  return {};
}

}  // namespace

result<json::value> reveal(const json::value& value, const secret_source& source,
                           std::vector<std::string>& seen) {
  if (const auto* text = value.if_string()) {
    auto revealed = reveal_text(std::string_view(*text), source, seen);
    if (!revealed) return revealed.error();
    return json::value(json::string(*revealed));
  }
  if (const auto* array = value.if_array()) {
    json::array out;
    for (const auto& item : *array) {
      auto revealed = reveal(item, source, seen);
      if (!revealed) return revealed;
      out.push_back(std::move(*revealed));
    }
    return json::value(std::move(out));
  }
  if (const auto* object = value.if_object()) {
    auto copy = *object;
    if (auto revealed = reveal_object(copy, source, seen); !revealed) return revealed.error();
    return json::value(std::move(copy));
  }
  return value;
}

result<void> reveal(request& q, const secret_source& source) {
  if (auto done = reveal_object(q.target, source, q.secrets); !done) return done;
  if (auto done = reveal_object(q.inputs, source, q.secrets); !done) return done;
  auto baseline = reveal(q.baseline, source, q.secrets);
  if (!baseline) return baseline.error();
  q.baseline = std::move(*baseline);
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
  a.value = redact(a.value, secrets);
  a.text = redact(std::move(a.text), secrets);
  a.problem.message = redact(std::move(a.problem.message), secrets);
  a.problem.place = redact(std::move(a.problem.place), secrets);
  return a;
}

void wipe(std::vector<std::string>& secrets) {
  for (auto& secret : secrets) {
    volatile char* bytes = secret.data();
    for (std::size_t i = 0; i < secret.size(); ++i) bytes[i] = 0;
  }
  secrets.clear();
}

}  // namespace shipflow::engine_room
