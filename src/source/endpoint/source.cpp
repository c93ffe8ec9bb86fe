#include "base/wall_clock.hpp"
#include "source/asker.hpp"
#include "source/endpoint/question.hpp"

#include <shipflow/sources/http.hpp>

#include <chrono>

namespace shipflow {
namespace sources::endpoint {
namespace {

class source final : public metric_source {
 public:
  [[nodiscard]] std::vector<std::string> names() const override { return {"http"}; }

  [[nodiscard]] result<void> check(const metric_request& q) const override {
    auto ask = read_question(q);
    if (!ask) return ask.error();
    return {};
  }

  void read(metric_request q, std::function<void(metric_answer)> done) override {
    auto ask = read_question(q);
    if (!ask) return done(unavailable(ask.error().message));
    auto request = request_of(*ask, q);
    if (!request) return done(unavailable(request.error().message));
    asker_.send(std::move(*request), q,
                [ask = std::move(*ask), done = std::move(done)](const http::outcome& o) {
                  const auto now = wall_clock();
                  done(o ? read_answer(ask, *o, now) : unavailable(failure_text(o.error())));
                });
  }

 private:
  asker asker_;
};

}  // namespace
}  // namespace sources::endpoint

inline namespace v1 {

std::shared_ptr<metric_source> make_http_source() { return std::make_shared<sources::endpoint::source>(); }

}  // namespace v1
}  // namespace shipflow
