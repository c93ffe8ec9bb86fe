#include "http/deflate.hpp"

#include <boost/beast/zlib/deflate_stream.hpp>

#include <array>

namespace shipflow::http {

namespace zlib = boost::beast::zlib;

struct deflater::stream {
  zlib::deflate_stream is;
};

deflater::deflater() : stream_(std::make_unique<stream>()) {
  constexpr int level = 6;
  constexpr int window_bits = 15;
  constexpr int memory = 8;
  stream_->is.reset(level, window_bits, memory, zlib::Strategy::normal);
}

deflater::~deflater() = default;

std::string deflater::add(std::string_view bytes) { return run(bytes, false); }
std::string deflater::end() { return run({}, true); }

std::string deflater::run(std::string_view bytes, bool last) {
  std::string out;
  std::array<char, 16'384> piece{};
  zlib::z_params p;
  p.next_in = bytes.data();
  p.avail_in = bytes.size();
  do {
    p.next_out = piece.data();
    p.avail_out = piece.size();
    boost::system::error_code ec;
    stream_->is.write(p, last ? zlib::Flush::finish : zlib::Flush::none, ec);
    out.append(piece.data(), piece.size() - p.avail_out);
    // `need_buffers` and `end_of_stream` are all it says: there is nothing more to come.
    if (ec) break;
  } while (p.avail_in > 0 || p.avail_out == 0);
  return out;
}

}  // namespace shipflow::http
