#include "probe/desk.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace shipflow::probing {
namespace asio = boost::asio;

ticket::ticket(std::shared_ptr<desk> at, probe_request q, clock::time_point deadline,
               std::function<void(probe_answer)> done)
    : desk_(std::move(at)),
      q_(std::move(q)),
      asked_(clock::now()),
      deadline_(deadline),
      done_(std::move(done)),
      timer_(desk_->with.executor) {}

ticket::~ticket() { desk_->live.erase(this); }

void ticket::arrive() {
  desk_->live.insert(this);
  if (desk_->closed) return give_up("the probes were shut down");
  auto made = prepare(q_.kind, q_.spec);
  if (!made) return give_up("the spec is wrong: " + made.error().message);
  look_ = std::move(*made);
  if (look_->timeout > duration{0}) deadline_ = std::min(deadline_, asked_ + look_->timeout);
  if (deadline_ <= clock::now()) return give_up("asked when its deadline had passed");
  // Held by the timer until it has a slot.
  timer_.expires_at(deadline_);
  timer_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
    if (!ec && !self->has_slot_)
      self->give_up("no free slot before the deadline, raise the number of parallel probes");
  });
  on_stop_.emplace(q_.stop, [weak = weak_from_this(), executor = desk_->with.executor] {
    asio::post(executor, [weak] {
      if (const auto self = weak.lock()) self->give_up("cancelled");
    });
  });
  desk_->ask(shared_from_this());
}

void ticket::begin() {
  has_slot_ = true;
  if (!done_) return answer({});
  begun_ = clock::now();
  timer_.cancel();
  const auto left = std::chrono::ceil<duration>(deadline_ - begun_);
  if (left <= duration{0})
    return give_up("no free slot before the deadline, raise the number of parallel probes");
  look_->begin(desk_->with, left, stop_.get_token(),
               [self = shared_from_this()](seen s) { self->on_seen(std::move(s)); });
}

void ticket::on_seen(seen s) {
  // It is not the target's fault when most of the time went into waiting here.
  const bool starved = begun_ - asked_ > deadline_ - begun_;
  if (s.timed_out && starved) {
    s.answer.outcome = look::unavailable;
    s.answer.text = "waited too long for a free slot: " + s.answer.text;
    s.answer.text.resize(std::min<std::size_t>(s.answer.text.size(), 400));
  }
  answer(std::move(s.answer));
}

void ticket::give_up(std::string why) {
  probe_answer a;
  a.outcome = look::unavailable;
  a.text = std::move(why);
  answer(std::move(a));
  stop_.request_stop();
}

void ticket::answer(probe_answer a) {
  // Posted, since the next look may end at once as well: no recursion over the queue.
  if (std::exchange(has_slot_, false)) asio::post(desk_->with.executor, [at = desk_] { at->give_back(); });
  timer_.cancel();
  on_stop_.reset();
  if (const auto done = std::exchange(done_, nullptr)) done(std::move(a));
}

void desk::ask(const std::shared_ptr<ticket>& t) {
  waiting_.push_back(t);
  serve();
}

void desk::give_back() {
  --taken_;
  serve();
}

void desk::serve() {
  while (taken_ < parallel_ && !waiting_.empty()) {
    const auto next = waiting_.front().lock();
    waiting_.pop_front();
    if (!next) continue;
    ++taken_;
    next->begin();
  }
}

void desk::close() {
  closed = true;
  waiting_.clear();
  std::vector<std::shared_ptr<ticket>> all;
  for (auto* t : live) all.push_back(t->shared_from_this());
  for (const auto& t : all) t->give_up("the probes were shut down");
}

}  // namespace shipflow::probing
