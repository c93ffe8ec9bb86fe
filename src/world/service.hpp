// A component behind a balancer, as launch, shift, retire and replace change it: two fleets, called blue
// and green, and a share of the traffic for each.
#pragma once

#include <shipflow/world.hpp>

#include <array>
#include <string>

namespace shipflow::worlds {

struct fleet {
  std::string version;  ///< empty: there is no such fleet
  int wanted = 0;
  int broken = 0;  ///< instances that never come up
  time_point begun{};
  time_point ready{};
  [[nodiscard]] bool exists() const { return !version.empty(); }
  /// They come up one after the other between `begun` and `ready`.
  [[nodiscard]] int healthy(time_point now) const;
};

class service {
 public:
  explicit service(std::string name);

  [[nodiscard]] bool knows(const std::string& action) const;
  /// What `observe` says: {restores, colour, version}. `about` is an earlier observation or null.
  [[nodiscard]] json::value observe(const std::string& action, const json::value& about) const;
  /// Begins the effect. The time at which it is complete; an error when it is refused, `conflict` when the
  /// traffic is not as observed.
  [[nodiscard]] result<time_point> apply(const request& q, time_point now);
  [[nodiscard]] result<time_point> undo(const request& q, time_point now);
  [[nodiscard]] json::object outputs(const std::string& action) const;

  /// One instance of what the action brought up never comes up.
  void break_half_way(const std::string& action);
  /// Somebody else moves traffic; false when there is only one fleet that could take it.
  bool move_by_hand(time_point now);

  void snapshot(json::object& into) const;
  void serves(std::vector<serving>& into, time_point now) const;
  /// When the next instance comes up.
  [[nodiscard]] std::optional<time_point> next_change(time_point now) const;

 private:
  [[nodiscard]] std::size_t live() const;
  [[nodiscard]] json::value describe(std::size_t colour) const;
  [[nodiscard]] result<time_point> shift(const request& q, time_point now);
  void put(std::size_t colour, const json::value& described, time_point now);

  std::string name_;
  std::array<fleet, 2> fleets_;
  std::array<int, 2> weights_{100, 0};
};

}  // namespace shipflow::worlds
