#include "rehearsal/digest.hpp"

#include <algorithm>
#include <tuple>

namespace shipflow::rehearsal {
namespace {

std::string tenths(std::int64_t ms) {
  const auto tenth = (ms + 50) / 100;
  auto text = std::to_string(tenth / 10);
  if (tenth % 10 != 0) text += "." + std::to_string(tenth % 10);
  return text + "s";
}

std::string two(std::int64_t big, const char* of_big, std::int64_t small, const char* of_small) {
  auto text = std::to_string(big) + of_big;
  if (small != 0) text += std::to_string(small) + of_small;
  return text;
}

/// Ids of runs differ from run to run and mean nothing to a reader: the word after "shipflow VERB ".
std::string without_run_id(std::string text) {
  constexpr std::string_view opening = "shipflow ";
  for (auto at = text.find(opening); at != std::string::npos; at = text.find(opening, at + 1)) {
    const auto verb_end = text.find(' ', at + opening.size());
    if (verb_end == std::string::npos) return text;
    const auto id_end = std::min(text.find(' ', verb_end + 1), text.size());
    text.replace(verb_end + 1, id_end - verb_end - 1, "RUN");
  }
  return text;
}

void note_parked(digest& d, const rehearsal_cell& c) {
  if (c.outcome != rehearsed::parked) return;
  const auto action = without_run_id(c.action);
  const auto known = std::find_if(d.parked.begin(), d.parked.end(),
                                  [&](const waiting& w) { return w.why == c.why && w.action == action; });
  if (known != d.parked.end())
    ++known->runs;
  else
    d.parked.push_back({c.why, action, 1, c.replay});
}

}  // namespace

std::string number_of(std::size_t n, const char* what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

std::string span_text(duration d) {
  const auto ms = std::max<std::int64_t>(d.count(), 0);
  if (ms < 59'950) return tenths(ms);
  const auto seconds = (ms + 500) / 1'000;
  if (seconds < 3'600) return two(seconds / 60, "m", seconds % 60, "s");
  const auto minutes = (seconds + 30) / 60;
  return two(minutes / 60, "h", minutes % 60, "m");
}

std::string short_text(std::string_view text, std::size_t most) {
  std::string out(text.substr(0, most));
  while (text.size() > most && !out.empty() &&
         (static_cast<unsigned char>(text[out.size()]) & 0xC0U) == 0x80U)
    out.pop_back();
  if (text.size() > most) out += "...";
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return out;
}

digest digest_of(const rehearsal_report& r) {
  digest d;
  d.columns = r.columns.size();
  d.grid.assign(r.rows.size() * d.columns, nullptr);
  for (const auto& c : r.cells) {
    if (c.row < r.rows.size() && c.column < d.columns && c.outcome != rehearsed::not_applicable)
      d.grid[c.row * d.columns + c.column] = &c;
    note_parked(d, c);
    for (const auto& q : c.questions) ++d.questions[q];
  }
  for (const auto& q : r.undisturbed.questions) ++d.questions[q];
  return d;
}

std::vector<std::string> no_return_lines(const rehearsal_report& r) {
  std::vector<std::string> out;
  for (const auto& p : r.point_of_no_return) out.push_back(p.step + ": " + p.why);
  if (out.empty()) out.emplace_back("none: every step can be put back or needs no putting back");
  return out;
}

std::string counts_line(const rehearsal_report& r) {
  return number_of(r.runs, "run") + ": " + std::to_string(r.released) + " released, " +
         std::to_string(r.restored) + " restored, " + std::to_string(r.parked) +
         (r.parked == 1 ? " waits for a person, " : " wait for a person, ") +
         (r.violations.empty() ? "no violation" : number_of(r.violations.size(), "violation"));
}

}  // namespace shipflow::rehearsal
