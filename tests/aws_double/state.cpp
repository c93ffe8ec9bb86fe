#include "base/members.hpp"
#include "shops.hpp"
#include "world/aws/cloudfront.hpp"
#include "world/aws/rds.hpp"

#include <algorithm>
#include <array>

namespace tests {
namespace {

using namespace shipflow;
using weights = std::vector<std::pair<std::string, int>>;

std::string wrong_with(const json::value& state) {
  if (!state.is_object()) return "a state is a JSON object";
  constexpr std::array<std::string_view, 5> known{"services", "listeners", "rules", "databases",
                                                  "distributions"};
  for (const auto& m : state.get_object())
    if (std::find(known.begin(), known.end(), m.key()) == known.end())
      return "a state has services, listeners, rules, databases and distributions, not " +
             std::string(m.key());
  for (const auto& s : members::list(state.get_object(), "services")) {
    const auto& service = members::as_object(s);
    for (const auto* needed : {"cluster", "name"})
      if (members::text(service, needed).empty()) return std::string("a service needs `") + needed + "`";
    if (members::text(members::object(service, "definition"), "family").empty())
      return "service " + members::text(service, "name") + " needs `definition` with a family";
  }
  return {};
}

cloud::database named(const std::string& id) {
  cloud::database out;
  out.id = id;
  return out;
}

weights weights_of(const json::value& v) {
  weights out;
  for (const auto& m : members::as_object(v))
    out.emplace_back(m.key(), static_cast<int>(members::whole(v.get_object(), m.key())));
  return out;
}

}  // namespace

std::string put_up_state(aws_double& d, const json::value& state) {
  if (auto wrong = wrong_with(state); !wrong.empty()) return wrong;
  const auto& all = state.get_object();
  d.with<cloud::ecs, cloud::elb>([&](auto& services, auto& balancer, auto now) {
    for (const auto& s : members::list(all, "services")) {
      const auto& one = members::as_object(s);
      services.install(members::text(one, "cluster"), members::text(one, "name"),
                       static_cast<int>(members::whole(one, "desired")), members::object(one, "definition"),
                       members::object(one, "rest"), now);
    }
    for (const auto& l : members::object(all, "listeners")) balancer.install(l.key(), weights_of(l.value()));
    for (const auto& r : members::object(all, "rules")) balancer.install_rule(r.key(), weights_of(r.value()));
  });
  d.with<cloud::rds, cloud::cloudfront>([&](auto& databases, auto& cdn, auto now) {
    for (const auto& id : members::texts(all, "databases")) databases.install(named(id), now);
    for (const auto& c : members::object(all, "distributions"))
      cdn.install(c.key(), members::text(members::object(all, "distributions"), c.key()));
  });
  return {};
}

}  // namespace tests
