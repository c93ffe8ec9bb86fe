#include "http/expect.hpp"
#include "http/text.hpp"

#include <algorithm>

namespace shipflow::http {
namespace {

using misses = std::optional<judgement>;

judgement miss(std::string text) { return {look::fail, std::move(text)}; }

std::string quoted(std::string_view text) { return "\"" + one_line(text, 80) + "\""; }

std::string shown(const json::value& value) { return one_line(json::serialize(value), 80); }

std::string shown(const std::vector<std::pair<int, int>>& ranges) {
  std::string out;
  for (const auto& [low, high] : ranges) {
    out += out.empty() ? "" : " or ";
    const bool whole_class = low % 100 == 0 && high == low + 99;
    if (whole_class)
      out += std::to_string(low / 100) + "xx";
    else
      out += low == high ? std::to_string(low) : std::to_string(low) + "-" + std::to_string(high);
  }
  return out;
}

bool same(const json::value& a, const json::value& b) {
  if (!a.is_number() || !b.is_number() || (!a.is_double() && !b.is_double())) return a == b;
  json::error_code ec;
  return a.to_number<double>(ec) == b.to_number<double>(ec);
}

misses check_status(const expectation& wanted, const response& got) {
  const bool fits = std::any_of(wanted.statuses.begin(), wanted.statuses.end(), [&](const auto& r) {
    return got.status >= r.first && got.status <= r.second;
  });
  if (fits) return {};
  return miss("status " + std::to_string(got.status) + ", wanted " + shown(wanted.statuses));
}

misses check_headers(const expectation& wanted, const response& got) {
  for (const auto& h : wanted.headers) {
    const auto* value = find(got.headers, h.name);
    if (value == nullptr) return miss("header " + h.name + " is missing");
    if (*value != h.value)
      return miss("header " + h.name + " is " + quoted(*value) + ", wanted " + quoted(h.value));
  }
  return {};
}

misses check_certificate(const expectation& wanted, const response& got, time_point now) {
  if (!wanted.certificate) return {};
  if (!got.certificate_not_after) return miss("the answer came without a certificate");
  const auto left = *got.certificate_not_after - now;
  if (left <= duration{0})
    return miss("the certificate expired on " + format_time(*got.certificate_not_after));
  if (left >= *wanted.certificate) return {};
  return miss("the certificate expires on " + format_time(*got.certificate_not_after) + ", wanted at least " +
              format_duration(*wanted.certificate) + " left");
}

misses check_body(const expectation& wanted, const response& got) {
  if (got.body.find(wanted.body_contains) == std::string::npos)
    return miss("the body does not contain " + quoted(wanted.body_contains));
  if (!wanted.body_matches) return {};
  const auto matches = wanted.body_matches->occurs_in(got.body);
  if (!matches) return judgement{look::unavailable, matches.error().message};
  if (*matches) return {};
  return miss("the body does not match " + one_line(wanted.body_matches->text(), 80));
}

misses check_json(const expectation& wanted, const response& got) {
  if (wanted.json.empty()) return {};
  const auto body = parse_json(got.body);
  if (!body) return miss("the body is not JSON");
  for (const auto& [pointer, value] : wanted.json) {
    json::error_code ec;
    const auto* there = body->find_pointer(pointer, ec);
    if (there == nullptr) return miss("json " + pointer + " is missing, wanted " + shown(value));
    if (!same(*there, value))
      return miss("json " + pointer + " is " + shown(*there) + ", wanted " + shown(value));
  }
  return {};
}

misses check_latency(const expectation& wanted, const response& got) {
  if (!wanted.latency || got.latency < *wanted.latency) return {};
  return miss("took " + format_duration(got.latency) + ", wanted below " + format_duration(*wanted.latency));
}

}  // namespace

judgement judge(const expectation& wanted, const response& got, time_point now) {
  if (auto m = check_status(wanted, got)) return *m;
  if (auto m = check_certificate(wanted, got, now)) return *m;
  if (auto m = check_headers(wanted, got)) return *m;
  if (auto m = check_body(wanted, got)) return *m;
  if (auto m = check_json(wanted, got)) return *m;
  if (auto m = check_latency(wanted, got)) return *m;
  return {look::pass, "status " + std::to_string(got.status) + " in " + format_duration(got.latency)};
}

}  // namespace shipflow::http
