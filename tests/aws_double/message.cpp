#include "message.hpp"

#include <algorithm>
#include <ctime>

namespace tests {
namespace {

std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string http_date() {
  const auto now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[40];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

}  // namespace

std::string message::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

message read_message(const std::string& bytes) {
  message m;
  const auto end = bytes.find("\r\n\r\n");
  m.body = bytes.substr(end + 4);
  std::size_t at = bytes.find("\r\n");
  const auto first = bytes.substr(0, at);
  m.method = first.substr(0, first.find(' '));
  m.target = first.substr(m.method.size() + 1, first.rfind(' ') - m.method.size() - 1);
  while (at < end) {
    const auto next = bytes.find("\r\n", at + 2);
    const auto line = bytes.substr(at + 2, next - at - 2);
    const auto colon = line.find(':');
    m.headers.emplace_back(lower(line.substr(0, colon)),
                           line.substr(std::min(line.size(), line.find_first_not_of(' ', colon + 1))));
    at = next;
  }
  return m;
}

std::string response(int status, const std::string& type, const std::string& body, const header_list& more) {
  auto out = "HTTP/1.1 " + std::to_string(status) + (status < 300 ? " OK" : " Error") +
             "\r\nContent-Type: " + type + "\r\nDate: " + http_date() +
             "\r\nx-amzn-RequestId: 00000000-double\r\nContent-Length: " + std::to_string(body.size());
  for (const auto& [name, value] : more) out += "\r\n" + name + ": " + value;
  return out + "\r\n\r\n" + body;
}

}  // namespace tests
