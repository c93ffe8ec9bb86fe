#include "service.hpp"

#include <algorithm>
#include <list>

namespace tests {
namespace {

std::list<aws_service>& all() {
  static std::list<aws_service> known;
  return known;
}

}  // namespace

registered::registered(aws_service s) { all().push_back(std::move(s)); }

const aws_service* find_service(std::string_view signing, speech speaks) {
  const auto found = std::find_if(all().begin(), all().end(), [&](const aws_service& s) {
    return s.signing == signing && s.speaks == speaks;
  });
  return found == all().end() ? nullptr : &*found;
}

std::string call::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

}  // namespace tests
