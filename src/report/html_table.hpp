// Tables of pages. A column in which no row says anything is left out.
#pragma once

#include "report/plot.hpp"

#include <initializer_list>
#include <string>
#include <vector>

namespace shipflow::report {

/// A cell's HTML; empty when it says nothing.
struct html_cell {
  std::string html;
  bool narrow = false;  ///< never broken: times, numbers
};
[[nodiscard]] html_cell words_cell(const std::string& text);
/// To the second, as people read it and as `datetime`.
[[nodiscard]] html_cell time_cell(time_point t);
[[nodiscard]] html_cell span_cell(duration d);
[[nodiscard]] html_cell tag_cell(const std::string& word, tone t);

class html_table {
 public:
  explicit html_table(std::initializer_list<const char*> heads) : heads_(heads.begin(), heads.end()) {}
  void add(std::vector<html_cell> cells) { rows_.push_back({std::move(cells), {}}); }
  /// A heading over the rows that follow; of two in a row, the second stands.
  void group(const std::string& title);
  [[nodiscard]] std::string html() const;

 private:
  struct row {
    std::vector<html_cell> cells;
    std::string group;
  };
  [[nodiscard]] std::vector<bool> used() const;
  std::vector<std::string> heads_;
  std::vector<row> rows_;
};

}  // namespace shipflow::report
