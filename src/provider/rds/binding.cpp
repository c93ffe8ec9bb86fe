#include "provider/rds/binding.hpp"

#include "base/members.hpp"

#include <algorithm>
#include <array>

namespace shipflow::rds {
namespace {

constexpr std::array<std::string_view, 7> known{"provider", "region",  "endpoint_url", "account",
                                                "instance", "cluster", "encrypted"};

error wrong(const std::string& what) { return make_error(errc::invalid_argument, "rds binding: " + what); }

}  // namespace

result<binding> read_binding(const json::object& target) {
  for (const auto& m : target)
    if (std::find(known.begin(), known.end(), std::string_view(m.key())) == known.end())
      return wrong(std::string(m.key()) + " is not known here");
  auto where = aws::read_destination(target);
  if (!where) return wrong(where.error().message);
  binding b;
  static_cast<aws::destination&>(b) = std::move(*where);
  const auto instance = members::text(target, "instance");
  const auto cluster = members::text(target, "cluster");
  if (instance.empty() == cluster.empty())
    return wrong("needs either `instance` or `cluster`, the identifier of one");
  b.cluster = !cluster.empty();
  b.source = b.cluster ? cluster : instance;
  if (b.source.starts_with("arn:")) return wrong("write the identifier, not the ARN \"" + b.source + "\"");
  const auto* encrypted = members::find(target, "encrypted");
  if (encrypted != nullptr && !encrypted->is_bool()) return wrong("encrypted must be true or false");
  b.encrypted = encrypted != nullptr && encrypted->get_bool();
  return b;
}

}  // namespace shipflow::rds
