// What both views of a report say, gathered once.
#pragma once

#include <shipflow/rehearsal_views.hpp>

#include <map>
#include <string>
#include <vector>

namespace shipflow::rehearsal {

/// "0.4s", "12.5s", "3m20s", "24h12m".
[[nodiscard]] std::string span_text(duration d);

/// "1 run", "2 runs".
[[nodiscard]] std::string number_of(std::size_t n, const char* what);

/// Cut after `most` bytes, between characters; line breaks become blanks.
[[nodiscard]] std::string short_text(std::string_view text, std::size_t most = 150);

/// Runs that wait for the same thing.
struct waiting {
  std::string why;
  std::string action;  ///< ids of runs as RUN
  std::size_t runs = 0;
  std::string replay;  ///< of the first
};

/// A report by what a person looks for.
struct digest {
  std::vector<const rehearsal_cell*> grid;  ///< rows x columns; null: not applicable
  std::vector<waiting> parked;              ///< in order of first appearance
  std::map<std::string, std::size_t> questions;
  std::size_t columns = 0;

  [[nodiscard]] const rehearsal_cell* at(std::size_t row, std::size_t column) const {
    return grid[row * columns + column];
  }
};
[[nodiscard]] digest digest_of(const rehearsal_report& r);

/// "none: every step can be put back", or the steps with their reasons.
[[nodiscard]] std::vector<std::string> no_return_lines(const rehearsal_report& r);

/// "412 runs: 98 released, 290 restored, 24 wait for a person, no violation".
[[nodiscard]] std::string counts_line(const rehearsal_report& r);

}  // namespace shipflow::rehearsal
