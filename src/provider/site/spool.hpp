// Entries of a manifest that is being made: kept in memory while they are few, else in a file without a name.
#pragma once

#include "provider/site/manifest.hpp"
#include "provider/site/tree.hpp"

#include <cstdio>
#include <memory>

namespace shipflow::site {

class spool {
 public:
  result<void> add(std::string_view line);
  /// From the beginning, once everything was added.
  [[nodiscard]] line_reader lines();
  /// The text, behind some more of it, as content that can be sent. Lives no longer than the spool.
  [[nodiscard]] std::unique_ptr<content> bytes(std::string first);
  [[nodiscard]] std::uint64_t size() const noexcept { return written_ + memory_.size(); }

 private:
  struct close {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  result<void> flush();
  [[nodiscard]] result<std::string> read(std::uint64_t from, std::uint64_t size) const;
  friend class spool_content;

  std::string memory_;  ///< what follows the bytes in the file
  std::unique_ptr<std::FILE, close> file_;
  std::uint64_t written_ = 0;
};

}  // namespace shipflow::site
