// What a plan asks of a report, and whether it holds.
#include <shipflow/gate.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>

namespace shipflow {
inline namespace v1 {
namespace {

enum class unit { count, percent, time };

struct known_number {
  report_kind kind;
  std::string_view name;
  unit in;
  gate_comparison usual;
  bool always_none = false;  ///< at most 0 when the plan does not say otherwise
};

using kind = report_kind;
constexpr auto least = gate_comparison::at_least;
constexpr auto most = gate_comparison::at_most;

constexpr std::array known{
    known_number{kind::junit, "tests", unit::count, least},
    known_number{kind::junit, "passed", unit::count, least},
    known_number{kind::junit, "failures", unit::count, most, true},
    known_number{kind::junit, "errors", unit::count, most, true},
    known_number{kind::junit, "skipped", unit::count, most},
    known_number{kind::junit, "time", unit::time, most},
    known_number{kind::cobertura, "lines", unit::percent, least},
    known_number{kind::cobertura, "branches", unit::percent, least},
    known_number{kind::lcov, "lines", unit::percent, least},
    known_number{kind::lcov, "branches", unit::percent, least},
    known_number{kind::lcov, "functions", unit::percent, least},
    known_number{kind::sarif, "error", unit::count, most, true},
    known_number{kind::sarif, "warning", unit::count, most},
    known_number{kind::sarif, "note", unit::count, most},
    known_number{kind::sarif, "critical", unit::count, most},
    known_number{kind::sarif, "high", unit::count, most},
    known_number{kind::sarif, "medium", unit::count, most},
    known_number{kind::sarif, "low", unit::count, most},
    known_number{kind::k6, "success", unit::percent, least},
    known_number{kind::k6, "checks", unit::percent, least},
    known_number{kind::k6, "requests", unit::count, least},
    known_number{kind::k6, "thresholds", unit::count, most, true},
    known_number{kind::k6, "mean", unit::time, most},
    known_number{kind::k6, "median", unit::time, most},
    known_number{kind::k6, "p90", unit::time, most},
    known_number{kind::k6, "p95", unit::time, most},
    known_number{kind::k6, "p99", unit::time, most},
    known_number{kind::k6, "max", unit::time, most},
    known_number{kind::locust, "success", unit::percent, least},
    known_number{kind::locust, "requests", unit::count, least},
    known_number{kind::locust, "mean", unit::time, most},
    known_number{kind::locust, "median", unit::time, most},
    known_number{kind::locust, "p90", unit::time, most},
    known_number{kind::locust, "p95", unit::time, most},
    known_number{kind::locust, "p99", unit::time, most},
    known_number{kind::locust, "max", unit::time, most},
};

struct sign {
  std::string_view text;
  gate_comparison compare;
};
constexpr std::array signs{sign{">=", gate_comparison::at_least}, sign{"<=", gate_comparison::at_most},
                           sign{"==", gate_comparison::equal}, sign{">", gate_comparison::above},
                           sign{"<", gate_comparison::below}};

error bad(std::string_view number, const std::string& why) {
  return make_error(errc::invalid_document, "the bound of `" + std::string(number) + "` " + why);
}

const known_number* find(report_kind k, std::string_view name) {
  for (const auto& n : known)
    if (n.kind == k && n.name == name) return &n;
  return nullptr;
}

std::string names_of(report_kind k) {
  std::string out;
  for (const auto& n : known)
    if (n.kind == k) out += (out.empty() ? "" : ", ") + std::string(n.name);
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// "80%", "500ms", "1.5s", "3": the number and what it is in.
std::optional<double> value_of(std::string_view text, unit in) {
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || !std::isfinite(value) || value < 0) return std::nullopt;
  const auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (in == unit::count) return rest.empty() ? std::optional{value} : std::nullopt;
  if (in == unit::percent) return rest == "%" && value <= 100 ? std::optional{value} : std::nullopt;
  if (rest == "ms") return value;
  if (rest == "s") return value * 1'000;
  return rest == "m" ? std::optional{value * 60'000} : std::nullopt;
}

std::string_view example_of(unit in) {
  return in == unit::percent ? "80%" : in == unit::time ? "500ms or 2s" : "3";
}

std::string sign_of(gate_comparison c) {
  for (const auto& s : signs)
    if (s.compare == c) return std::string(s.text);
  return "==";
}

result<gate_bound> read_bound(report_kind k, std::string_view name, const json::value& written) {
  const bool free = k == report_kind::json;
  const auto* found = find(k, name);
  if (!free && found == nullptr)
    return bad(name, "is on a number that a " + std::string(name_of(k)) + " report does not have; it has " +
                         names_of(k));
  if (free && !name.starts_with('/')) return bad(name, "needs a JSON pointer, which starts with /");
  if (!written.is_string() && !written.is_number()) return bad(name, "is no bound");
  const auto text = written.is_string() ? std::string(written.get_string()) : json::serialize(written);
  auto rest = trimmed(text);
  std::optional<gate_comparison> compare;
  for (const auto& s : signs) {
    if (compare || !rest.starts_with(s.text)) continue;
    compare = s.compare;
    rest = trimmed(rest.substr(s.text.size()));
  }
  if (free && !compare) return bad(name, "needs an operator, for example \">= 95\"");
  const auto in = free ? unit::count : found->in;
  const auto value = value_of(rest, in);
  if (!value)
    return bad(name,
               "must be written like " + std::string(example_of(in)) + ", not `" + text.substr(0, 40) + "`");
  gate_bound out;
  out.number = std::string(name);
  out.compare = compare ? *compare : found->usual;
  out.limit = *value;
  out.written = sign_of(out.compare) + " " + std::string(rest);
  return out;
}

bool holds(const gate_bound& b, double value) {
  switch (b.compare) {
    case gate_comparison::at_least: return value >= b.limit;
    case gate_comparison::above: return value > b.limit;
    case gate_comparison::at_most: return value <= b.limit;
    case gate_comparison::below: return value < b.limit;
    case gate_comparison::equal: return value == b.limit;
  }
  return false;
}

// With as many digits as it takes to see that the number is not the limit.
std::string digits_of(double value, double limit) {
  std::array<char, 64> out{};
  const bool whole = value == std::floor(value) && std::abs(value) < 1e15;
  for (int precision = 4; precision <= 17; ++precision) {
    std::snprintf(out.data(), out.size(), "%.*g", whole ? 17 : precision, value);
    if (whole || std::strtod(out.data(), nullptr) != limit) break;
  }
  return out.data();
}

std::string shown(report_kind k, const gate_bound& b, double value) {
  const auto* found = find(k, b.number);
  auto text = digits_of(value, b.limit);
  if (found == nullptr || found->in == unit::count) return text;
  return text + (found->in == unit::percent ? "%" : "ms");
}

double number(const report& r, const char* name) {
  const auto found = r.numbers.find(name);
  return found == r.numbers.end() ? 0 : found->second;
}

// Only tests can all be skipped; whatever else measured nothing is no report.
bool none_ran(const report& r) {
  return r.kind == report_kind::junit && number(r, "tests") <= number(r, "skipped") &&
         number(r, "failures") == 0 && number(r, "errors") == 0;
}

}  // namespace

result<std::vector<gate_bound>> read_bounds(report_kind k, const json::object& written) {
  std::vector<gate_bound> out;
  for (const auto& member : written) {
    auto bound = read_bound(k, member.key(), member.value());
    if (!bound) return bound.error();
    out.push_back(std::move(*bound));
  }
  for (const auto& n : known)
    if (n.kind == k && n.always_none && !written.contains(n.name))
      out.push_back({std::string(n.name), gate_comparison::at_most, 0, "<= 0"});
  if (out.empty())
    return make_error(errc::invalid_document,
                      "a gate on a " + std::string(name_of(k)) + " report needs a bound: " + names_of(k));
  return out;
}

gate_verdict judge(const report& what, const std::vector<gate_bound>& bounds) {
  gate_verdict v;
  v.state = gate_state::passed;
  if (none_ran(what)) {
    v.state = gate_state::skipped;
    v.why = {number(what, "tests") == 0 ? "there was no test" : "all tests were skipped"};
    return v;
  }
  for (const auto& b : bounds) {
    const auto found = what.numbers.find(b.number);
    if (found != what.numbers.end() && holds(b, found->second)) continue;
    v.state = gate_state::failed;
    v.why.push_back(found == what.numbers.end()
                        ? b.number + " is not in the report, must be " + b.written
                        : b.number + " is " + shown(what.kind, b, found->second) + ", must be " + b.written);
  }
  if (v.state == gate_state::failed)
    for (const auto& f : what.findings)
      if (v.why.size() < 5 + bounds.size()) v.why.push_back(f);
  return v;
}

std::string_view name_of(gate_state s) noexcept {
  switch (s) {
    case gate_state::passed: return "passed";
    case gate_state::failed: return "failed";
    case gate_state::skipped: return "skipped";
  }
  return "failed";
}

std::string gate_verdict::text() const {
  std::string out(name_of(state));
  for (std::size_t i = 0; i < why.size(); ++i) out += (i == 0 ? ": " : "; ") + why[i];
  return out;
}

}  // namespace v1
}  // namespace shipflow
