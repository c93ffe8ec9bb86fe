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
