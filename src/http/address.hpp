// Which addresses everybody on the internet may reach (IANA's special-purpose registries, RFC 6890).
#pragma once

#include <boost/asio/ip/address.hpp>

namespace shipflow::http {

/// False for loopback, private, shared, link-local, documentation, multicast and reserved addresses, and for IPv6
/// addresses that stand for such an IPv4 one (mapped, NAT64, 6to4).
[[nodiscard]] bool is_public(const boost::asio::ip::address& a);

}  // namespace shipflow::http
