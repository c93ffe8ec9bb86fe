#include "aws/machine.hpp"

#include "aws/call.hpp"
#include "aws/search.hpp"
#include "base/signals_blocked.hpp"
#include "http/proxy.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

namespace shipflow::aws {

// A site of thousands of files goes over this many connections.
constexpr std::size_t idle_connections = 64;
// Of one question on the way to credentials, its retries included.
constexpr duration question_wait = std::chrono::seconds(20);

machine::machine(aws_options given)
    : options(std::move(given)),
      ring(keyring_of(options)),
      clock_(clock_of(options)),
      work_(boost::asio::make_work_guard(io)),
      dice_(std::random_device{}()) {}

void machine::post(std::function<void()> what) {
  {
    const std::scoped_lock hold(starting_);
    if (!thread_.joinable()) {
      http::client_options kept;
      kept.idle_per_origin = idle_connections;
      kept.idle_total = 2 * idle_connections;
      web = std::make_unique<http::client>(io.get_executor(), kept);
      retries = retries_of(options);
      ca_file = ca_file_of(options);
      const signals_blocked meanwhile;
      thread_ = std::thread([this] { io.run(); });
    }
  }
  boost::asio::post(io, std::move(what));
}

void machine::close() {
  if (!thread_.joinable()) return;
  boost::asio::post(io, [this] { give_up_all(); });
  work_.reset();
  thread_.join();
}

void machine::give_up_all() {
  closed = true;
  over_.request_stop();
  const auto waiting = ring->leave(*this);
  const auto all = live;
  for (auto* c : all) c->give_up(errc::cancelled);
  for (const auto& p : pauses_) p->cancel();
  for (const auto& done : waiting) done(make_error(errc::cancelled, "cancelled"));
  web.reset();
}

void machine::search(const std::string& region) {
  search_credentials(*this, region, [this](const result<credentials>& found) { ring->found(*this, found); });
}

void machine::ask_with(const service& s, wire_request q, std::optional<credentials> who,
                       const std::string& region, std::function<void(rest_outcome)> done) {
  call_options how;
  how.region = region;
  how.deadline = question_wait;
  const auto c = std::make_shared<call>(*this, s, std::move(q), std::move(how), std::move(done));
  c->use(std::move(who));
  c->begin();
}

void machine::after(duration wait, std::function<void()> then) {
  const auto timer = std::make_shared<boost::asio::steady_timer>(io, wait);
  pauses_.insert(timer);
  timer->async_wait([this, timer, then = std::move(then)](boost::system::error_code ec) {
    pauses_.erase(timer);
    if (!ec && !closed) then();
  });
}

const std::string& machine::proxy_to(const std::string& endpoint) {
  const auto [at, fresh] = proxies_.try_emplace(endpoint);
  if (fresh) at->second = http::proxy_for(endpoint, options.variable);
  return at->second;
}

duration machine::pause_before(const std::string& endpoint) {
  if (!retries || retries->mode != retry_mode::adaptive) return duration{0};
  return rates_.try_emplace(endpoint, steady_now()).first->second.take(steady_now());
}

void machine::answered(const std::string& endpoint, trouble how) {
  if (!retries || retries->mode != retry_mode::adaptive) return;
  rates_.try_emplace(endpoint, steady_now()).first->second.on_answer(how == trouble::throttle, steady_now());
}

time_point machine::steady_now() const {
  return time_point{
      std::chrono::duration_cast<duration>(std::chrono::steady_clock::now().time_since_epoch())};
}

time_point machine::now() const { return clock_(); }

std::string machine::invocation_id() {
  std::array<char, 40> out{};
  std::snprintf(out.data(), out.size(), "%016llx%016llx", static_cast<unsigned long long>(dice_()),
                static_cast<unsigned long long>(dice_()));
  return out.data();
}

}  // namespace shipflow::aws
