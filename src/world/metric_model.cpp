#include <shipflow/world_models.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace shipflow {
inline namespace v1 {
namespace {

constexpr duration answer_time{12};

class metric_model final : public metric_source {
 public:
  metric_model(std::shared_ptr<world> where, metric_model_options options)
      : world_(std::move(where)), options_(std::move(options)), begin_(world_->time().now()) {}

  [[nodiscard]] std::vector<std::string> names() const override { return {options_.name}; }
  [[nodiscard]] duration lag(const json::object& /*spec*/) const override { return options_.lag; }

  [[nodiscard]] std::optional<time_point> steady_until(const metric_request& q) const override {
    const auto now = world_->time().now() - begin_;
    auto until = duration::max();
    // A gap is noticed when its time becomes visible; the slots that it touches begin before it and end after it.
    const auto consider = [&](const std::vector<time_span>& spans, duration later) {
      for (const auto& s : spans)
        if (now < s.until + later + (q.until - q.from)) until = std::min(until, s.from + later);
    };
    consider(options_.gaps, options_.lag);
    consider(options_.outages, duration{0});
    if (until == duration::max()) return time_point::max();
    return until > now ? std::optional(begin_ + until) : std::nullopt;
  }

  void read(metric_request q, std::function<void(metric_answer)> done) override {
    auto& time = world_->time();
    time.call_at(time.now() + answer_time,
                 [a = answer_to(q), done = std::move(done)]() mutable { done(std::move(a)); });
  }

 private:
  static bool within(const std::vector<time_span>& spans, duration at) {
    return std::any_of(spans.begin(), spans.end(),
                       [&](const time_span& s) { return s.from <= at && at < s.until; });
  }

  [[nodiscard]] metric_answer answer_to(const metric_request& q) const {
    metric_answer a;
    const auto now = world_->time().now() - begin_;
    if (within(options_.outages, now)) {
      a.why = options_.name + " is away";
      return a;
    }
    const auto visible = now - options_.lag;
    const bool gap = within(options_.gaps, visible);
    for (const auto& series : q.series) a.readings.push_back(read_one(series, visible, gap));
    return a;
  }

  [[nodiscard]] reading read_one(const std::string& series, duration at, bool gap) const {
    reading r;
    const auto rate = options_.rates.find(series);
    if (rate == options_.rates.end()) {
      r.why = "no such series";
    } else if (gap) {
      r.why = "there are no numbers of that time";
    } else {
      r.what = reading::state::value;
      r.number = std::max(0.0, std::floor(rate->second * static_cast<double>(at.count()) / 1000));
    }
    return r;
  }

  std::shared_ptr<world> world_;
  metric_model_options options_;
  time_point begin_;
};

}  // namespace

std::shared_ptr<metric_source> make_metric_model(std::shared_ptr<world> where, metric_model_options options) {
  return std::make_shared<metric_model>(std::move(where), std::move(options));
}

}  // namespace v1
}  // namespace shipflow
