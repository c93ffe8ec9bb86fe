// Waits of one provider, together: whoever settles a rollout or a task is answered from calls that ask about several.
#pragma once

#include "provider/ecs/lookout.hpp"
#include "provider/ecs/rates.hpp"
#include "provider/ecs/session.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace shipflow::ecs {

/// Is this call a wait that can be shared?
[[nodiscard]] bool is_shared_wait(const request& q);

/// May be used from several threads. Answers from the jobs that it gives to `later`.
class watch {
 public:
  struct host {
    cloud& on;
    rates& pace;
    std::function<time_point()> steady;  ///< a clock that nobody sets
    /// Runs a job at a time of that clock, on any thread.
    std::function<void(time_point at, std::function<void()> job)> later;
  };
  explicit watch(host h) : host_(std::move(h)) {}

  void settle(request q, reply r);

 private:
  struct waiting {
    request q;
    reply r;
    binding bound;
  };
  /// Everything that was asked about lately, by region, cluster and name.
  struct watched {
    std::map<std::string, std::map<std::string, time_point>> clusters;
    time_point swept{};
    int calls = 0;  ///< that it takes to ask about all of it
  };

  void arrange(time_point now);
  void run();
  void carry_out(std::vector<look> looks, std::vector<waiting> who);
  void note(const look& l, time_point now);
  void over(const look& l);
  [[nodiscard]] duration round_of(const look& l);
  [[nodiscard]] lookout::ready_at ready();
  [[nodiscard]] answer paced(const look& l, const request& q, answer a);

  host host_;
  std::mutex mutex_;
  lookout queue_;
  std::map<std::uint64_t, waiting> waiting_;
  std::map<std::pair<look::kind, std::string>, watched> watched_;
  std::map<std::string, duration> took_;  ///< the last rollout of a service
  std::optional<time_point> woken_;       ///< when the next job runs, as far as is known
  std::uint64_t ids_ = 0;
};

}  // namespace shipflow::ecs
