#include "source/prometheus/reply.hpp"

#include "http/text.hpp"
#include "source/asker.hpp"
#include "source/prometheus/series.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace shipflow::sources::prometheus {
namespace {

reply trouble(std::string why) { return {{}, std::move(why)}; }
reply answer(reading r) { return {std::move(r), {}}; }

const json::value* member(const json::value& of, std::string_view name) {
  const auto* o = of.if_object();
  return o == nullptr ? nullptr : o->if_contains(name);
}

std::string text_of(const json::value* v) {
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
}

struct point {
  double at = 0;  ///< seconds of the epoch
  double number = 0;
};

// [1435781451.781, "1"]: values are strings, because JSON has no NaN.
std::optional<point> read_point(const json::value& v) {
  const auto* pair = v.if_array();
  if (pair == nullptr || pair->size() != 2 || !pair->at(0).is_number() || !pair->at(1).is_string())
    return std::nullopt;
  const auto& s = pair->at(1).get_string();
  std::string_view text(s.data(), s.size());
  if (text.starts_with('+')) text.remove_prefix(1);
  point p{pair->at(0).to_number<double>(), 0};
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), p.number);
  if (ec == std::errc::result_out_of_range) p.number = std::numeric_limits<double>::infinity();
  if ((ec != std::errc{} && ec != std::errc::result_out_of_range) || end != text.data() + text.size())
    return std::nullopt;
  return p;
}

// A NaN must not vanish in a minimum.
std::optional<reading> not_finite(const std::vector<double>& all) {
  for (const auto v : all)
    if (!std::isfinite(v)) return value(v);
  return std::nullopt;
}

sample sample_of(const json::value& item, double number) {
  const auto* metric = member(item, "metric");
  auto out = metric != nullptr && metric->is_object() ? labelled(metric->get_object()) : sample{};
  out.number = number;
  return out;
}

bool asked_for(double at, time_point wanted) {
  return std::fabs(at * 1000.0 - static_cast<double>(to_ms(wanted))) < 2.0;
}

reading wrong_time(double at, time_point wanted) {
  const auto bounded = std::clamp(at * 1000.0, -1e14, 1e14);
  return invalid("answered for " + format_time(from_ms(std::llround(bounded))) + ", asked for " +
                 format_time(wanted));
}

reading read_vector(const question& ask, const json::array& all) {
  std::vector<sample> samples;
  for (const auto& item : all) {
    const auto* v = member(item, "value");
    if (v == nullptr) return invalid("a native histogram; take a quantile of it in the query");
    const auto p = read_point(*v);
    if (!p) return invalid("a sample that is not [time, \"number\"]");
    if (!asked_for(p->at, ask.until)) return wrong_time(p->at, ask.until);
    samples.push_back(sample_of(item, p->number));
  }
  return of_series(ask, samples);
}

reading read_points(const question& ask, const json::array& all) {
  std::vector<double> numbers;
  double before = 0;
  for (const auto& item : all) {
    const auto p = read_point(item);
    if (!p) return invalid("a sample that is not [time, \"number\"]");
    const bool inside = p->at * 1000.0 > static_cast<double>(to_ms(ask.from)) - 2.0 &&
                        p->at * 1000.0 < static_cast<double>(to_ms(ask.until)) + 2.0;
    if (!inside) return wrong_time(p->at, ask.until);
    if (!numbers.empty() && p->at <= before) return invalid("points that are not in order of time");
    before = p->at;
    numbers.push_back(p->number);
  }
  const auto wanted = std::max<std::int64_t>((ask.until - ask.from) / ask.step, 1);
  if (2 * static_cast<std::int64_t>(numbers.size()) < wanted)
    return missing("gaps: " + std::to_string(numbers.size()) + " of " + std::to_string(wanted) + " points");
  if (auto bad = not_finite(numbers)) return *bad;
  return value(reduced(ask.points, numbers));
}

reading read_matrix(const question& ask, const json::array& all) {
  std::vector<sample> samples;
  for (const auto& item : all) {
    const auto* values = member(item, "values");
    if (values == nullptr || !values->is_array())
      return invalid("a native histogram; take a quantile of it in the query");
    auto one = read_points(ask, values->get_array());
    if (one.what != reading::state::value) return one;
    samples.push_back(sample_of(item, one.number));
  }
  return of_series(ask, samples);
}

reading read_data(const question& ask, const json::value& data) {
  const auto type = text_of(member(data, "resultType"));
  const auto* found = member(data, "result");
  if (found == nullptr || !found->is_array()) return invalid("an answer without a result");
  const auto& list = found->get_array();
  if (type == "vector" && ask.points == reduction::none) return read_vector(ask, list);
  if (type == "matrix" && ask.points != reduction::none) return read_matrix(ask, list);
  if (type != "scalar")
    return invalid("the query gives a " + http::one_line(type, 40) + ", wanted numbers at one time");
  const auto p = read_point(*found);
  if (!p) return invalid("a sample that is not [time, \"number\"]");
  return asked_for(p->at, ask.until) ? value(p->number) : wrong_time(p->at, ask.until);
}

}  // namespace

namespace {

// What every answer has to have: `data`, or why there is none.
struct envelope {
  json::value body;
  const json::value* data = nullptr;
  std::string trouble;
  std::string partial;  ///< a warning that is not accepted
};

envelope opened(const question& ask, const http::response& got) {
  envelope out;
  auto body = parse_json(got.body);
  if (body) out.body = std::move(*body);
  const auto status = text_of(member(out.body, "status"));
  if (status == "error") {
    out.trouble = "prometheus: " + http::one_line(text_of(member(out.body, "errorType")), 40) + ": " +
                  http::one_line(text_of(member(out.body, "error")), 300);
    return out;
  }
  if (got.status / 100 != 2) {
    out.trouble = status_text(got, ask.base.url);
    return out;
  }
  out.data = member(out.body, "data");
  if (status != "success" || out.data == nullptr)
    out.trouble = http::shown_url(ask.base.url) + " does not answer as Prometheus does";
  const auto* warnings = member(out.body, "warnings");
  if (!ask.accept_warnings && warnings != nullptr && warnings->is_array() && !warnings->get_array().empty())
    out.partial = "a partial answer: " + http::one_line(text_of(&warnings->get_array().front()), 200);
  return out;
}

// The points of one series, taken slot by slot.
class point_reader {
 public:
  point_reader(const json::value& item, const past_span& past) : past_(past), what_(sample_of(item, 0)) {
    const auto* values = member(item, "values");
    sound_ = values != nullptr && values->is_array();
    if (sound_) points_ = &values->get_array();
  }
  [[nodiscard]] bool sound() const { return sound_ && at_ == points_->size(); }

  // The sample of the slot, if there is one; slots are asked for in order.
  [[nodiscard]] std::optional<sample> at(std::size_t slot) {
    if (!sound_ || at_ == points_->size()) return std::nullopt;
    const auto p = read_point((*points_)[at_]);
    if (!p) {
      sound_ = false;
      return std::nullopt;
    }
    const auto end = past_.first_end + past_.slot * static_cast<std::int64_t>(slot);
    if (!asked_for(p->at, end)) return std::nullopt;
    ++at_;
    auto out = what_;
    out.number = p->number;
    return out;
  }

 private:
  past_span past_;
  sample what_;
  const json::array* points_ = nullptr;
  std::size_t at_ = 0;
  bool sound_ = false;
};

}  // namespace

past_reply read_past(const question& ask, const past_span& past, const http::response& got) {
  const auto in = opened(ask, got);
  if (!in.trouble.empty()) return {{}, in.trouble};
  if (!in.partial.empty()) return {{}, in.partial};
  const auto* found = member(*in.data, "result");
  if (text_of(member(*in.data, "resultType")) != "matrix" || found == nullptr || !found->is_array())
    return {{}, http::shown_url(ask.base.url) + " does not answer a range query with a matrix"};
  std::vector<point_reader> series;
  for (const auto& item : found->get_array()) series.emplace_back(item, past);
  past_reply out;
  out.slots.reserve(past.slots);
  for (std::size_t k = 0; k < past.slots; ++k) {
    std::vector<sample> samples;
    for (auto& s : series)
      if (auto one = s.at(k)) samples.push_back(std::move(*one));
    out.slots.push_back(of_series(ask, samples));
  }
  if (!std::all_of(series.begin(), series.end(), [](const auto& s) { return s.sound(); }))
    return {{}, "the past holds points at other times than asked, or that are not [time, \"number\"]"};
  return out;
}

reply read_reply(const question& ask, const http::response& got) {
  const auto in = opened(ask, got);
  if (!in.trouble.empty()) return trouble(in.trouble);
  if (!in.partial.empty()) return answer(missing(in.partial));
  return answer(read_data(ask, *in.data));
}

}  // namespace shipflow::sources::prometheus
