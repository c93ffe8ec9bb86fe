// Health as a rehearsal plays it: all is well unless the script says otherwise.
#pragma once

#include "rehearsal/readings.hpp"

#include <shipflow/world.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace shipflow::rehearsal {

enum class weather { well, bad, flapping, silent };

/// What the sources of a run share.
struct climate {
  virtual_time& time;  // the scheduler of the world
  known_readings known;
  weather now = weather::well;
  /// Until then nothing comes that looks could show or that needs what they saw.
  std::function<time_point()> quiet_until;
  time_point changed{};
  int bad_looks = 0;  ///< looks that were told something else than "well"

  /// Is it bad at this moment? Flapping is bad every other minute, for half an hour.
  [[nodiscard]] weather at_this_moment() const;
  [[nodiscard]] std::optional<time_point> steady_until() const;
};

/// Around a source of the world, or alone: then all is well.
[[nodiscard]] std::shared_ptr<probe_source> make_probes(std::shared_ptr<climate> c,
                                                        std::vector<std::string> kinds,
                                                        std::shared_ptr<probe_source> inner);
[[nodiscard]] std::shared_ptr<metric_source> make_metrics(std::shared_ptr<climate> c,
                                                          std::vector<std::string> names,
                                                          std::shared_ptr<metric_source> inner);

}  // namespace shipflow::rehearsal
