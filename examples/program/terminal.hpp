// What fits a terminal, and how it is taken back.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace program {

/// What a picture may take of the terminal behind standard output, with a column and two rows of air.
struct room {
  std::size_t columns = 100, rows = 40;
};
[[nodiscard]] room paper();

/// Cut to so many characters, not bytes: half a character would spoil the terminal. What is cut off ends in "...".
[[nodiscard]] std::string fitted(const std::string& words, std::size_t columns);

/// Lines drawn at the end of the terminal, to be drawn anew.
class redrawn {
 public:
  /// Takes back what is there. A terminal that became narrower has broken the lines: each takes the rows it needs now.
  void erase();
  /// Draws as many as fit; what does not could not be taken back.
  void draw(std::vector<std::string> lines);

 private:
  std::vector<std::string> drawn_;
};

}  // namespace program
