// SARIF 2.1.0 (OASIS): results by level, with the defaults of 3.27.10 and 3.49.
#include "gate/readers.hpp"

#include <charconv>
#include <limits>

namespace shipflow::gate_room {
namespace {

const json::value* at(const json::value& v, std::string_view key) {
  return v.is_object() ? v.get_object().if_contains(key) : nullptr;
}

std::string_view text(const json::value& v, std::string_view key) {
  const auto* found = at(v, key);
  return found != nullptr && found->is_string() ? std::string_view(found->get_string()) : std::string_view{};
}

const json::array& list(const json::value& v, std::string_view key) {
  static const json::array none;
  const auto* found = at(v, key);
  return found != nullptr && found->is_array() ? found->get_array() : none;
}

struct rule {
  std::string_view level = "warning";
  double severity = -1;
};

double severity_of(const json::value& of) {
  const auto* properties = at(of, "properties");
  if (properties == nullptr) return -1;
  if (const auto number = number_in(*properties, "security-severity")) return *number;
  const auto written = text(*properties, "security-severity");
  double value = -1;
  (void)std::from_chars(written.data(), written.data() + written.size(), value);
  return value;
}

// Rules by id and, for those that say it, by index.
class rule_book {
 public:
  explicit rule_book(const json::value& run) {
    const auto* tool = at(run, "tool");
    const auto* driver = tool == nullptr ? nullptr : at(*tool, "driver");
    if (driver == nullptr) return;
    for (const auto& written : list(*driver, "rules")) {
      rule r;
      if (const auto* config = at(written, "defaultConfiguration"))
        if (const auto level = text(*config, "level"); !level.empty()) r.level = level;
      r.severity = severity_of(written);
      by_id_.emplace(text(written, "id"), r);
      by_index_.push_back(r);
    }
  }
  [[nodiscard]] rule of(const json::value& result) const {
    if (const auto i = number_in(result, "ruleIndex");
        i && *i >= 0 && *i < static_cast<double>(by_index_.size()))
      return by_index_[static_cast<std::size_t>(*i)];
    const auto found = by_id_.find(text(result, "ruleId"));
    return found == by_id_.end() ? rule{} : found->second;
  }

 private:
  std::map<std::string_view, rule> by_id_;
  std::vector<rule> by_index_;
};

bool is_suppressed(const json::value& result) {
  const auto& all = list(result, "suppressions");
  for (const auto& s : all)
    if (const auto status = text(s, "status"); status == "underReview" || status == "rejected") return false;
  return !all.empty();
}

const char* band_of(double severity) {
  if (severity >= 9) return "critical";
  if (severity >= 7) return "high";
  return severity >= 4 ? "medium" : "low";
}

std::string_view place_of(const json::value& result) {
  const auto& locations = list(result, "locations");
  if (locations.empty()) return {};
  const auto* physical = at(locations.front(), "physicalLocation");
  const auto* artifact = physical == nullptr ? nullptr : at(*physical, "artifactLocation");
  return artifact == nullptr ? std::string_view{} : text(*artifact, "uri");
}

void take(const json::value& result, const rule_book& rules, report& to) {
  const auto kind = text(result, "kind");
  if (!kind.empty() && kind != "fail") return;
  if (is_suppressed(result)) {
    ++to.numbers["suppressed"];
    return;
  }
  const auto rule = rules.of(result);
  auto level = text(result, "level");
  if (level.empty()) level = rule.level;
  if (level == "none") return;
  // A level of another version counts as the worst.
  ++to.numbers[level == "warning" || level == "note" ? std::string(level) : std::string("error")];
  const auto own = severity_of(result);
  const auto severity = own >= 0 ? own : rule.severity;
  if (severity > 0) ++to.numbers[band_of(severity)];
  const auto* message = at(result, "message");
  const auto words = message == nullptr ? std::string_view{} : text(*message, "text");
  add_finding(to, std::string(level) + " " + std::string(text(result, "ruleId")) + " " +
                      std::string(place_of(result)) + ": " + std::string(words.substr(0, 200)));
}

}  // namespace

result<report> read_sarif(std::string_view written) {
  const auto parsed = parse(report_kind::sarif, written);
  if (!parsed) return parsed.error();
  if (!text(*parsed, "version").starts_with("2."))
    return no_report(report_kind::sarif, "its version is not 2.1.0");
  const auto& runs = list(*parsed, "runs");
  if (runs.empty()) return no_report(report_kind::sarif, "it has no runs");
  report to;
  to.kind = report_kind::sarif;
  for (const auto* key : {"error", "warning", "note", "critical", "high", "medium", "low", "suppressed"})
    to.numbers[key] = 0;
  for (const auto& run : runs) {
    for (const auto& invocation : list(run, "invocations"))
      if (const auto* well = at(invocation, "executionSuccessful"); well != nullptr && *well == false)
        return no_report(report_kind::sarif, "its tool says that it did not finish");
    const auto* results = at(run, "results");
    if (results == nullptr || !results->is_array())
      return no_report(report_kind::sarif, "a run has no results: its tool did not look");
    const rule_book rules(run);
    for (const auto& result : results->get_array()) take(result, rules, to);
  }
  return to;
}

}  // namespace shipflow::gate_room
