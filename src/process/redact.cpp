#include "process/redact.hpp"

#include <algorithm>

namespace shipflow::process {
namespace {

constexpr std::size_t shortest_line = 8;

void add_lines(std::string_view secret, std::vector<std::string>& out) {
  while (!secret.empty()) {
    const auto end = std::min(secret.find_first_of("\r\n"), secret.size());
    if (end >= shortest_line) out.emplace_back(secret.substr(0, end));
    secret.remove_prefix(std::min(end + 1, secret.size()));
  }
}

}  // namespace

redactor::redactor(const std::vector<std::string>& secrets) {
  for (const auto& secret : secrets) {
    if (secret.empty()) continue;
    secrets_.push_back(secret);
    if (secret.find_first_of("\r\n") != std::string::npos) add_lines(secret, secrets_);
  }
  std::sort(secrets_.begin(), secrets_.end(),
            [](const auto& a, const auto& b) { return a.size() != b.size() ? a.size() > b.size() : a < b; });
  secrets_.erase(std::unique(secrets_.begin(), secrets_.end()), secrets_.end());
  for (const auto& secret : secrets_) first_bytes_.set(static_cast<unsigned char>(secret.front()));
}

std::string redactor::feed(std::string_view bytes) {
  held_ += bytes;
  return scan(ending::more_may_come);
}

std::string redactor::finish() { return scan(ending::final); }

std::string redactor::scan(ending how) {
  std::string out;
  const std::string_view text = held_;
  std::size_t at = 0;
  while (at < text.size()) {
    if (!first_bytes_.test(static_cast<unsigned char>(text[at]))) {
      out += text[at++];
      continue;
    }
    const auto rest = text.substr(at);
    // Longest first: a secret that may still become whole wins over a shorter one that is.
    const auto may_match = [&](const std::string& secret) {
      return rest.starts_with(secret) ||
             (how == ending::more_may_come && std::string_view(secret).starts_with(rest));
    };
    const auto found = std::find_if(secrets_.begin(), secrets_.end(), may_match);
    if (found == secrets_.end()) {
      out += text[at++];
    } else if (found->size() > rest.size()) {
      break;
    } else {
      out += "***";
      at += found->size();
    }
  }
  held_.erase(0, at);
  return out;
}

std::string redactor::apply(std::string_view text, const std::vector<std::string>& secrets) {
  redactor all(secrets);
  auto out = all.feed(text);
  return out + all.finish();
}

}  // namespace shipflow::process
