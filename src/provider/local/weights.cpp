#include "provider/local/weights.hpp"

#include <cmath>
#include <string>

namespace shipflow::local {
namespace {

constexpr int heaviest = 256;

double percent_of_blue(int blue_sum, int green_sum) {
  return 100.0 * blue_sum / static_cast<double>(blue_sum + green_sum);
}

error impossible(const per_colour<int>& share, const per_colour<int>& count) {
  return make_error(errc::invalid_argument, "a split of blue " + std::to_string(share[colour::blue]) +
                                                " to green " + std::to_string(share[colour::green]) +
                                                " cannot be had with " + std::to_string(count[colour::blue]) +
                                                " blue and " + std::to_string(count[colour::green]) +
                                                " green instances");
}

}  // namespace

result<per_colour<int>> weights_for(const per_colour<int>& share, const per_colour<int>& count) {
  per_colour<int> weight;
  for (const auto c : both_colours) {
    if (share[c] == 0) continue;
    if (count[c] == 0) return impossible(share, count);
    weight[c] = 100;
  }
  if (share[colour::blue] == 0 || share[colour::green] == 0) return weight;

  const double wanted = share[colour::blue];
  double nearest = 100;
  for (int blue = 1; blue <= heaviest; ++blue) {
    const double exact = blue * count[colour::blue] * static_cast<double>(share[colour::green]) /
                         (static_cast<double>(share[colour::blue]) * count[colour::green]);
    const int green = static_cast<int>(std::lround(exact));
    if (green < 1 || green > heaviest) continue;
    const double off =
        std::abs(percent_of_blue(blue * count[colour::blue], green * count[colour::green]) - wanted);
    if (off + 1e-9 >= nearest) continue;
    nearest = off;
    weight[colour::blue] = blue;
    weight[colour::green] = green;
  }
  if (nearest >= 0.5) return impossible(share, count);
  return weight;
}

per_colour<int> share_of(const per_colour<int>& weight_sum) {
  per_colour<int> share;
  const int all = weight_sum[colour::blue] + weight_sum[colour::green];
  if (all == 0) return share;
  share[colour::blue] =
      static_cast<int>(std::lround(percent_of_blue(weight_sum[colour::blue], weight_sum[colour::green])));
  share[colour::green] = 100 - share[colour::blue];
  return share;
}

std::optional<colour> live_of(const per_colour<int>& share) {
  if (share[colour::blue] == 0 && share[colour::green] == 0) return std::nullopt;
  return share[colour::blue] >= share[colour::green] ? colour::blue : colour::green;
}

}  // namespace shipflow::local
