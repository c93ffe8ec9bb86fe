// Replaces secrets in a stream of bytes, however the stream is cut into pieces.
#pragma once

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::process {

/// Writes `***` for every occurrence of a secret: leftmost first, the longest of those that start
/// there. Bytes that may be the beginning of a secret are held back until it is clear; nothing else
/// is. Memory: the longest secret. Time: O(bytes), times secrets only where a first byte matches.
class redactor {
 public:
  /// Empty values are ignored. Of a value with several lines each line of at least eight bytes is a
  /// secret as well, since programs print them one by one.
  explicit redactor(const std::vector<std::string>& secrets);

  /// What is certain after these bytes.
  [[nodiscard]] std::string feed(std::string_view bytes);
  /// What was held back; the stream is over and a new one may begin.
  [[nodiscard]] std::string finish();

  /// A whole text at once.
  [[nodiscard]] static std::string apply(std::string_view text, const std::vector<std::string>& secrets);

 private:
  enum class ending { more_may_come, final };
  std::string scan(ending how);

  std::vector<std::string> secrets_;  // longest first
  std::bitset<256> first_bytes_;
  std::string held_;
};

}  // namespace shipflow::process
