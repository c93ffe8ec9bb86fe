#include "provider/cloudformation/zip.hpp"

#include "http/deflate.hpp"

#include <boost/crc.hpp>

namespace shipflow::cloudformation {
namespace {

constexpr std::uint64_t most_bytes = 0xffffffffU;
constexpr std::size_t most_files = 0xffff;
// Sizes come behind the data; names are UTF-8.
constexpr std::uint16_t flags = 0x0808;
constexpr std::uint16_t deflated = 8;
constexpr std::uint16_t first_of_1980 = 0x21;
constexpr std::uint16_t version = 20;
constexpr std::uint16_t by_unix = 3U << 8U;

/// Numbers with their lowest byte first.
class record {
 public:
  record& two(std::uint64_t n) { return number(n, 2); }
  record& four(std::uint64_t n) { return number(n, 4); }
  record& text(std::string_view t) { return bytes_ += t, *this; }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  record& number(std::uint64_t n, int size) {
    for (int i = 0; i < size; ++i)
      bytes_ += static_cast<char>((n >> (8U * static_cast<unsigned>(i))) & 0xffU);
    return *this;
  }
  std::string bytes_;
};

error too_much(const char* what) {
  return make_error(errc::invalid_argument, std::string("an archive of an asset has at most ") + what);
}

}  // namespace

result<void> zip_writer::put(std::string_view bytes) {
  written_ += bytes.size();
  if (written_ > most_bytes) return too_much("4 GiB");
  return to_(bytes);
}

result<void> zip_writer::add(const std::string& name, kind k,
                             const std::function<result<void>(const byte_sink& into)>& pour) {
  if (entries_.size() == most_files) return too_much("65,535 files");
  entry e{name, k, 0, 0, 0, written_};
  record head;
  head.four(0x04034b50).two(version).two(flags).two(deflated).two(0).two(first_of_1980);
  head.four(0).four(0).four(0).two(name.size()).two(0).text(name);
  if (auto ok = put(head.bytes()); !ok) return ok;
  http::deflater packing;
  boost::crc_32_type crc;
  const auto packed = [&](const std::string& bytes) {
    e.packed += bytes.size();
    return put(bytes);
  };
  auto taken = pour([&](std::string_view bytes) {
    crc.process_bytes(bytes.data(), bytes.size());
    e.size += bytes.size();
    if (e.size > most_bytes) return result<void>(too_much("4 GiB"));
    return packed(packing.add(bytes));
  });
  if (!taken) return taken;
  if (auto ok = packed(packing.end()); !ok) return ok;
  e.crc = crc.checksum();
  record tail;
  tail.four(0x08074b50).four(e.crc).four(e.packed).four(e.size);
  entries_.push_back(std::move(e));
  return put(tail.bytes());
}

result<void> zip_writer::end() {
  constexpr std::uint64_t regular = 0100000;
  const auto from = written_;
  for (const auto& e : entries_) {
    const std::uint64_t mode = regular | (e.is == kind::executable ? 0755U : 0644U);
    record r;
    r.four(0x02014b50).two(by_unix | version).two(version).two(flags).two(deflated).two(0).two(first_of_1980);
    r.four(e.crc).four(e.packed).four(e.size).two(e.name.size()).two(0).two(0).two(0).two(0);
    r.four(mode << 16U).four(e.at).text(e.name);
    if (auto ok = put(r.bytes()); !ok) return ok;
  }
  record last;
  last.four(0x06054b50).two(0).two(0).two(entries_.size()).two(entries_.size());
  last.four(written_ - from).four(from).two(0);
  return put(last.bytes());
}

}  // namespace shipflow::cloudformation
