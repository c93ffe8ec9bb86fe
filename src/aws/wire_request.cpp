#include "aws/wire_request.hpp"

#include "http/url.hpp"

#include <algorithm>

namespace shipflow::aws {

std::string key_path(std::string_view key) {
  std::string out = "/";
  while (!key.empty()) {
    const auto slash = std::min(key.find('/'), key.size());
    out += http::percent_encoded(key.substr(0, slash));
    if (slash < key.size()) out += '/';
    key.remove_prefix(std::min(slash + 1, key.size()));
  }
  return out;
}

std::string filled(std::string_view pattern,
                   std::initializer_list<std::pair<std::string_view, std::string_view>> labels) {
  std::string out;
  while (!pattern.empty()) {
    const auto open = std::min(pattern.find('{'), pattern.size());
    out += pattern.substr(0, open);
    pattern.remove_prefix(open);
    const auto close = pattern.find('}');
    if (close == std::string_view::npos) return out += pattern;
    const auto name = pattern.substr(1, close - 1);
    const auto* const given =
        std::find_if(labels.begin(), labels.end(), [&](const auto& label) { return label.first == name; });
    out += given == labels.end() ? std::string(pattern.substr(0, close + 1))
                                 : http::percent_encoded(given->second);
    pattern.remove_prefix(close + 1);
  }
  return out;
}

std::string query_text(const query_list& query) {
  std::string out;
  for (const auto& [name, value] : query) {
    out += out.empty() ? '?' : '&';
    out += http::percent_encoded(name);
    if (!value.empty()) out += "=" + http::percent_encoded(value);
  }
  return out;
}

}  // namespace shipflow::aws
