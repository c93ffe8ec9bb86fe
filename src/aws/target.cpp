#include "aws/target.hpp"

#include <algorithm>
#include <vector>

namespace shipflow::aws {
namespace {

template <class Names>
result<void> among(std::string_view provider, const json::object& o, std::string_view within,
                   const Names& names) {
  for (const auto& m : o) {
    const std::string_view key(m.key().data(), m.key().size());
    if (std::find(names.begin(), names.end(), key) == names.end())
      return wrong_binding(provider, std::string(within) + std::string(key) + " is not known here");
  }
  return {};
}

}  // namespace

error wrong_binding(std::string_view provider, const std::string& what) {
  return make_error(errc::invalid_argument, std::string(provider) + " binding: " + what);
}

result<void> only(std::string_view provider, const json::object& o, std::string_view within,
                  std::initializer_list<std::string_view> names) {
  return among(provider, o, within, names);
}

result<destination> read_target(std::string_view provider, const json::object& target,
                                std::initializer_list<std::string_view> names) {
  std::vector<std::string_view> all{"provider", "region", "endpoint_url", "account"};
  all.insert(all.end(), names.begin(), names.end());
  if (auto known = among(provider, target, "", all); !known) return known.error();
  auto where = read_destination(target);
  if (!where) return wrong_binding(provider, where.error().message);
  return where;
}

}  // namespace shipflow::aws
