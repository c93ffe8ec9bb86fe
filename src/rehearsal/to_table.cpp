// A report for a terminal.
#include "rehearsal/digest.hpp"

#include <algorithm>

namespace shipflow {
inline namespace v1 {
namespace {

using rehearsal::digest;
using rehearsal::short_text;
using rehearsal::span_text;

char mark_of(const rehearsal_cell* c) {
  if (c == nullptr) return '.';
  switch (c->outcome) {
    case rehearsed::released: return '+';
    case rehearsed::restored: return '<';
    case rehearsed::parked: return '?';
    case rehearsed::violated: return '!';
    case rehearsed::not_applicable: break;
  }
  return '.';
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}
std::string right(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

void summary(std::string& out, const rehearsal_report& r) {
  out += "rehearsal of " + r.plan + " " + r.version + " to " + r.environment + ": " +
         std::string(name_of(r.mode)) + ", seed " + std::to_string(r.seed) + "\n\n";
  out += "  " + rehearsal::counts_line(r) + "\n";
  out += "  undisturbed      " + span_text(r.undisturbed.lasted) + " from start to end\n";
  if (r.restoring_median && r.restoring_worst)
    out += "  time to restore  median " + span_text(*r.restoring_median) + ", worst " +
           span_text(*r.restoring_worst) + "\n";
  bool first = true;
  for (const auto& line : rehearsal::no_return_lines(r)) {
    out += (first ? "  no return after  " : "                   ") + short_text(line) + "\n";
    first = false;
  }
  out += "  lived through    " + span_text(r.virtual_time) + " in virtual time\n";
}

void matrix(std::string& out, const rehearsal_report& r, const digest& d) {
  if (d.columns == 0) return;
  std::size_t width = 4;
  for (const auto& row : r.rows) width = std::max(width, row.id.size());
  std::string tens, ones;
  for (std::size_t c = 1; c <= d.columns; ++c) {
    tens += c >= 10 ? std::to_string(c / 10) : " ";
    ones += std::to_string(c % 10);
  }
  out += "\n  " + padded("", width) + "           " + tens + "\n";
  out += "  " + padded("step", width) + "    lasts  " + ones + "\n";
  for (std::size_t i = 0; i < r.rows.size(); ++i) {
    std::string marks;
    for (std::size_t c = 0; c < d.columns; ++c) marks += mark_of(d.at(i, c));
    out += "  " + padded(r.rows[i].id, width) + right(span_text(r.rows[i].ended - r.rows[i].began), 9) +
           "  " + marks + "\n";
  }
  out +=
      "\n  + released   < restored, the world is as before   ? waits for a person   ! violation   . not "
      "applicable\n\n";
}

/// Names of the columns, three a line, read downwards; what each means is in the page and in the catalogue.
void legend(std::string& out, const rehearsal_report& r) {
  constexpr std::size_t across = 3;
  const auto down = (r.columns.size() + across - 1) / across;
  std::size_t width = 0;
  for (const auto& c : r.columns) width = std::max(width, c.name.size());
  for (std::size_t line = 0; line < down; ++line) {
    std::string text;
    for (std::size_t c = line; c < r.columns.size(); c += down)
      text += padded(right(std::to_string(c + 1), 4) + "  " + r.columns[c].name, width + 8);
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
}

/// A single run, or those of a swarm that found something.
void runs(std::string& out, const rehearsal_report& r) {
  if (!r.columns.empty()) return;
  for (const auto& c : r.cells) {
    out += "\n  " + c.replay + "\n    " + std::string(name_of(c.outcome)) + " after " + span_text(c.lasted);
    if (c.restoring) out += ", restored in " + span_text(*c.restoring);
    if (!c.why.empty()) out += ": " + short_text(c.why);
    out += "\n";
  }
}

void people(std::string& out, const digest& d) {
  if (!d.questions.empty()) out += "\npeople are asked\n";
  for (const auto& [question, times] : d.questions)
    out += right(std::to_string(times), 6) + "x  " + short_text(question) + "\n";
  if (!d.parked.empty()) out += "\nwhere a run waits for a person, and what leads on\n";
  for (const auto& w : d.parked) {
    out += right(std::to_string(w.runs), 6) + "x  " + short_text(w.why) + "\n";
    out += "         next: " + short_text(w.action) + "\n         shown by: " + w.replay + "\n";
  }
}

}  // namespace

std::string to_table(const rehearsal_report& r) {
  const auto d = rehearsal::digest_of(r);
  std::string out;
  summary(out, r);
  matrix(out, r, d);
  legend(out, r);
  runs(out, r);
  people(out, d);
  if (!r.violations.empty()) out += "\nviolations\n";
  for (const auto& v : r.violations)
    out += "  " + v.check + ": " + short_text(v.what, 400) + "\n    shown by: " + v.replay + "\n";
  return out;
}

}  // namespace v1
}  // namespace shipflow
