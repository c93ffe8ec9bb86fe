#include "source/asker.hpp"
#include "source/prometheus/reply.hpp"

#include <shipflow/sources/prometheus.hpp>

namespace shipflow {
namespace sources::prometheus {
namespace {

metric_answer answer_of(const question& ask, const std::vector<http::outcome>& all) {
  metric_answer a;
  a.kind = ask.kind;
  for (const auto& o : all) {
    auto r = o ? read_reply(ask, *o) : reply{{}, failure_text(o.error())};
    if (!r.trouble.empty()) return unavailable(std::move(r.trouble));
    a.readings.push_back(std::move(r.what));
  }
  return a;
}

// Series by series turned into slot by slot.
metric_history history_of(const question& ask, const past_span& past, const std::vector<http::outcome>& all) {
  metric_history out;
  out.kind = ask.kind;
  std::vector<std::vector<reading>> slots(past.slots);
  for (const auto& o : all) {
    auto r = o ? read_past(ask, past, *o) : past_reply{{}, failure_text(o.error())};
    if (!r.trouble.empty()) return out.why = std::move(r.trouble), out;
    for (std::size_t k = 0; k < slots.size(); ++k) slots[k].push_back(std::move(r.slots[k]));
  }
  out.slots = std::move(slots);
  return out;
}

metric_history no_past(std::string why) {
  metric_history out;
  out.why = std::move(why);
  return out;
}

class source final : public metric_source {
 public:
  [[nodiscard]] std::vector<std::string> names() const override { return {"prometheus"}; }

  [[nodiscard]] result<void> check(const metric_request& q) const override {
    auto ask = read_question(q);
    if (!ask) return ask.error();
    return {};
  }

  void read(metric_request q, std::function<void(metric_answer)> done) override {
    auto ask = read_question(q);
    if (!ask) return done(unavailable(ask.error().message));
    auto requests = requests_of(*ask, q);
    if (!requests) return done(unavailable(requests.error().message));
    send_all(asker_, std::move(*requests), q,
             [ask = std::move(*ask), done = std::move(done)](const std::vector<http::outcome>& all) {
               done(answer_of(ask, all));
             });
  }

  void history(metric_request q, duration slot, std::function<void(metric_history)> done) override {
    const past_span past{q.from + slot, slot, static_cast<std::size_t>((q.until - q.from) / slot)};
    q.from = q.until - slot;
    auto ask = read_question(q);
    if (!ask) return done(no_past(ask.error().message));
    auto requests = past_requests_of(*ask, q, past);
    if (!requests) return done(no_past(requests.error().message));
    send_all(asker_, std::move(*requests), q,
             [ask = std::move(*ask), past, done = std::move(done)](const std::vector<http::outcome>& all) {
               done(history_of(ask, past, all));
             });
  }

 private:
  asker asker_;
};

}  // namespace
}  // namespace sources::prometheus

inline namespace v1 {

std::shared_ptr<metric_source> make_prometheus_source() {
  return std::make_shared<sources::prometheus::source>();
}

}  // namespace v1
}  // namespace shipflow
