#include "http/core.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace shipflow::http {
namespace asio = boost::asio;
using clock = std::chrono::steady_clock;
namespace {
// Keeps `now + deadline` from overflowing; nothing waits longer for one answer.
constexpr duration longest_deadline = std::chrono::hours(24);
}  // namespace

void core::close() {
  closed_ = true;
  idle->close();
  const auto live = std::exchange(live_, {});
  for (const auto& each : live)
    if (const auto running = each.lock()) running->give_up(errc::cancelled);
}

activity::activity(std::shared_ptr<core> shared, duration deadline, std::stop_token stop)
    : shared_(std::move(shared)),
      limit_(std::min(deadline, longest_deadline)),
      stop_(std::move(stop)),
      began_(clock::now()),
      deadline_(shared_->executor) {}

void activity::launch() {
  asio::post(shared_->executor, [self = shared_from_this()] { self->start(); });
}

void activity::start() {
  if (shared_->closed_ || stop_.stop_requested()) return give_up(errc::cancelled);
  if (limit_ <= duration::zero()) return give_up(errc::timeout);
  shared_->live_.insert(weak_from_this());
  deadline_.expires_at(began_ + limit_);
  deadline_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
    if (!ec) self->give_up(errc::timeout);
  });
  if (stop_.stop_possible())
    on_stop_.emplace(stop_, [weak = weak_from_this(), executor = shared_->executor] {
      asio::post(executor, [weak] {
        if (const auto self = weak.lock()) self->give_up(errc::cancelled);
      });
    });
  begin();
}

void activity::settle() {
  on_stop_.reset();
  deadline_.cancel();
  if (dial_) dial_->cancel();
  shared_->live_.erase(weak_from_this());
}

void activity::open(dial_request q, std::function<void(dial_outcome)> done) {
  q.deadline = began_ + limit_;
  dial_ = std::make_shared<dial>(shared_->executor, shared_->names, shared_->contexts, std::move(q),
                                 std::move(done));
  dial_->start();
}

duration activity::elapsed() const { return std::chrono::duration_cast<duration>(clock::now() - began_); }

}  // namespace shipflow::http
