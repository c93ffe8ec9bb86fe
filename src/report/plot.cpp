#include "report/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <utility>

namespace shipflow::report {
namespace {

constexpr double left = 64, right = 16, top = 34, strip = 10, axis = 24;

std::string number(double v) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.1f", v);
  return buffer.data();
}

std::string attribute(const char* name, double v) {
  return " " + std::string(name) + "=\"" + number(v) + "\"";
}

struct range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void take(double v) {
    if (!std::isfinite(v)) return;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  [[nodiscard]] bool empty() const { return low > high; }
};

double ms(time_point t) { return static_cast<double>(to_ms(t)); }

// Where times and values lie on the paper.
class paper {
 public:
  explicit paper(const plot& p)
      : width_(std::max(p.width, 200)),
        height_(std::max(p.height, 120)),
        times_(times_of(p)),
        values_(values_of(p)) {}

  [[nodiscard]] double x(time_point t) const {
    const double span = times_.high - times_.low;
    return left +
           (width_ - left - right) * (span > 0 ? std::clamp((ms(t) - times_.low) / span, 0.0, 1.0) : 0.5);
  }
  [[nodiscard]] double y(double v) const {
    const double share = (v - values_.low) / (values_.high - values_.low);
    return bottom() - (bottom() - top) * std::clamp(share, 0.0, 1.0);
  }
  [[nodiscard]] double bottom() const { return height_ - strip - axis; }
  [[nodiscard]] double width() const { return width_; }
  [[nodiscard]] double height() const { return height_; }
  [[nodiscard]] const range& times() const { return times_; }
  [[nodiscard]] const range& values() const { return values_; }

 private:
  static range times_of(const plot& p) {
    range out;
    for (const auto& line : p.lines)
      for (const auto& point : line.points) out.take(ms(point.at));
    for (const auto& b : p.bands) {
      out.take(ms(b.from));
      out.take(ms(b.to));
    }
    for (const auto& m : p.marks) out.take(ms(m.at));
    return out.empty() ? range{0, 1} : out;
  }
  // Zero and the thresholds are always on the paper, with some air above.
  static range values_of(const plot& p) {
    range out;
    out.take(0);
    out.take(p.reach);
    for (const auto& line : p.lines)
      for (const auto& point : line.points)
        if (point.value) out.take(*point.value);
    for (const auto& l : p.levels) out.take(l.value);
    if (!(out.high > out.low)) out.high = out.low + 1;
    out.high += (out.high - out.low) * 0.08;
    return out;
  }

  double width_, height_;
  range times_, values_;
};

// The least and greatest value of a pixel column, in the order they came.
struct column {
  std::vector<plot_point> kept;
  void take(const plot_point& p) {
    if (kept.size() < 2) {
      kept.push_back(p);
      if (kept.size() == 2 && *kept[0].value > *kept[1].value) rising = false;
      return;
    }
    auto& low = rising ? kept[0] : kept[1];
    auto& high = rising ? kept[1] : kept[0];
    if (*p.value < *low.value) low.value = p.value;
    if (*p.value > *high.value) high.value = p.value;
  }
  bool rising = true;
};

// A path in tenths of a pixel, each point told from the one before: a day of a metric is a few kilobytes.
class trace {
 public:
  void add(double x, double y) {
    const auto to_x = std::lround(x * 10);
    const auto to_y = std::lround(y * 10);
    if (drawn_ == 0) {
      path_ += 'M';
      step(to_x);
      step(to_y);
      path_ += 'l';
    } else {
      step(to_x - x_);
      step(to_y - y_);
    }
    ++drawn_;
    x_ = to_x;
    y_ = to_y;
  }
  /// Ends a stretch; a point alone is a dot.
  void lift() {
    const auto drawn = std::exchange(drawn_, 0);
    if (drawn != 1) return;
    path_.back() = 'h';
    path_ += '1';
  }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  void step(long tenths) {
    const bool follows = path_.back() != 'M' && path_.back() != 'l';
    if (tenths < 0)
      path_ += '-';
    else if (follows)
      path_ += ' ';
    const auto size = std::labs(tenths);
    if (size >= 10 || size % 10 == 0) path_ += std::to_string(size / 10);
    if (size % 10 == 0) return;
    path_ += '.';
    path_ += static_cast<char>('0' + size % 10);
  }

  std::string path_;
  long x_ = 0, y_ = 0;
  int drawn_ = 0;  ///< points of the present stretch
};

class writer {
 public:
  explicit writer(const plot& p) : p_(p), on_(p) {}

  std::string write() {
    out_ = "<div class=\"scroll\"><svg class=\"sf-plot\" role=\"img\" viewBox=\"0 0 " + number(on_.width()) +
           " " + number(on_.height()) + "\"><title>" + escaped(p_.title) + "</title>";
    text(left, 15, "sf-title", "start", p_.title);
    value_axis();
    time_axis();
    for (const auto& b : p_.bands) band(b);
    for (const auto& l : p_.levels) level(l);
    for (std::size_t i = 0; i < p_.lines.size(); ++i) line(p_.lines[i], i);
    for (const auto& m : p_.marks) mark(m);
    return std::move(out_) + "</svg></div>";
  }

 private:
  void text(double x, double y, std::string_view css, const char* anchor, std::string_view words) {
    out_ += "<text" + attribute("x", x) + attribute("y", y) + " class=\"" + std::string(css) +
            "\" text-anchor=\"" + anchor + "\">" + escaped(words) + "</text>";
  }

  void stroke(std::string_view css, double x1, double y1, double x2, double y2) {
    out_ += "<line class=\"" + std::string(css) + "\"" + attribute("x1", x1) + attribute("y1", y1) +
            attribute("x2", x2) + attribute("y2", y2) + "/>";
  }

  void value_axis() {
    for (const auto v : round_ticks(on_.values().low, on_.values().high, 5)) {
      stroke("sf-grid", left, on_.y(v), on_.width() - right, on_.y(v));
      text(left - 6, on_.y(v) + 4, "sf-tick", "end", short_number(v) + p_.unit);
    }
  }

  // Times of day; with days between them, the date as well.
  void time_axis() {
    const auto& t = on_.times();
    const duration span{static_cast<std::int64_t>(t.high - t.low)};
    const auto count = std::max(2.0, std::floor((on_.width() - left) / 140));
    for (double i = 0; i <= count; ++i) {
      const auto at = from_ms(static_cast<std::int64_t>(t.low + (t.high - t.low) * i / count));
      text(on_.x(at), on_.height() - 8, "sf-tick",
           i == 0       ? "start"
           : i >= count ? "end"
                        : "middle",
           axis_label(at, span));
    }
  }

  void band(const plot_band& b) {
    const auto x = on_.x(b.from);
    out_ += "<rect class=\"sf-" + std::string(name_of(b.is)) + "\"" + attribute("x", x) +
            attribute("y", on_.bottom() + 3) + attribute("width", std::max(0.6, on_.x(b.to) - x)) +
            attribute("height", strip - 3) + "/>";
  }

  void level(const plot_level& l) {
    stroke("sf-level", left, on_.y(l.value), on_.width() - right, on_.y(l.value));
    text(on_.width() - right, on_.y(l.value) - 4, "sf-level-text", "end", l.label);
  }

  void line(const plot_line& l, std::size_t i) {
    const auto colour = std::to_string(i % 4);
    trace drawn;
    column now;
    int now_x = -1;
    const auto flush = [&] {
      for (const auto& point : now.kept) drawn.add(on_.x(point.at), on_.y(*point.value));
      now = {};
    };
    const auto lift = [&] {
      flush();
      drawn.lift();
    };
    for (const auto& point : l.points) {
      const bool gap = !point.value || !std::isfinite(*point.value);
      const auto x = static_cast<int>(on_.x(point.at));
      if (x != now_x) flush();
      now_x = x;
      if (gap)
        lift();
      else
        now.take(point);
    }
    lift();
    out_ += "<path class=\"sf-line sf-line-" + colour + "\" d=\"" + drawn.path() + "\"/>";
    if (p_.lines.size() > 1 || l.name != p_.title)
      text(on_.width() - right, 18 + 13 * static_cast<double>(i), "sf-name-" + colour, "end", l.name);
  }

  // A label is written above the plot, where no line is, to the side that has room.
  void mark(const plot_mark& m) {
    const auto x = on_.x(m.at);
    const bool late = x > (left + on_.width()) / 2;
    const auto css = "sf-mark sf-" + std::string(name_of(m.is));
    stroke(css, x, top - 10, x, on_.bottom());
    text(late ? x - 4 : x + 4, top - 3, "sf-mark-text", late ? "end" : "start", m.label);
  }

  const plot& p_;
  paper on_;
  std::string out_;
};

}  // namespace

std::string to_svg(const plot& p) { return writer(p).write(); }

std::string_view plot_style() noexcept {
  return ".sf-plot{font:11px system-ui,sans-serif;color:#24292f;width:100%;min-width:640px;height:auto}"
         ".sf-plot text{fill:currentColor}.sf-plot .sf-title{font-weight:600;font-size:12px}"
         ".sf-grid{stroke:currentColor;stroke-opacity:.12}.sf-level{stroke:#b35900;stroke-dasharray:5 4}"
         ".sf-plot .sf-level-text{fill:#b35900}.sf-line{fill:none;stroke-width:1.6;stroke-linejoin:round}"
         ".sf-line-0{stroke:#0969da}.sf-line-1{stroke:#8250df}.sf-line-2{stroke:#1a7f37}.sf-line-3{stroke:#"
         "9a6700}"
         ".sf-plot .sf-name-0{fill:#0969da}.sf-plot .sf-name-1{fill:#8250df}.sf-plot .sf-name-2{fill:#1a7f37}"
         ".sf-plot .sf-name-3{fill:#9a6700}.sf-good{fill:#2da44e}.sf-calm{fill:#8c959f}.sf-warn{fill:#d4a72c}"
         ".sf-bad{fill:#cf222e}.sf-blind{fill:#afb8c1}.sf-mark{stroke-width:1.5}.sf-mark.sf-good{stroke:#"
         "2da44e}"
         ".sf-mark.sf-calm{stroke:#8c959f}.sf-mark.sf-warn{stroke:#d4a72c}.sf-mark.sf-bad{stroke:#cf222e}"
         ".sf-mark.sf-blind{stroke:#afb8c1}@media(prefers-color-scheme:dark){.sf-plot{color:#d0d7de}"
         ".sf-line-0{stroke:#58a6ff}.sf-line-1{stroke:#b392f0}.sf-line-2{stroke:#3fb950}.sf-line-3{stroke:#"
         "d29922}"
         ".sf-plot .sf-name-0{fill:#58a6ff}.sf-plot .sf-name-1{fill:#b392f0}.sf-plot .sf-name-2{fill:#3fb950}"
         ".sf-plot .sf-name-3{fill:#d29922}.sf-level{stroke:#e3a04f}.sf-plot .sf-level-text{fill:#e3a04f}}";
}

std::string axis_label(time_point t, duration span) {
  const auto whole = format_time(t);
  if (span > std::chrono::hours{24}) return whole.substr(5, 5) + " " + whole.substr(11, 5);
  return whole.substr(11, span < std::chrono::minutes{10} ? 8 : 5);
}

}  // namespace shipflow::report
