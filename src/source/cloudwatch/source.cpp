#include "aws/client.hpp"
#include "base/wall_clock.hpp"
#include "source/asker.hpp"
#include "source/cloudwatch/question.hpp"

#include <shipflow/sources/cloudwatch.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace shipflow {
namespace sources::cloudwatch {
namespace {

constexpr int most_pages = 20;
constexpr duration usual_lag = std::chrono::minutes(2);

/// One look: the call, and the pages after it.
struct look : std::enable_shared_from_this<look> {
  aws::client& with;
  question ask;
  json::object input;
  aws::call_options how;
  std::function<void(metric_answer)> done;
  json::array results;
  int pages = 0;

  look(aws::client& c, question q, json::object i, aws::call_options h, std::function<void(metric_answer)> d)
      : with(c), ask(std::move(q)), input(std::move(i)), how(std::move(h)), done(std::move(d)) {}

  void go() {
    with.call(aws::cloudwatch, "GetMetricData", input, how, [self = shared_from_this()](aws::outcome o) {
      if (!o) return self->done(unavailable(o.error().message));
      self->take(*o);
    });
  }

  void take(json::object& page) {
    if (auto* more = page.if_contains("MetricDataResults"); more != nullptr && more->is_array())
      for (auto& item : more->get_array()) results.push_back(std::move(item));
    const auto* next = page.if_contains("NextToken");
    const bool last = next == nullptr || !next->is_string() || next->get_string().empty();
    if (last) return done(read_answer(ask, {{"MetricDataResults", std::move(results)}}));
    if (++pages == most_pages)
      return done(unavailable("monitoring GetMetricData: more than 20 pages for one slot"));
    input["NextToken"] = *next;
    go();
  }
};

class source final : public metric_source {
 public:
  explicit source(aws_options options) : client_(std::move(options)) {}

  [[nodiscard]] std::vector<std::string> names() const override { return {"cloudwatch"}; }

  [[nodiscard]] result<void> check(const metric_request& q) const override {
    auto ask = read_question(q);
    if (!ask) return ask.error();
    return {};
  }

  [[nodiscard]] duration lag(const json::object& spec) const override {
    return spec.contains("lag") ? metric_source::lag(spec) : usual_lag;
  }

  void read(metric_request q, std::function<void(metric_answer)> done) override {
    auto ask = read_question(q);
    if (!ask) return done(unavailable(ask.error().message));
    auto input = input_of(*ask, q);
    if (!input) return done(unavailable(input.error().message));
    const auto now = wall_clock();
    const auto left = std::clamp<duration>(q.deadline - now, duration{1}, std::chrono::minutes(10));
    aws::call_options how{ask->region, ask->endpoint_url, std::min(ask->timeout, left), q.stop};
    std::make_shared<look>(client_, std::move(*ask), std::move(*input), std::move(how), std::move(done))
        ->go();
  }

 private:
  aws::client client_;
};

}  // namespace
}  // namespace sources::cloudwatch

inline namespace v1 {

std::shared_ptr<metric_source> make_cloudwatch_source(aws_options options) {
  return std::make_shared<sources::cloudwatch::source>(std::move(options));
}

}  // namespace v1
}  // namespace shipflow
