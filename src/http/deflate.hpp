// Deflate (RFC 1951) without a frame around it, in pieces.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace shipflow::http {

/// The same bytes give the same bytes, however they are cut into pieces.
class deflater {
 public:
  deflater();
  ~deflater();
  deflater(const deflater&) = delete;
  deflater& operator=(const deflater&) = delete;

  /// What can be said already; may be nothing.
  [[nodiscard]] std::string add(std::string_view bytes);
  /// The rest. Nothing is added after it.
  [[nodiscard]] std::string end();

 private:
  struct stream;
  [[nodiscard]] std::string run(std::string_view bytes, bool last);
  std::unique_ptr<stream> stream_;
};

}  // namespace shipflow::http
