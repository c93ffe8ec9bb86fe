#include "gate/readers.hpp"

#include <array>
#include <cmath>

namespace shipflow {
namespace gate_room {

namespace {

constexpr std::size_t most_findings = 20;
constexpr std::size_t most_width = 200;

}  // namespace

error no_report(report_kind kind, const std::string& why) {
  return make_error(errc::invalid_document, "it is no " + std::string(name_of(kind)) + " report: " + why);
}

void add_finding(report& to, std::string_view text) {
  if (to.findings.size() == most_findings) return;
  std::string line;
  for (const char c : text.substr(0, most_width)) {
    const auto byte = static_cast<unsigned char>(c);
    line += byte < 0x20U || byte == 0x7fU ? ' ' : c;
  }
  to.findings.push_back(std::move(line));
}

result<json::value> parse(report_kind kind, std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  auto parsed = parse_json(text);
  if (!parsed) return no_report(kind, parsed.error().message);
  return parsed;
}

std::optional<double> number_in(const json::value& object, std::string_view key) {
  const auto* found = object.is_object() ? object.get_object().if_contains(key) : nullptr;
  if (found == nullptr || !found->is_number()) return std::nullopt;
  const auto value = found->to_number<double>();
  return std::isfinite(value) ? std::optional{value} : std::nullopt;
}

result<report> read_json(std::string_view text, const std::vector<std::string>& pointers) {
  const auto parsed = parse(report_kind::json, text);
  if (!parsed) return parsed.error();
  report to;
  to.kind = report_kind::json;
  for (const auto& pointer : pointers) {
    boost::system::error_code bad;
    const auto* found = parsed->find_pointer(pointer, bad);
    if (found == nullptr) continue;  // a bound on what is not there does not hold
    if (!found->is_number()) return no_report(report_kind::json, "the value at " + pointer + " is no number");
    to.numbers[pointer] = found->to_number<double>();
  }
  return to;
}

}  // namespace gate_room

inline namespace v1 {
namespace {

constexpr std::size_t most_bytes = 32U << 20U;
constexpr std::array<std::string_view, 7> kind_names{"junit", "cobertura", "lcov", "sarif",
                                                     "k6",    "locust",    "json"};

}  // namespace

std::string_view name_of(report_kind k) noexcept { return kind_names.at(static_cast<std::size_t>(k)); }

result<report_kind> report_kind_of(std::string_view name) {
  for (std::size_t i = 0; i < kind_names.size(); ++i)
    if (kind_names.at(i) == name) return static_cast<report_kind>(i);
  return make_error(errc::not_found, "there is no report of kind `" + std::string(name) + "`");
}

result<report> read_report(report_kind kind, std::string_view text,
                           const std::vector<std::string>& pointers) {
  if (text.size() > most_bytes) return gate_room::no_report(kind, "it is above 32 MiB");
  switch (kind) {
    case report_kind::junit: return gate_room::read_junit(text);
    case report_kind::cobertura: return gate_room::read_cobertura(text);
    case report_kind::lcov: return gate_room::read_lcov(text);
    case report_kind::sarif: return gate_room::read_sarif(text);
    case report_kind::k6: return gate_room::read_k6(text);
    case report_kind::locust: return gate_room::read_locust(text);
    case report_kind::json: return gate_room::read_json(text, pointers);
  }
  return gate_room::no_report(kind, "its kind is unknown");
}

}  // namespace v1
}  // namespace shipflow
