#include "http/address.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace shipflow::http {
namespace {

namespace ip = boost::asio::ip;

struct range {
  std::uint32_t first;
  unsigned bits;
};

constexpr std::array not_public{
    range{0x00000000, 8},   // this network
    range{0x0A000000, 8},   // private
    range{0x64400000, 10},  // shared by carriers
    range{0x7F000000, 8},   // loopback
    range{0xA9FE0000, 16},  // link-local, where clouds keep their metadata
    range{0xAC100000, 12},  // private
    range{0xC0000000, 24},  // protocol assignments
    range{0xC0000200, 24},  // documentation
    range{0xC0A80000, 16},  // private
    range{0xC6120000, 15},  // benchmarks
    range{0xC6336400, 24},  // documentation
    range{0xCB007100, 24},  // documentation
    range{0xE0000000, 3},   // multicast and reserved
};

bool is_public(std::uint32_t v4) {
  return std::none_of(not_public.begin(), not_public.end(), [&](const range& r) {
    const auto shift = 32U - r.bits;
    return v4 >> shift == r.first >> shift;
  });
}

std::uint32_t four(const ip::address_v6::bytes_type& b, std::size_t at) {
  return static_cast<std::uint32_t>(b[at]) << 24U | static_cast<std::uint32_t>(b[at + 1]) << 16U |
         static_cast<std::uint32_t>(b[at + 2]) << 8U | static_cast<std::uint32_t>(b[at + 3]);
}

bool is_public(const ip::address_v6& a) {
  const auto b = a.to_bytes();
  if (a.is_v4_mapped()) return is_public(four(b, 12));
  if (four(b, 0) == 0x0064FF9B) return is_public(four(b, 12));     // NAT64
  if (b[0] == 0x20 && b[1] == 0x02) return is_public(four(b, 2));  // 6to4
  const bool documentation = four(b, 0) == 0x20010DB8;
  const bool global = (b[0] & 0xE0U) == 0x20;  // 2000::/3 is all that was given out
  return global && !documentation;
}

}  // namespace

bool is_public(const ip::address& a) {
  return a.is_v4() ? is_public(a.to_v4().to_uint()) : is_public(a.to_v6());
}

}  // namespace shipflow::http
