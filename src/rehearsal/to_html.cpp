// A report as one page.
#include "rehearsal/digest.hpp"

#include <algorithm>
#include <cmath>

namespace shipflow {
inline namespace v1 {
namespace {

using rehearsal::digest;
using rehearsal::number_of;
using rehearsal::short_text;
using rehearsal::span_text;

constexpr const char* style =
    "body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:1200px;padding:0 1rem;color:#1c2733;"
    "background:#fff}h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.1rem;margin-top:2rem}"
    ".sub{color:#5b6b7a}.tiles{display:flex;flex-wrap:wrap;gap:.7rem;margin:1rem 0}"
    ".tile{border:1px solid #d5dde5;border-radius:.5rem;padding:.5rem .9rem;min-width:6rem}"
    ".tile b{display:block;font-size:1.3rem}.scroll{overflow-x:auto}"
    "table{border-collapse:collapse}td,th{padding:.2rem .4rem;text-align:left;vertical-align:top}"
    ".m td,.m th{border:1px solid #e4eaf0;font-size:13px}.m "
    "td.c{width:1.3rem;min-width:1.3rem;text-align:center;"
    "padding:.1rem}.m thead th{height:11rem;vertical-align:bottom;padding:.2rem .1rem}"
    ".m thead th span{writing-mode:vertical-rl;transform:rotate(180deg);font-weight:500;white-space:nowrap}"
    ".released{background:#cfe8d5}.restored{background:#cfe0f5}.parked{background:#fbe6b0}"
    ".violated{background:#e5484d;color:#fff;font-weight:700}.num{text-align:right;white-space:nowrap}"
    "code{font:13px ui-monospace,monospace;background:#f2f5f8;padding:.05rem .3rem;border-radius:.2rem}"
    ".key{line-height:2}.key span{padding:.1rem "
    ".5rem;margin-right:.6rem;border-radius:.2rem;white-space:nowrap}"
    "svg text{font:12px system-ui,sans-serif;fill:currentColor}"
    ".released,.restored,.parked,.key span{color:#1c2733}:root{color-scheme:light dark}"
    "@media(prefers-color-scheme:dark){body{color:#d0d7de;background:#0d1117}.sub{color:#8b949e}"
    ".tile,.m td,.m th{border-color:#30363d}code{background:#161b22}}"
    "@media print{.scroll{overflow:visible}tr,svg,.tile{break-inside:avoid}h2{break-after:avoid}"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string mark_of(rehearsed r) {
  switch (r) {
    case rehearsed::released: return "+";
    case rehearsed::restored: return "&lt;";
    case rehearsed::parked: return "?";
    case rehearsed::violated: return "!";
    case rehearsed::not_applicable: break;
  }
  return "";
}

void tile(std::string& out, const std::string& value, const std::string& name) {
  out += "<div class=\"tile\"><b>" + escaped(value) + "</b>" + escaped(name) + "</div>";
}

void summary(std::string& out, const rehearsal_report& r) {
  out += "<h1>Rehearsal of " + escaped(r.plan) + " " + escaped(r.version) + " to " + escaped(r.environment) +
         "</h1><p class=\"sub\">" + std::string(name_of(r.mode)) + ", seed " + std::to_string(r.seed) +
         ", plan " + escaped(short_text(r.plan_digest, 19)) + ", facts " + escaped(short_text(r.hash, 12)) +
         "</p><div class=\"tiles\">";
  tile(out, std::to_string(r.runs), "runs");
  tile(out, std::to_string(r.released), "released");
  tile(out, std::to_string(r.restored), "restored");
  tile(out, std::to_string(r.parked), r.parked == 1 ? "waits for a person" : "wait for a person");
  tile(out, std::to_string(r.violations.size()), r.violations.size() == 1 ? "violation" : "violations");
  tile(out, span_text(r.undisturbed.lasted), "undisturbed");
  if (r.restoring_median && r.restoring_worst) {
    tile(out, span_text(*r.restoring_median), "to restore, median");
    tile(out, span_text(*r.restoring_worst), "to restore, worst");
  }
  tile(out, span_text(r.virtual_time), "lived through");
  out += "</div><h2>Point of no return</h2><ul>";
  for (const auto& line : rehearsal::no_return_lines(r)) out += "<li>" + escaped(line) + "</li>";
  out += "</ul>";
}

void violations(std::string& out, const rehearsal_report& r) {
  if (r.violations.empty()) return;
  out += "<h2>Violations</h2><table>";
  for (const auto& v : r.violations)
    out += "<tr><td class=\"violated\">" + escaped(v.check) + "</td><td>" + escaped(short_text(v.what, 400)) +
           "<br><code>" + escaped(v.replay) + "</code></td></tr>";
  out += "</table>";
}

std::string tooltip(const rehearsal_row& row, const fault_kind& column, const rehearsal_cell& c) {
  auto text =
      row.id + " / " + column.name + ": " + std::string(name_of(c.outcome)) + " after " + span_text(c.lasted);
  if (c.restoring) text += ", restored in " + span_text(*c.restoring);
  if (!c.why.empty()) text += "\n" + short_text(c.why);
  if (!c.action.empty()) text += "\nnext: " + short_text(c.action);
  return text + "\n" + c.replay;
}

void matrix(std::string& out, const rehearsal_report& r, const digest& d) {
  if (d.columns == 0) return;
  out +=
      "<h2>Every fault at every step</h2><p class=\"key\"><span class=\"released\">+ released</span>"
      "<span class=\"restored\">&lt; restored, the world is as before</span>"
      "<span class=\"parked\">? waits for a person</span><span class=\"violated\">! violation</span></p>"
      "<div class=\"scroll\"><table class=\"m\"><thead><tr><th>step</th>";
  for (const auto& c : r.columns)
    out += "<th title=\"" + escaped(c.help) + "\"><span>" + escaped(c.name) + "</span></th>";
  out += "</tr></thead><tbody>";
  for (std::size_t i = 0; i < r.rows.size(); ++i) {
    out += "<tr><th title=\"" + escaped(r.rows[i].title) + "\">" + escaped(r.rows[i].id) + "</th>";
    for (std::size_t c = 0; c < d.columns; ++c) {
      const auto* cell = d.at(i, c);
      if (cell == nullptr) {
        out += "<td class=\"c\"></td>";
        continue;
      }
      out += "<td class=\"c " + std::string(name_of(cell->outcome)) + "\" title=\"" +
             escaped(tooltip(r.rows[i], r.columns[c], *cell)) + "\">" + mark_of(cell->outcome) + "</td>";
    }
    out += "</tr>";
  }
  out += "</tbody></table></div>";
}

/// A day and a second on one line: the scale is logarithmic.
double place(duration at, duration whole, double width) {
  const auto scaled = [](duration d) {
    return std::log1p(static_cast<double>(std::max<std::int64_t>(d.count(), 0)) / 5'000.0);
  };
  const auto all = scaled(whole);
  return all <= 0 ? 0 : width * scaled(at) / all;
}

std::string number(double n) { return std::to_string(static_cast<int>(std::lround(n))); }

void timeline(std::string& out, const rehearsal_report& r) {
  constexpr double left = 220, width = 760, height = 22;
  const auto whole = std::max(r.undisturbed.lasted, duration{1});
  out +=
      "<h2>The undisturbed run</h2><p class=\"sub\">Logarithmic in time; the label is how long a step "
      "lasts.</p><div class=\"scroll\"><svg width=\"1120\" height=\"" +
      number(height * static_cast<double>(r.rows.size()) + 10) +
      "\" role=\"img\"><title>Steps of the undisturbed run over time</title>";
  double y = 4;
  for (const auto& row : r.rows) {
    const auto begin = place(row.began, whole, width);
    const auto end = std::max(place(row.ended, whole, width), begin + 2);
    const bool people = row.kind == step_kind::approval || row.kind == step_kind::checklist;
    const bool time = row.kind == step_kind::wait || row.kind == step_kind::watch;
    const auto* colour = people ? "#e2b84b" : time ? "#9db4c8" : "#3f7fc1";
    out += "<text x=\"0\" y=\"" + number(y + 13) + "\">" + escaped(short_text(row.id, 34)) +
           "</text><rect x=\"" + number(left + begin) + "\" y=\"" + number(y) + "\" width=\"" +
           number(end - begin) + "\" height=\"16\" rx=\"3\" fill=\"" + colour + "\"><title>" +
           escaped(row.title) + ", from " + span_text(row.began) + " to " + span_text(row.ended) +
           "</title></rect><text x=\"" + number(left + end + 6) + "\" y=\"" + number(y + 13) + "\">" +
           span_text(row.ended - row.began) + "</text>";
    y += height;
  }
  out +=
      "</svg></div><p class=\"key\"><span style=\"background:#3f7fc1;color:#fff\">actions</span>"
      "<span style=\"background:#e2b84b\">people</span><span style=\"background:#9db4c8\">time</span></p>";
}

void people(std::string& out, const digest& d) {
  if (!d.questions.empty()) {
    out += "<h2>What people are asked</h2><table>";
    for (const auto& [question, times] : d.questions)
      out += "<tr><td class=\"num\">" + number_of(times, "run") + "</td><td>" +
             escaped(short_text(question)) + "</td></tr>";
    out += "</table>";
  }
  if (d.parked.empty()) return;
  out += "<h2>Where a run waits for a person</h2><table>";
  for (const auto& w : d.parked)
    out += "<tr><td class=\"num\">" + number_of(w.runs, "run") + "</td><td>" + escaped(short_text(w.why)) +
           "<br>next: <code>" + escaped(short_text(w.action)) + "</code><br>shown by <code>" +
           escaped(w.replay) + "</code></td></tr>";
  out += "</table>";
}

void runs(std::string& out, const rehearsal_report& r) {
  if (!r.columns.empty() || r.cells.empty()) return;
  out += "<h2>Runs</h2><table>";
  for (const auto& c : r.cells)
    out += "<tr><td class=\"" + std::string(name_of(c.outcome)) + "\">" + std::string(name_of(c.outcome)) +
           "</td><td>after " + span_text(c.lasted) + ": " + escaped(short_text(c.why)) + "<br><code>" +
           escaped(c.replay) + "</code></td></tr>";
  out += "</table>";
}

void legend(std::string& out, const rehearsal_report& r) {
  if (r.columns.empty()) return;
  out += "<h2>Faults</h2><table>";
  for (const auto& c : r.columns)
    out += "<tr><td><code>" + escaped(c.name) + "</code></td><td>" + escaped(c.help) + "</td></tr>";
  out += "</table>";
}

}  // namespace

std::string to_html(const rehearsal_report& r) {
  const auto d = rehearsal::digest_of(r);
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"><title>Rehearsal of " +
      escaped(r.plan) + " " + escaped(r.version) + "</title><style>" + style + "</style></head><body>\n";
  summary(out, r);
  violations(out, r);
  matrix(out, r, d);
  runs(out, r);
  timeline(out, r);
  people(out, d);
  legend(out, r);
  return out + "\n</body></html>\n";
}

}  // namespace v1
}  // namespace shipflow
