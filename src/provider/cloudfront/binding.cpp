#include "provider/cloudfront/binding.hpp"

#include "base/members.hpp"

#include <algorithm>
#include <array>

namespace shipflow::cloudfront {
namespace {

constexpr std::array<std::string_view, 6> known{"provider", "region",       "endpoint_url",
                                                "account",  "distribution", "origin"};

error wrong(const std::string& what) {
  return make_error(errc::invalid_argument, "cloudfront binding: " + what);
}

bool is_id(const std::string& text) {
  return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

}  // namespace

result<binding> read_binding(const json::object& target) {
  for (const auto& m : target)
    if (std::find(known.begin(), known.end(), std::string_view(m.key())) == known.end())
      return wrong(std::string(m.key()) + " is not known here");
  auto where = aws::read_destination(target);
  if (!where) return wrong(where.error().message);
  binding b;
  static_cast<aws::destination&>(b) = std::move(*where);
  b.distribution = members::text(target, "distribution");
  b.origin = members::text(target, "origin");
  if (!is_id(b.distribution))
    return wrong("distribution must be the id of one, such as E2EXAMPLE1AB, not \"" + b.distribution + "\"");
  return b;
}

}  // namespace shipflow::cloudfront
