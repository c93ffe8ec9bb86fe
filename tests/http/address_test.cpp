#include "http/address.hpp"

#include <doctest/doctest.h>

TEST_CASE("http/address: only what everybody can reach is public") {
  const auto open = [](const char* text) {
    return shipflow::http::is_public(boost::asio::ip::make_address(text));
  };
  for (const auto* a : {"8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111",
                        "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"})
    CHECK_MESSAGE(open(a), a);
  for (const auto* a : {"127.0.0.1",
                        "10.1.2.3",
                        "172.16.0.1",
                        "172.31.255.255",
                        "192.168.1.1",
                        "169.254.169.254",
                        "100.64.0.1",
                        "0.0.0.0",
                        "192.0.0.1",
                        "198.18.0.1",
                        "224.0.0.1",
                        "255.255.255.255",
                        "::1",
                        "::",
                        "fe80::1",
                        "fc00::1",
                        "fd00:ec2::254",
                        "ff02::1",
                        "::ffff:127.0.0.1",
                        "64:ff9b::7f00:1",
                        "2002:7f00:1::1",
                        "2001:db8::1"})
    CHECK_MESSAGE(!open(a), a);
}
