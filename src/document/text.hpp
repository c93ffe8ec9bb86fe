// Text of documents: encoding, places, and how a piece of it is quoted in a message.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace shipflow::doc {

/// Line and column in characters, both from 1.
struct position {
  int line = 1;
  int column = 1;
};

struct text_problem {
  position at;
  std::string message;
};

/// The first byte that no document may contain: malformed UTF-8 (Unicode 15, table 3-7), control
/// characters outside YAML 1.2's printable set, or a carriage return without a line feed.
[[nodiscard]] std::optional<text_problem> find_bad_text(std::string_view text);

/// The text in double quotes, control characters escaped, cut to about 60 bytes.
[[nodiscard]] std::string quoted(std::string_view text);

/// A name as a step of an RFC 6901 pointer: `~` as `~0`, `/` as `~1`.
[[nodiscard]] std::string pointer_segment(std::string_view name);

/// Turns byte columns into character columns; cheap when asked in ascending order.
class line_index {
 public:
  explicit line_index(std::string_view text) : text_(text) {}
  /// Line and byte column count from 0 here.
  [[nodiscard]] position at(int line, int byte_column);

 private:
  void to_line(int line);

  std::string_view text_;
  int line_ = 0;
  std::size_t start_ = 0;  ///< offset of the line
  std::size_t byte_ = 0;   ///< bytes of the line already counted ...
  int characters_ = 0;     ///< ... and the characters in them
};

}  // namespace shipflow::doc
