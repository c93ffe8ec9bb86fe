#include "source/asker.hpp"

#include "base/wall_clock.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace shipflow::sources {
namespace {

duration left_of(const metric_request& look) {
  const auto now = wall_clock();
  return std::clamp<duration>(look.deadline - now, duration{1}, std::chrono::minutes(10));
}

struct gathering {
  std::mutex guard;
  std::vector<http::outcome> outcomes;
  std::size_t open = 0;
  std::function<void(std::vector<http::outcome>)> done;
};

}  // namespace

void asker::send(http::request q, const metric_request& look, std::function<void(http::outcome)> done) {
  q.deadline = std::min(q.deadline, left_of(look));
  q.stop = look.stop;
  {
    const std::scoped_lock hold(making_);
    if (!client_) client_ = std::make_unique<http::client>();
  }
  client_->send(std::move(q), std::move(done));
}

void send_all(asker& with, std::vector<http::request> all, const metric_request& look,
              std::function<void(std::vector<http::outcome>)> done) {
  if (all.empty()) return done({});
  auto g = std::make_shared<gathering>();
  g->outcomes.assign(all.size(), http::outcome(http::failure{}));
  g->open = all.size();
  g->done = std::move(done);
  for (std::size_t i = 0; i < all.size(); ++i)
    with.send(std::move(all[i]), look, [g, i](http::outcome o) {
      {
        const std::scoped_lock hold(g->guard);
        g->outcomes[i] = std::move(o);
        if (--g->open != 0) return;
      }
      g->done(std::move(g->outcomes));
    });
}

}  // namespace shipflow::sources
