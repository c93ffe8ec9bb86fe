// One reader per kind of report.
#pragma once

#include <shipflow/gate.hpp>

#include <optional>

namespace shipflow::gate_room {

[[nodiscard]] result<report> read_junit(std::string_view text);
[[nodiscard]] result<report> read_cobertura(std::string_view text);
[[nodiscard]] result<report> read_lcov(std::string_view text);
[[nodiscard]] result<report> read_sarif(std::string_view text);
[[nodiscard]] result<report> read_k6(std::string_view text);
[[nodiscard]] result<report> read_locust(std::string_view text);
[[nodiscard]] result<report> read_json(std::string_view text, const std::vector<std::string>& pointers);

/// `invalid_document`: "it is no JUnit report: ...".
[[nodiscard]] error no_report(report_kind kind, const std::string& why);
/// Keeps the first 20, each as one printable line of at most 200 bytes.
void add_finding(report& to, std::string_view text);
/// JSON whose top is an object or array.
[[nodiscard]] result<json::value> parse(report_kind kind, std::string_view text);
/// The member as a number that is finite, or nothing.
[[nodiscard]] std::optional<double> number_in(const json::value& object, std::string_view key);

}  // namespace shipflow::gate_room
