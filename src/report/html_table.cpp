#include "report/html_table.hpp"

#include "report/evidence_parts.hpp"
#include "report/times.hpp"

#include <algorithm>

namespace shipflow::report {

html_cell words_cell(const std::string& text) { return {escaped(text), false}; }

html_cell time_cell(time_point t) {
  const auto whole = when(t);
  if (whole.empty()) return {};
  return {"<time datetime=\"" + whole + "\">" + whole.substr(0, 10) + " " + whole.substr(11, 8) + "</time>",
          true};
}

html_cell span_cell(duration d) { return {brief_span(d), true}; }

html_cell tag_cell(const std::string& word, tone t) { return {tag(word, t), true}; }

void html_table::group(const std::string& title) {
  if (!rows_.empty() && rows_.back().cells.empty()) rows_.pop_back();
  rows_.push_back({{}, title});
}

std::vector<bool> html_table::used() const {
  std::vector<bool> out(heads_.size(), false);
  if (!out.empty()) out.front() = true;
  for (const auto& r : rows_)
    for (std::size_t i = 0; i < std::min(r.cells.size(), out.size()); ++i)
      if (!r.cells[i].html.empty()) out[i] = true;
  return out;
}

std::string html_table::html() const {
  const auto shown = used();
  const auto columns = std::count(shown.begin(), shown.end(), true);
  std::string out = "<div class=\"scroll\"><table><thead><tr>";
  for (std::size_t i = 0; i < heads_.size(); ++i)
    if (shown[i]) out += "<th scope=\"col\">" + heads_[i] + "</th>";
  out += "</tr></thead><tbody>";
  for (const auto& r : rows_) {
    if (r.cells.empty()) {
      out += "<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"" + std::to_string(columns) + "\">" +
             escaped(r.group) + "</th></tr>";
      continue;
    }
    out += "<tr>";
    for (std::size_t i = 0; i < std::min(r.cells.size(), heads_.size()); ++i)
      if (shown[i]) out += (r.cells[i].narrow ? "<td class=\"when\">" : "<td>") + r.cells[i].html + "</td>";
    out += "</tr>";
  }
  return out + "</tbody></table></div>";
}

}  // namespace shipflow::report
