#include "provider/ecs/paced.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace shipflow::ecs {
namespace {

constexpr duration nap{50};

}  // namespace

time_point paced::steady() {
  const auto passed = std::chrono::steady_clock::now().time_since_epoch();
  return from_ms(std::chrono::duration_cast<duration>(passed).count());
}

aws::outcome paced::ask(const request& q, const aws::destination& where, const aws::service& of,
                        const std::string& operation, json::object input, again may) {
  const auto turn = rates_.take(region_of(where), of.id, operation, steady());
  for (auto now = steady(); now < turn; now = steady()) {
    const bool late = q.deadline != time_point{} && on_.now() > q.deadline;
    if (late || over_.stop_requested())
      return aws::failure{make_error(late ? errc::throttled : errc::cancelled,
                                     operation + ": no call was left within the rate that AWS allows"),
                          {},
                          {},
                          false};
    std::this_thread::sleep_for(std::min(nap, turn - now));
  }
  return on_.ask(q, where, of, operation, std::move(input), may);
}

}  // namespace shipflow::ecs
