// The way that every call to a provider of AWS goes, before an action has it.
#pragma once

#include "aws/desk.hpp"

#include <utility>

namespace shipflow::aws {

/// Who answers, over a session that begins with a visit and the component's binding.
template <class Session>
struct answering {
  answer (*observe)(Session& s);
  answer (*diagnose)(Session& s);
  answer (*carry_out)(Session& s);
};

/// Refuses what is cancelled, unless it is settled, and what would change another account than the one that is meant.
template <class Session, class Binding, class... More>
[[nodiscard]] answer answer_call(const answering<Session>& by, desk& on, const request& q,
                                 result<Binding> bound, More&... more) {
  if (!bound) return answer::failed(bound.error());
  const auto where = static_cast<const destination&>(*bound);
  Session s{{on, q, where}, std::move(*bound), more...};
  if (q.stop.stop_requested() && q.what != verb::settle)
    return s.refuse(errc::cancelled, "the call was cancelled");
  if (q.what == verb::observe) return by.observe(s);
  if (q.what == verb::diagnose) return by.diagnose(s);
  const auto right = s.right_account();
  if (!right) return right.error();
  return by.carry_out(s);
}

}  // namespace shipflow::aws
