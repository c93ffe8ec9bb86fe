// What a shift is asked for.
#pragma once

#include "provider/cloudfront/standing.hpp"

#include <string>

namespace shipflow::cloudfront {

enum class way { share, promote, back };
constexpr const char* name_of(way w) {
  return w == way::share ? "share" : w == way::promote ? "promote" : "back";
}

/// What a shift is for.
struct shift_aim {
  way to = way::share;
  share given;
  std::string fresh;   ///< path of the new release; empty: what the staging distribution serves
  std::string before;  ///< path of the primary before
  bool clears = true;  ///< caches of the primary at the end
  time_point begun{};
};

/// By `weight` or `header`, and the path before by the baseline. Error: `invalid_argument`.
[[nodiscard]] result<shift_aim> wanted_shift(const session& s);

}  // namespace shipflow::cloudfront
