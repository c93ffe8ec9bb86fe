// A rehearsal's report for people: a table for a terminal and one page for a browser. `to_json` of rehearsal.hpp
// is the form for programs.
#pragma once

#include <shipflow/rehearsal.hpp>

#include <string>

namespace shipflow {
inline namespace v1 {

/// Plain text with a newline at its end: what ran and how it ended, times to restore, the point of no
/// return, the matrix step x fault with a legend, what people would be asked, what is parked with the command that
/// leads on, and each violation with the options that replay it. Lines are as long as the matrix needs;
/// texts in them are cut after 150 bytes. The same report gives the same bytes.
[[nodiscard]] std::string to_table(const rehearsal_report& r);

/// One self-contained HTML page (no script, nothing loaded from elsewhere) with the same content, the
/// matrix in colour with the details of each cell as its tooltip, and the timeline of the undisturbed run. All
/// texts are escaped. About 300 bytes a cell.
[[nodiscard]] std::string to_html(const rehearsal_report& r);

}  // namespace v1
}  // namespace shipflow
