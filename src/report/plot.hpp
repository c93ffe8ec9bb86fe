// A plot of lines over time as SVG for a page of ours: pure, every text escaped, size bounded by the width and not by
// the number of points.
#pragma once

#include <shipflow/time.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::report {

/// One reading; without a value the line has a gap.
struct plot_point {
  time_point at;
  std::optional<double> value;
};
struct plot_line {
  std::string name;
  std::vector<plot_point> points;  ///< in the order of time
};
/// A horizontal line such as a threshold.
struct plot_level {
  double value = 0;
  std::string label;
};
enum class tone { good, calm, warn, bad, blind };
[[nodiscard]] std::string_view name_of(tone t) noexcept;
/// A vertical line such as a decision.
struct plot_mark {
  time_point at;
  std::string label;
  tone is = tone::calm;
};
/// A stretch of the strip below the plot: what was thought of the time from `from` to `to`.
struct plot_band {
  time_point from, to;
  tone is = tone::calm;
};
struct plot {
  std::string title;
  std::string unit;  ///< behind numbers of the axis: "%", " ms"
  std::vector<plot_line> lines;
  std::vector<plot_level> levels;
  std::vector<plot_mark> marks;
  std::vector<plot_band> bands;
  double reach = 0;  ///< the axis of values goes up to here at least
  int width = 860;   ///< at least 200
  int height = 240;  ///< at least 120
};

/// One `<svg>` element, coloured by `plot_style`, which stands once on its page, in a box that scrolls where the screen
/// is narrow. Of each pixel column the least and the greatest value of a line are kept, so peaks stay. O(points).
[[nodiscard]] std::string to_svg(const plot& p);
/// The colours of plots, light and dark, as CSS.
[[nodiscard]] std::string_view plot_style() noexcept;

/// A time as an axis over `span` names it: "10:14", "10:14:07" within minutes, "03-03 10:14" over days.
[[nodiscard]] std::string axis_label(time_point t, duration span);
/// At most `most` characters, not bytes, with "..." where something was cut off.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most);

/// Text made fit for HTML and XML, as content and between double quotes. Control characters that
/// XML forbids are left out.
[[nodiscard]] std::string escaped(std::string_view text);
/// "0.31", "12", "1.5e-07": three digits, for people.
[[nodiscard]] std::string short_number(double v);
/// Round numbers (1, 2 or 5 times a power of ten) from `low` to `high`, at most `most` of them.
[[nodiscard]] std::vector<double> round_ticks(double low, double high, std::size_t most);

/// Values as a row of `width` block characters from `low` to `high`; a column without a value is
/// a dot. Of the values of one column the greatest is shown.
[[nodiscard]] std::string sparkline(const std::vector<std::optional<double>>& values, std::size_t width,
                                    double low, double high);

}  // namespace shipflow::report
