// Archives of folders, written as they are read: the same files give the same bytes.
#pragma once

#include <shipflow/error.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::cloudformation {

/// Takes bytes on their way; an error ends it.
using byte_sink = std::function<result<void>(std::string_view bytes)>;

/// A ZIP archive: deflated, dated 1980-01-01, with UTF-8 names and the permissions 0644 or 0755. Up to 65,535 files and
/// 4 GiB. Source: PKWARE's APPNOTE.TXT 6.3.10, 4.3 and 4.4.
class zip_writer {
 public:
  enum class kind { plain, executable };
  explicit zip_writer(byte_sink to) : to_(std::move(to)) {}

  /// `pour` hands the file's bytes to the sink it is given. `name` has slashes between its parts.
  result<void> add(const std::string& name, kind k,
                   const std::function<result<void>(const byte_sink& into)>& pour);
  /// Files come no more.
  result<void> end();

 private:
  struct entry {
    std::string name;
    kind is = kind::plain;
    std::uint32_t crc = 0;
    std::uint64_t packed = 0, size = 0, at = 0;
  };
  result<void> put(std::string_view bytes);

  byte_sink to_;
  std::uint64_t written_ = 0;
  std::vector<entry> entries_;
};

}  // namespace shipflow::cloudformation
