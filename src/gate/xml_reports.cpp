// JUnit and Cobertura. pugixml reads neither external nor internal entities; a DOCTYPE is passed over.
#include "gate/readers.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <pugixml.hpp>
#include <string_view>

namespace shipflow::gate_room {
namespace {

result<void> load(report_kind kind, std::string_view text, pugi::xml_document& to) {
  const auto parsed = to.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_auto);
  if (parsed) return {};
  return no_report(kind, std::string(parsed.description()) + " at byte " + std::to_string(parsed.offset));
}

bool named(const pugi::xml_node& n, const char* name) { return std::strcmp(n.name(), name) == 0; }

// More than any report holds; what a suite says above that is no number.
constexpr double most_believed = 1e15;

// GoogleTest and CTest say it of a case in attributes and not by a child.
bool did_not_run(const pugi::xml_node& testcase) {
  const std::string_view status = testcase.attribute("status").value();
  const std::string_view result = testcase.attribute("result").value();
  return status == "notrun" || status == "disabled" || status == "skipped" || result == "suppressed" ||
         result == "skipped";
}

// Walks without recursion: reports may be nested as deeply as they like.
class junit_reader final : public pugi::xml_tree_walker {
 public:
  explicit junit_reader(report& to) : to_(to) {}

  bool for_each(pugi::xml_node& n) override {
    if (named(n, "testcase")) take(n);
    if (named(n, "testsuite") || named(n, "testsuites")) believe(n);
    return true;
  }
  void finish() {
    for (const auto* key : {"failures", "errors"}) {
      auto& counted = to_.numbers[key];
      counted = std::max({counted, leaves_[key], most_[key]});
    }
    auto& n = to_.numbers;
    n["passed"] = std::max(0.0, n["tests"] - n["skipped"] - n["failures"] - n["errors"]);
  }

 private:
  // What a suite says of itself counts when it says worse than its cases, and when it has none.
  void believe(const pugi::xml_node& n) {
    for (const auto* key : {"failures", "errors"}) {
      const auto said = std::clamp(n.attribute(key).as_double(), 0.0, most_believed);
      most_[key] = std::max(most_[key], said);
      if (!n.child("testsuite")) leaves_[key] += said;
    }
  }

  void take(const pugi::xml_node& n) {
    ++to_.numbers["tests"];
    const auto time = n.attribute("time").as_double();
    if (std::isfinite(time) && time > 0) to_.numbers["time"] += time * 1000;
    const auto name = std::string(n.attribute("classname").value()) + "." + n.attribute("name").value();
    for (const auto& [child, key] : {std::pair{"failure", "failures"}, std::pair{"error", "errors"}}) {
      if (!n.child(child)) continue;
      ++to_.numbers[key];
      add_finding(to_, name + ": " + n.child(child).attribute("message").value());
      return;
    }
    if (n.child("skipped") || did_not_run(n)) ++to_.numbers["skipped"];
  }

  report& to_;
  std::map<std::string, double> most_, leaves_;
};

}  // namespace

result<report> read_junit(std::string_view text) {
  pugi::xml_document doc;
  if (auto loaded = load(report_kind::junit, text, doc); !loaded) return loaded.error();
  const auto root = doc.document_element();
  if (!named(root, "testsuites") && !named(root, "testsuite"))
    return no_report(report_kind::junit, "its root is neither testsuites nor testsuite");
  report to;
  to.kind = report_kind::junit;
  for (const auto* key : {"tests", "failures", "errors", "skipped", "time"}) to.numbers[key] = 0;
  junit_reader reader(to);
  doc.traverse(reader);
  reader.finish();
  return to;
}

result<report> read_cobertura(std::string_view text) {
  pugi::xml_document doc;
  if (auto loaded = load(report_kind::cobertura, text, doc); !loaded) return loaded.error();
  const auto root = doc.document_element();
  if (!named(root, "coverage")) return no_report(report_kind::cobertura, "its root is not coverage");
  report to;
  to.kind = report_kind::cobertura;
  const auto put = [&](const char* number, const char* rate, const char* valid) {
    if (!root.attribute(rate)) return true;
    if (root.attribute(valid) && root.attribute(valid).as_llong() <= 0) return false;
    const auto value = root.attribute(rate).as_double(-1);
    if (!(value >= 0 && value <= 1)) return false;
    to.numbers[number] = value * 100;
    return true;
  };
  if (!put("lines", "line-rate", "lines-valid") || to.numbers.empty())
    return no_report(report_kind::cobertura, "it measured no lines");
  (void)put("branches", "branch-rate", "branches-valid");
  return to;
}

}  // namespace shipflow::gate_room
