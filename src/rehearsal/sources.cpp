#include "rehearsal/sources.hpp"

#include <cmath>
#include <utility>

namespace shipflow::rehearsal {
namespace {

constexpr duration answer_time{7};
constexpr duration flap{60'000};
constexpr duration flapping_for{1'800'000};

std::optional<time_point> earlier(std::optional<time_point> a, std::optional<time_point> b) {
  if (!a || !b) return std::nullopt;
  return std::min(*a, *b);
}

class probes final : public probe_source {
 public:
  probes(std::shared_ptr<climate> c, std::vector<std::string> kinds, std::shared_ptr<probe_source> inner)
      : climate_(std::move(c)), kinds_(std::move(kinds)), inner_(std::move(inner)) {}
  [[nodiscard]] std::vector<std::string> kinds() const override { return kinds_; }
  [[nodiscard]] std::optional<time_point> steady_until(const probe_request& q) const override {
    return inner_ ? earlier(climate_->steady_until(), inner_->steady_until(q)) : climate_->steady_until();
  }
  void look(probe_request q, std::function<void(probe_answer)> done) override {
    const auto sky = climate_->at_this_moment();
    if (sky != weather::well) ++climate_->bad_looks;
    if (inner_ && sky == weather::well) {
      inner_->look(std::move(q), std::move(done));
      return;
    }
    probe_answer a{shipflow::look::pass, "ok", answer_time, {}};
    if (sky == weather::bad) a = {shipflow::look::fail, "status 503, wanted 200", answer_time, {}};
    if (sky == weather::silent) a = {shipflow::look::unavailable, "nobody could look", answer_time, {}};
    climate_->time.call_at(climate_->time.now() + answer_time,
                           [a = std::move(a), done = std::move(done)] { done(a); });
  }

 private:
  std::shared_ptr<climate> climate_;
  std::vector<std::string> kinds_;
  std::shared_ptr<probe_source> inner_;
};

class metrics final : public metric_source {
 public:
  metrics(std::shared_ptr<climate> c, std::vector<std::string> names, std::shared_ptr<metric_source> inner)
      : climate_(std::move(c)),
        names_(std::move(names)),
        inner_(std::move(inner)),
        begin_(climate_->time.now()) {}
  [[nodiscard]] std::vector<std::string> names() const override { return names_; }
  [[nodiscard]] duration lag(const json::object& spec) const override {
    return inner_ ? inner_->lag(spec) : metric_source::lag(spec);
  }
  [[nodiscard]] std::optional<time_point> steady_until(const metric_request& q) const override {
    return inner_ ? earlier(climate_->steady_until(), inner_->steady_until(q)) : climate_->steady_until();
  }
  void read(metric_request q, std::function<void(metric_answer)> done) override {
    const auto sky = climate_->at_this_moment();
    if (sky != weather::well) ++climate_->bad_looks;
    if (inner_ && sky == weather::well) {
      inner_->read(std::move(q), std::move(done));
      return;
    }
    metric_answer a;
    if (sky == weather::silent) a.why = "the source does not answer";
    for (const auto& series : q.series)
      if (sky != weather::silent) a.readings.push_back(read_one(q, series, sky, a.kind));
    // Counters grow while an answer is under way, so the time of the look is the time of the question.
    climate_->time.call_at(climate_->time.now() + answer_time,
                           [a = std::move(a), done = std::move(done)]() mutable { done(std::move(a)); });
  }

 private:
  // Counters add up over changes of the weather, as those of a balancer do.
  struct counter {
    double sum = 0;
    time_point until{};
  };
  reading read_one(const metric_request& q, const std::string& series, weather sky, series_kind& kind) {
    const auto name = series_name(q.source, q.component, q.arm, series);
    const auto& known = climate_->known;
    const auto bad = known.bad.find(name);
    const auto good = known.good.find(name);
    reading r;
    r.why = "no such series";
    const bool is_bad = sky == weather::bad && bad != known.bad.end();
    if (!is_bad && good == known.good.end()) return r;
    const auto& l = is_bad ? bad->second : good->second;
    kind = l.kind;
    r.what = reading::state::value;
    r.why.clear();
    r.number = l.per_slot;
    if (l.kind == series_kind::gauge) return r;
    auto& c = counters_[name];
    const auto now = climate_->time.now();
    if (c.until == time_point{}) c.until = begin_;
    const auto slots = static_cast<double>((now - c.until).count()) / static_cast<double>(l.slot.count());
    c.sum += std::round(l.per_slot * slots);  // whole events, so that equal slots are equal
    c.until = now;
    r.number = c.sum;
    return r;
  }

  std::shared_ptr<climate> climate_;
  std::vector<std::string> names_;
  std::shared_ptr<metric_source> inner_;
  time_point begin_;
  std::map<std::string, counter> counters_;
};

}  // namespace

weather climate::at_this_moment() const {
  if (now != weather::flapping) return now;
  const auto since = time.now() - changed;
  if (since > flapping_for) return weather::well;
  return since / flap % 2 == 0 ? weather::bad : weather::well;
}

std::optional<time_point> climate::steady_until() const {
  if (now == weather::flapping && time.now() - changed <= flapping_for + flap) return std::nullopt;
  const auto until = quiet_until();
  return until > time.now() ? std::optional(until) : std::nullopt;
}

std::shared_ptr<probe_source> make_probes(std::shared_ptr<climate> c, std::vector<std::string> kinds,
                                          std::shared_ptr<probe_source> inner) {
  return std::make_shared<probes>(std::move(c), std::move(kinds), std::move(inner));
}

std::shared_ptr<metric_source> make_metrics(std::shared_ptr<climate> c, std::vector<std::string> names,
                                            std::shared_ptr<metric_source> inner) {
  return std::make_shared<metrics>(std::move(c), std::move(names), std::move(inner));
}

}  // namespace shipflow::rehearsal
