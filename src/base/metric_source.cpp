#include <shipflow/probe.hpp>

#include <exception>
#include <utility>

namespace shipflow {
inline namespace v1 {
namespace {

class function_source final : public metric_source {
 public:
  function_source(std::string name, std::function<metric_answer(const metric_request&)> f)
      : name_(std::move(name)), read_(std::move(f)) {}

  [[nodiscard]] std::vector<std::string> names() const override { return {name_}; }
  void read(metric_request q, std::function<void(metric_answer)> done) override { done(ask(q)); }

 private:
  [[nodiscard]] metric_answer ask(const metric_request& q) const {
    metric_answer none;
    try {
      return read_(q);
    } catch (const std::exception& e) {
      none.why = "metric source \"" + name_ + "\": " + e.what();
    } catch (...) {
      none.why = "metric source \"" + name_ + "\" threw something that is no exception";
    }
    return none;
  }

  std::string name_;
  std::function<metric_answer(const metric_request&)> read_;
};

}  // namespace

metric_source::~metric_source() = default;

result<void> metric_source::check(const metric_request& /*q*/) const { return {}; }

// An override keeps what it is given.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
void metric_source::history(metric_request q, duration /*slot*/, std::function<void(metric_history)> done) {
  metric_history out;
  out.why = "source \"" + q.source + "\" does not keep the past";
  done(std::move(out));
}

duration metric_source::lag(const json::object& spec) const {
  const auto* written = spec.if_contains("lag");
  if (written == nullptr || !written->is_string()) return duration{0};
  const auto& text = written->get_string();
  const auto length = parse_duration(std::string_view(text.data(), text.size()));
  return length ? *length : duration{0};
}

std::shared_ptr<metric_source> make_metric_source(std::string name,
                                                  std::function<metric_answer(const metric_request&)> read) {
  return std::make_shared<function_source>(std::move(name), std::move(read));
}

}  // namespace v1
}  // namespace shipflow
