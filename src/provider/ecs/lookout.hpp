// Which services and tasks are looked at next, and which of them together. Decides, and asks nobody: what is waited for
// goes in, batches come out, as many at once as one call of AWS takes and as often as its rate allows.
//
// Who waits longest goes first, so that nobody starves; others of the same cluster ride along.
#pragma once

#include <shipflow/time.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace shipflow::ecs {

/// Somebody wants to know how a service or a task stands.
struct look {
  enum class kind { service, task };
  std::uint64_t id = 0;  ///< of who asks
  kind what = kind::service;
  std::string region;   ///< the rate is counted in it
  std::string cluster;  ///< one call asks about one
  std::string name;
  time_point due{};
};
/// Names that one call may ask for: DescribeServices 10, DescribeTasks 100.
[[nodiscard]] std::size_t most_names(look::kind what);

class lookout {
 public:
  /// When the next call for what is asked there may be made.
  using ready_at = std::function<time_point(look::kind what, const std::string& region)>;

  void add(look l);
  /// What one call answers now: looks at one cluster, at no more names than a call takes. Empty: nothing is due, or
  /// the rate does not allow it yet.
  [[nodiscard]] std::vector<look> next(time_point now, const ready_at& ready);
  /// When `next` may have something; empty: nobody waits.
  [[nodiscard]] std::optional<time_point> wake(const ready_at& ready) const;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  struct region_queue {
    std::map<std::string, std::multimap<time_point, look>> clusters;
    std::set<std::pair<time_point, std::string>> order;  ///< earliest due of each cluster
  };
  static void enlist(region_queue& r, const std::string& cluster);
  static void strike(region_queue& r, const std::string& cluster);

  std::map<std::pair<look::kind, std::string>, region_queue> regions_;
  std::size_t size_ = 0;
};

/// What is known about how a rollout comes on.
struct course {
  duration passed{0};    ///< since it began
  duration expected{0};  ///< as earlier ones took; zero: not known
  bool near = false;     ///< everything runs, and only the end is missing
  duration round{0};     ///< what it takes to look at everything that is watched once, at the rate allowed
};
/// How long until it is looked at again. Where little is watched one and a half seconds, so that an end is known within
/// two; in a crowd as the rate allows, ends that are near before those that are far.
[[nodiscard]] duration pause_after(const course& c);
/// That pause from now on, or a little less: looks of different rollouts fall on the same moments, so that one call does
/// for ten of them.
[[nodiscard]] time_point common_moment(time_point now, duration pause);

}  // namespace shipflow::ecs
