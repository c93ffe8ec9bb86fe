// HAProxy's runtime socket: commands in, text out. HAProxy 2.6 management guide, sections 9.1 (CSV)
// and 9.3 (Unix socket commands).
#pragma once

#include <shipflow/error.hpp>
#include <shipflow/time.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::local {

/// Sends commands over one connection to `<directory>/admin.sock` and answers all of what came back.
/// `unavailable` when nothing listens or no full answer came within `patience`.
[[nodiscard]] result<std::string> admin(const std::string& directory,
                                        const std::vector<std::string>& commands,
                                        duration patience = duration{2'000});

/// Commands that answer nothing when they succeed; anything else is an error with their words.
[[nodiscard]] result<void> admin_quiet(const std::string& directory,
                                       const std::vector<std::string>& commands);

/// One line of a table whose first line, after `#`, names the columns.
class row {
 public:
  explicit row(std::map<std::string, std::string, std::less<>> cells) : cells_(std::move(cells)) {}
  /// Empty when there is no such column.
  [[nodiscard]] std::string_view text(std::string_view column) const;
  /// 0 when it is empty or no number.
  [[nodiscard]] std::int64_t number(std::string_view column) const;

 private:
  std::map<std::string, std::string, std::less<>> cells_;
};

/// Reads the first table in `text` up to an empty line; `separator` is ',' for `show stat` and ' ' for
/// `show servers state`. Columns by name, since versions add some; quoted cells (RFC 4180) are understood.
[[nodiscard]] std::vector<row> parse_table(std::string_view text, char separator);

/// The value after `name: ` in `show info`.
[[nodiscard]] std::string_view info_value(std::string_view info, std::string_view name);

}  // namespace shipflow::local
