#include "http/expect.hpp"

#include "http/fields.hpp"
#include "http/text.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace shipflow::http {
namespace {

using range = std::pair<int, int>;
constexpr std::string_view status_words = "must be a status such as 200, [200, 201], 2xx or 200-299";

std::optional<int> number(std::string_view text) {
  int n = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), n);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || n < 100 || n > 999) return {};
  return n;
}

std::optional<range> read_range(std::string_view text) {
  if (text.size() == 3 && text.substr(1) == "xx" && text[0] >= '1' && text[0] <= '5')
    return range{(text[0] - '0') * 100, (text[0] - '0') * 100 + 99};
  const auto dash = text.find('-');
  const auto low = number(text.substr(0, dash));
  const auto high = dash == std::string_view::npos ? low : number(text.substr(dash + 1));
  if (!low || !high || *low > *high) return {};
  return range{*low, *high};
}

std::optional<range> read_status(const json::value& value) {
  if (value.is_string()) return read_range(value.get_string());
  json::error_code ec;
  const auto n = value.is_number() ? value.to_number<int>(ec) : 0;
  if (ec || n < 100 || n > 999) return {};
  return range{n, n};
}

result<std::vector<range>> read_statuses(const json::value& value, const std::string& path) {
  std::vector<range> out;
  const json::array one{value};
  for (const auto& item : value.is_array() ? value.get_array() : one) {
    const auto status = read_status(item);
    if (!status) return make_error(errc::invalid_argument, "`" + path + "` " + std::string(status_words));
    out.push_back(*status);
  }
  if (out.empty()) return make_error(errc::invalid_argument, "`" + path + "` names no status");
  return out;
}

void read_body(fields& in, expectation& to) {
  const auto* body = in.object("body");
  if (body == nullptr) return;
  fields of(*body, in.path_of("body"));
  to.body_contains = of.text("contains");
  if (of.has("matches")) {
    auto compiled = pattern::compile(of.text("matches"));
    if (compiled)
      to.body_matches = std::move(*compiled);
    else
      of.wrong("matches", "is " + compiled.error().message);
  }
  if (body->empty()) of.wrong("contains", "or `matches` is missing");
  if (auto ok = of.finish(); !ok) in.wrong(ok.error());
}

void read_headers(fields& in, expectation& to) {
  const auto* headers = in.object("header");
  if (headers == nullptr) return;
  for (const auto& h : *headers) {
    if (!h.value().is_string()) in.wrong("header", "must map names to texts");
    if (h.value().is_string())
      to.headers.push_back({std::string(h.key()), std::string(h.value().get_string())});
  }
}

void read_json(fields& in, expectation& to) {
  const auto* pointers = in.object("json");
  if (pointers == nullptr) return;
  for (const auto& p : *pointers) {
    const std::string pointer(p.key());
    if (!pointer.empty() && pointer[0] != '/')
      in.wrong("json", "needs pointers that begin with /, not " + pointer);
    to.json.emplace_back(pointer, p.value());
  }
}

void read_latency(fields& in, expectation& to) {
  if (!in.has("latency")) return;
  std::string text = in.text("latency");
  if (!text.empty() && text[0] == '<') text.erase(0, 1);
  text.erase(0, text.find_first_not_of(' '));
  const auto limit = parse_duration(text);
  if (!limit || *limit <= duration{0})
    in.wrong("latency", "must be a limit such as <500ms");
  else
    to.latency = *limit;
}

result<expectation> read_mapping(const json::object& from, const std::string& path) {
  expectation to;
  fields in(from, path);
  if (const auto* status = in.any("status")) {
    auto statuses = read_statuses(*status, in.path_of("status"));
    if (!statuses) return statuses.error();
    to.statuses = std::move(*statuses);
  }
  read_headers(in, to);
  read_body(in, to);
  read_json(in, to);
  read_latency(in, to);
  if (in.has("certificate")) to.certificate = in.time("certificate", duration{0});
  if (auto ok = in.finish(); !ok) return ok.error();
  return to;
}

}  // namespace

result<expectation> read_expectation(const json::value& from, const std::string& path) {
  if (const auto* mapping = from.if_object()) return read_mapping(*mapping, path);
  auto statuses = read_statuses(from, path);
  if (!statuses) return statuses.error();
  expectation to;
  to.statuses = std::move(*statuses);
  return to;
}

}  // namespace shipflow::http
