#include "world/github/text.hpp"

#include "base/members.hpp"

#include <algorithm>
#include <charconv>

namespace shipflow::hub {
namespace {

std::size_t number(const std::string& text, std::size_t usual) {
  std::size_t out = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), out);
  return bad == std::errc{} && end == text.data() + text.size() && out > 0 ? out : usual;
}

}  // namespace

std::string decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int byte = 0;
    const bool escape =
        text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3;
    out += escape ? static_cast<char>(byte) : text[i];
    i += escape ? 2 : 0;
  }
  return out;
}

std::string parameter(const std::string& query, const std::string& name) {
  for (std::size_t at = 0; at < query.size();) {
    const auto end = std::min(query.find('&', at), query.size());
    const auto one = query.substr(at, end - at);
    if (one.starts_with(name + "=")) return decoded(one.substr(name.size() + 1));
    at = end + 1;
  }
  return {};
}

std::string with_page(const std::string& query, std::size_t page) {
  std::string out;
  for (std::size_t at = 0; at < query.size();) {
    const auto end = std::min(query.find('&', at), query.size());
    if (const auto one = query.substr(at, end - at); !one.starts_with("page=")) out += one + "&";
    at = end + 1;
  }
  return out + "page=" + std::to_string(page);
}

page paged(json::array all, const std::string& query, std::size_t most) {
  const auto size = std::min(number(parameter(query, "per_page"), 30), most);
  const auto which = number(parameter(query, "page"), 1);
  page out;
  const auto from = std::min((which - 1) * size, all.size());
  const auto to = std::min(from + size, all.size());
  for (auto i = from; i < to; ++i) out.items.push_back(std::move(all[i]));
  if (to < all.size()) out.next = which + 1;
  return out;
}

std::string run_title(const std::string& run_name, const std::string& event, const json::object& given) {
  const std::string prefix = event == "workflow_dispatch" ? "inputs." : "github.event.client_payload.";
  std::string out;
  std::size_t at = 0;
  for (;;) {
    const auto open = run_name.find("${{", at);
    const auto close = open == std::string::npos ? open : run_name.find("}}", open);
    if (close == std::string::npos) return out + run_name.substr(at);
    out += run_name.substr(at, open - at);
    auto what = run_name.substr(open + 3, close - open - 3);
    std::erase(what, ' ');
    if (what.starts_with(prefix)) out += members::text(given, what.substr(prefix.size()));
    at = close + 2;
  }
}

}  // namespace shipflow::hub
