#include "source/placeholders.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

namespace shipflow::sources {
namespace {

constexpr std::array<std::string_view, 5> known{"version", "arm", "slot", "component", "environment"};

bool harmless(unsigned char c) {
  const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return word || std::string_view("._+:/@-").find(static_cast<char>(c)) != std::string_view::npos;
}

std::string seconds(duration d) {
  const auto ms = d.count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + "s" : std::to_string(ms) + "ms";
}

std::string value_of(std::string_view name, const metric_request& q) {
  if (name == "version") return q.version;
  if (name == "arm") return q.arm;
  if (name == "component") return q.component;
  return name == "environment" ? q.environment : seconds(q.until - q.from);
}

// Walks the text; `replace` gives what stands for a known name.
result<std::string> walk(std::string_view text,
                         const std::function<result<std::string>(std::string_view)>& replace) {
  std::string out;
  while (true) {
    const auto at = text.find("${");
    const auto end = at == std::string_view::npos ? at : text.find('}', at);
    if (end == std::string_view::npos) break;
    const auto name = text.substr(at + 2, end - at - 2);
    out += text.substr(0, at);
    if (name.starts_with("secret:")) {
      out += text.substr(at, end + 1 - at);
    } else if (std::find(known.begin(), known.end(), name) == known.end()) {
      return make_error(errc::invalid_argument, "`${" + std::string(name) +
                                                    "}` is not known here, known are version, arm, slot, "
                                                    "component and environment");
    } else {
      auto value = replace(name);
      if (!value) return value;
      out += *value;
    }
    text.remove_prefix(end + 1);
  }
  out += text;
  return out;
}

}  // namespace

result<std::string> fill(std::string_view text, const metric_request& q) {
  return walk(text, [&](std::string_view name) -> result<std::string> {
    auto value = value_of(name, q);
    if (value.empty())
      return make_error(errc::invalid_argument,
                        "there is no " + std::string(name) + " behind the arm " + q.arm);
    if (!std::all_of(value.begin(), value.end(),
                     [](char c) { return harmless(static_cast<unsigned char>(c)); }))
      return make_error(errc::invalid_argument,
                        std::string(name) + " \"" + value + "\" has characters that cannot stand in a query");
    return value;
  });
}

result<void> check_placeholders(std::string_view text) {
  const auto walked = walk(text, [](std::string_view) -> result<std::string> { return std::string{}; });
  if (!walked) return walked.error();
  return {};
}

}  // namespace shipflow::sources
