// Locust: the CSV of requests with its row "Aggregated", or the list of entries of --json.
#include "gate/readers.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace shipflow::gate_room {
namespace {

// RFC 4180: fields in quotes may hold commas, line ends and doubled quotes.
std::vector<std::vector<std::string>> rows_of(std::string_view text) {
  std::vector<std::vector<std::string>> rows{{""}};
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      rows.back().back() += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ',') {
      rows.back().emplace_back();
    } else if (!quoted && c == '\n') {
      rows.push_back({""});
    } else if (quoted || c != '\r') {
      rows.back().back() += c;
    }
  }
  return rows;
}

std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = bad == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
  return whole ? std::optional{value} : std::nullopt;
}

error nothing() { return no_report(report_kind::locust, "no requests were made"); }

void finish(report& to, double requests, double failures) {
  to.kind = report_kind::locust;
  to.numbers["requests"] = requests;
  to.numbers["success"] = 100 * (1 - std::clamp(failures / requests, 0.0, 1.0));
}

result<report> read_csv(std::string_view text) {
  const auto rows = rows_of(text);
  const auto& head = rows.front();
  const auto column = [&](std::string_view name) {
    return static_cast<std::size_t>(std::find(head.begin(), head.end(), name) - head.begin());
  };
  const auto name = column("Name");
  const auto total = std::find_if(rows.begin(), rows.end(), [&](const auto& row) {
    return name < row.size() && row[name] == "Aggregated";
  });
  if (name == head.size() || total == rows.end())
    return no_report(report_kind::locust, "it is neither JSON nor has it a row named Aggregated");
  const auto value = [&](std::string_view of) {
    const auto i = column(of);
    return i < total->size() && i < head.size() ? number_of((*total)[i]) : std::nullopt;
  };
  const auto requests = value("Request Count");
  const auto failures = value("Failure Count");
  if (!requests || !failures)
    return no_report(report_kind::locust, "it has no count of requests and failures");
  if (*requests <= 0) return nothing();
  report to;
  finish(to, *requests, *failures);
  for (const auto& [of, number] :
       {std::pair{"Average Response Time", "mean"}, std::pair{"Median Response Time", "median"},
        std::pair{"Max Response Time", "max"}, std::pair{"90%", "p90"}, std::pair{"95%", "p95"},
        std::pair{"99%", "p99"}})
    if (const auto found = value(of)) to.numbers[number] = *found;
  return to;
}

// Response times of all entries together, rounded by Locust already: milliseconds to how many.
using histogram = std::map<double, double>;

bool add_times(const json::value& entry, histogram& to) {
  const auto* times = entry.get_object().if_contains("response_times");
  if (times == nullptr || !times->is_object()) return true;
  for (const auto& [ms, count] : times->get_object()) {
    const auto at = number_of(std::string(ms));
    if (!at || !count.is_number() || count.to_number<double>() < 0) return false;
    to[*at] += count.to_number<double>();
  }
  return true;
}

std::optional<double> quantile(const histogram& times, double share) {
  double all = 0;
  for (const auto& [ms, count] : times) all += count;
  double passed = 0;
  for (const auto& [ms, count] : times)
    if ((passed += count) >= share * all && passed > 0) return ms;
  return std::nullopt;
}

result<report> read_entries(const json::array& entries) {
  double requests = 0;
  double failures = 0;
  double total = 0;
  report to;
  histogram times;
  for (const auto& entry : entries) {
    const auto count = number_in(entry, "num_requests");
    const auto failed = number_in(entry, "num_failures");
    if (!count || !failed || *count < 0 || *failed < 0 || !add_times(entry, times))
      return no_report(report_kind::locust, "an entry has no counts");
    requests += *count;
    failures += *failed;
    total += number_in(entry, "total_response_time").value_or(0);
    to.numbers["max"] = std::max(to.numbers["max"], number_in(entry, "max_response_time").value_or(0));
    if (*failed > 0 && entry.get_object().contains("name"))
      add_finding(
          to, json::serialize(entry.get_object().at("name")) + ": " + std::to_string(*failed) + " failed");
  }
  if (!(requests > 0)) return nothing();
  finish(to, requests, failures);
  to.numbers["mean"] = total / requests;
  for (const auto& [name, share] :
       {std::pair{"median", 0.5}, std::pair{"p90", 0.9}, std::pair{"p95", 0.95}, std::pair{"p99", 0.99}})
    if (const auto found = quantile(times, share)) to.numbers[name] = *found;
  return to;
}

}  // namespace

result<report> read_locust(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || text[begin] != '[') return read_csv(text);
  const auto parsed = parse(report_kind::locust, text);
  if (!parsed) return parsed.error();
  return read_entries(parsed->get_array());
}

}  // namespace shipflow::gate_room
