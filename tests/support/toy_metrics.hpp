// A metric source over counters that grow with time: 100 requests a second, a share of them errors.
#pragma once

#include <shipflow/probe.hpp>
#include <shipflow/scheduler.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace shipflow_test {

/// The source "toy" with the counters `errors` and `all`. It outlives the engines that ask it.
class toy_metrics final : public shipflow::metric_source {
 public:
  explicit toy_metrics(shipflow::scheduler& time) : time_(time), last_(time.now()) {}
  int looks = 0;
  bool silent = false;                          ///< answers that it does not know
  std::optional<shipflow::time_point> promise;  ///< until then every slot is like the last

  /// From now on this share of the requests fails.
  void fail(double share) {
    grow();
    share_ = share;
  }
  [[nodiscard]] std::vector<std::string> names() const override { return {"toy"}; }
  [[nodiscard]] std::optional<shipflow::time_point> steady_until(
      const shipflow::metric_request& /*q*/) const override {
    return promise;
  }
  void read(shipflow::metric_request q, std::function<void(shipflow::metric_answer)> done) override {
    ++looks;
    grow();
    shipflow::metric_answer a;
    if (silent) {
      a.why = "told to be silent";
    } else {
      for (const auto& series : q.series)
        a.readings.push_back({shipflow::reading::state::value, series == "errors" ? errors_ : all_, ""});
    }
    done(std::move(a));
  }

 private:
  void grow() {
    const auto now = time_.now();
    const auto requests = static_cast<double>((now - last_).count()) / 10;
    last_ = now;
    if (requests <= 0) return;
    all_ += requests;
    errors_ += requests * share_;
  }

  shipflow::scheduler& time_;
  shipflow::time_point last_;
  double share_ = 0;
  double all_ = 0;
  double errors_ = 0;
};

}  // namespace shipflow_test
