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

// Rules of a tool and of what extends it, by index within each of them and by id among all.
class rule_book {
 public:
  explicit rule_book(const json::value& run) {
    const auto* tool = at(run, "tool");
    if (tool == nullptr) return;
    static const json::value none;
    const auto* driver = at(*tool, "driver");
    add(driver == nullptr ? none : *driver);
    for (const auto& extension : list(*tool, "extensions")) add(extension);
  }
  [[nodiscard]] rule of(const json::value& result) const {
    if (const auto found = indexed(result)) return *found;
    const auto id = id_of(result);
    auto found = by_id_.find(id);
    // An id may name a part of a rule: "CA1000/1" (3.27.5).
    if (found == by_id_.end()) found = by_id_.find(id.substr(0, id.rfind('/')));
    return found == by_id_.end() ? rule{} : found->second;
  }
  static std::string_view id_of(const json::value& result) {
    const auto* reference = at(result, "rule");
    const auto id = text(result, "ruleId");
    return id.empty() && reference != nullptr ? text(*reference, "id") : id;
  }

 private:
  // Keeps views of it.
  void add(const json::value& component) {
    auto& rules = components_.emplace_back();
    for (const auto& written : list(component, "rules")) {
      rule r;
      if (const auto* config = at(written, "defaultConfiguration"))
        if (const auto level = text(*config, "level"); !level.empty()) r.level = level;
      r.severity = severity_of(written);
      by_id_.emplace(text(written, "id"), r);
      rules.push_back(r);
    }
  }

  // By `rule: {index, toolComponent: {index}}`, or by `ruleIndex`; of the driver where no component is named.
  [[nodiscard]] std::optional<rule> indexed(const json::value& result) const {
    const auto* reference = at(result, "rule");
    const auto* component = reference == nullptr ? nullptr : at(*reference, "toolComponent");
    const auto which = component == nullptr ? std::optional{-1.0} : number_in(*component, "index");
    auto index = reference == nullptr ? std::nullopt : number_in(*reference, "index");
    if (!index) index = number_in(result, "ruleIndex");
    if (!which || !index || *which < -1 || *which + 1 >= static_cast<double>(components_.size()))
      return std::nullopt;
    const auto& rules = components_[static_cast<std::size_t>(*which + 1)];
    if (*index < 0 || *index >= static_cast<double>(rules.size())) return std::nullopt;
    return rules[static_cast<std::size_t>(*index)];
  }

  std::map<std::string_view, rule> by_id_;
  std::vector<std::vector<rule>> components_;  ///< the driver, then the extensions
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
  // Found by an earlier scan and gone since (3.27.24).
  if (text(result, "baselineState") == "absent") return;
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
  add_finding(to, std::string(level) + " " + std::string(rule_book::id_of(result)) + " " +
                      std::string(place_of(result)) + ": " + std::string(words.substr(0, 200)));
}

}  // namespace

result<report> read_sarif(std::string_view written) {
  const auto parsed = parse(report_kind::sarif, written);
  if (!parsed) return parsed.error();
  // Others have their levels elsewhere, or other ones.
  if (!text(*parsed, "version").starts_with("2.1."))
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
