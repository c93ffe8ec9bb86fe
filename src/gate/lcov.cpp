// LCOV tracefiles, geninfo(1): totals of every record, or its lines when it has no totals.
#include "gate/readers.hpp"

#include <charconv>

namespace shipflow::gate_room {
namespace {

struct pair_of_counts {
  std::uint64_t found = 0, hit = 0;
};

struct record {
  pair_of_counts lines, branches, functions, counted;
};

std::optional<std::uint64_t> count_of(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  // No sum of them can overflow.
  if (bad != std::errc{} || end != text.data() + text.size() || value > 1'000'000'000) return std::nullopt;
  return value;
}

// "12,3[,checksum]": line 12 was run 3 times; some tools write negative or huge counts.
bool was_run(std::string_view line) {
  const auto comma = line.find(',');
  if (comma == std::string_view::npos) return false;
  const auto times = line.substr(comma + 1, line.find(',', comma + 1) - comma - 1);
  return !times.empty() && times.front() != '-' && times.find_first_not_of('0') != std::string_view::npos;
}

// False when a total is no number.
bool take(std::string_view key, std::string_view value, record& r) {
  std::uint64_t* to = nullptr;
  if (key == "LF") to = &r.lines.found;
  if (key == "LH") to = &r.lines.hit;
  if (key == "BRF") to = &r.branches.found;
  if (key == "BRH") to = &r.branches.hit;
  if (key == "FNF") to = &r.functions.found;
  if (key == "FNH") to = &r.functions.hit;
  if (key == "DA") {
    ++r.counted.found;
    if (was_run(value)) ++r.counted.hit;
  }
  if (to == nullptr) return true;
  const auto count = count_of(value);
  if (count) *to = *count;
  return count.has_value();
}

void add(pair_of_counts& to, const pair_of_counts& more) {
  to.found += more.found;
  to.hit += std::min(more.hit, more.found);
}

void put(report& to, const char* name, const pair_of_counts& c) {
  if (c.found != 0) to.numbers[name] = 100.0 * static_cast<double>(c.hit) / static_cast<double>(c.found);
}

}  // namespace

result<report> read_lcov(std::string_view text) {
  record all;
  record now;
  bool open = false;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto colon = line.find(':');
    const auto key = line.substr(0, colon);
    if (key == "end_of_record") {
      add(all.lines, now.lines.found != 0 ? now.lines : now.counted);
      add(all.branches, now.branches);
      add(all.functions, now.functions);
      now = {};
      open = false;
    } else if (key == "SF") {
      open = true;
    } else if (colon != std::string_view::npos && !take(key, line.substr(colon + 1), now)) {
      return no_report(report_kind::lcov, "line " + std::to_string(number) + " has no number");
    }
  }
  if (open) return no_report(report_kind::lcov, "it ends in the middle of a record");
  report to;
  to.kind = report_kind::lcov;
  put(to, "lines", all.lines);
  put(to, "branches", all.branches);
  put(to, "functions", all.functions);
  if (!to.numbers.contains("lines")) return no_report(report_kind::lcov, "it measured no lines");
  return to;
}

}  // namespace shipflow::gate_room
