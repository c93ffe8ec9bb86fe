// What is deleted, and when.
#include <shipflow/engine.hpp>

namespace shipflow {
inline namespace v1 {

result<std::size_t> purge_old(store& keep, const retention_policy& policy, time_point now) {
  if (policy.facts < duration{0} || policy.rows < policy.facts)
    return make_error(errc::invalid_argument,
                      "rows of the history are kept for " + format_duration(policy.rows) + " and facts for " +
                          format_duration(policy.facts) + "; rows must be kept at least as long as facts");
  return keep.purge(to_ms(now - policy.facts), to_ms(now - policy.rows));
}

}  // namespace v1
}  // namespace shipflow
