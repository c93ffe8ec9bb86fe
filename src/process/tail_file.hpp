// The end of a stream in a file of bounded size.
#pragma once

#include "process/files.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace shipflow::process {

/// Keeps at least the last `limit` bytes written, at most twice as many, so that a flood costs two
/// writes a byte. Readers see one of the two files of a compaction, each whole. Trouble with the disk
/// is not an error: the program's end is worth more than its words.
class tail_file {
 public:
  /// Continues a file that exists.
  tail_file(std::string path, std::size_t limit);
  void append(std::string_view bytes);
  /// Bytes appended in all by this object.
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }

 private:
  void compact(std::string_view bytes);

  std::string path_;
  std::size_t limit_;
  unique_fd file_;
  std::size_t size_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace shipflow::process
