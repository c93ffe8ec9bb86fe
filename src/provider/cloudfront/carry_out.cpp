// From a call to its answer.
#include "aws/answering.hpp"
#include "base/members.hpp"
#include "provider/cloudfront/actions.hpp"

#include <algorithm>
#include <array>

namespace shipflow::cloudfront {
namespace {

answer observe(session& s) {
  const auto now = look_at_config(s);
  if (!now) return now.error();
  json::object restores;
  if (s.q.action == "switch_origin") restores["origin_path"] = now->path;
  return answer::done({{"distribution", s.bound.distribution},
                       {"origin_path", now->path},
                       {"restores", std::move(restores)}});
}

answer diagnose(session& s) {
  const auto seen = s.read(aws::cloudfront, "GetDistribution", {{"Id", s.bound.distribution}});
  if (!seen) return answer::done({{"not_read", seen.error().problem.message}});
  json::object out{{"distribution", s.bound.distribution}};
  for (const auto* name : {"Status", "DomainName", "InProgressInvalidationBatches", "LastModifiedTime"})
    if (const auto* v = members::find(members::object(*seen, "Distribution"), name)) out[name] = *v;
  return answer::done(std::move(out));
}

struct known_action {
  std::string_view name;
  answer (*carry_out)(session& s);
  answer (*observe)(session& s);
  bool of_canary = false;
};

const known_action* find_action(const std::string& name) {
  static constexpr std::array<known_action, 5> all{
      known_action{"invalidate", invalidate, observe}, known_action{"switch_origin", switch_origin, observe},
      known_action{"launch", launch, observe_launch, true}, known_action{"shift", shift, observe_shift, true},
      known_action{"retire", retire, retire, true}};
  const auto* found = std::find_if(all.begin(), all.end(), [&](const auto& a) { return a.name == name; });
  return found == all.end() ? nullptr : found;
}

}  // namespace

answer carry_out(aws::desk& on, const request& q) {
  const auto* known = find_action(q.action);
  if (known == nullptr)
    return answer::failed(make_error(errc::unsupported, "provider cloudfront has no action " + q.action));
  auto bound = read_binding(q.target);
  if (bound && known->of_canary && !bound->tried)
    return answer::failed(
        make_error(errc::invalid_argument, q.component + ": " + q.action + " needs `canary` in the binding"));
  return aws::answer_call<session>({known->observe, diagnose, known->carry_out}, on, q, std::move(bound));
}

}  // namespace shipflow::cloudfront
