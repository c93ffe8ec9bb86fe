#include "aws/machine.hpp"

#include "aws/call.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <pthread.h>
#include <utility>

namespace shipflow::aws {

// A site of thousands of files goes over this many connections.
constexpr std::size_t idle_connections = 64;
constexpr duration refresh_before = std::chrono::minutes(10);

machine::machine(aws_options given)
    : options(std::move(given)), work_(boost::asio::make_work_guard(io)), dice_(std::random_device{}()) {}

void machine::post(std::function<void()> what) {
  {
    const std::scoped_lock hold(starting_);
    if (!thread_.joinable()) {
      http::client_options kept;
      kept.idle_per_origin = idle_connections;
      kept.idle_total = 2 * idle_connections;
      web = std::make_unique<http::client>(io.get_executor(), kept);
      // The host's signals stay with the host's threads.
      sigset_t all;
      sigset_t before;
      sigfillset(&all);
      pthread_sigmask(SIG_SETMASK, &all, &before);
      thread_ = std::thread([this] { io.run(); });
      pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }
  }
  boost::asio::post(io, std::move(what));
}

void machine::close() {
  if (!thread_.joinable()) return;
  boost::asio::post(io, [this] {
    closed = true;
    const auto all = live;
    for (auto* c : all) c->give_up(errc::cancelled);
    web.reset();
  });
  work_.reset();
  thread_.join();
}

void machine::with_credentials(found_credentials done) {
  if (known_ && (!known_->expires || *known_->expires - refresh_before > now())) return done(*known_);
  waiting_.push_back(std::move(done));
  if (waiting_.size() > 1) return;
  auto local = local_credentials(options);
  if (local || local.error().code != errc::not_found) return answer_all(local);
  remote_credentials(*web, options, [this](const result<credentials>& found) { answer_all(found); });
}

void machine::answer_all(const result<credentials>& found) {
  // Keys that expire soon and are all there is are used until the service refuses them.
  if (found)
    known_ = *found;
  else
    known_.reset();
  for (const auto& done : std::exchange(waiting_, {})) done(found);
}

time_point machine::now() const {
  if (options.now) return options.now();
  return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
}

std::string machine::invocation_id() {
  std::array<char, 40> out{};
  std::snprintf(out.data(), out.size(), "%016llx%016llx", static_cast<unsigned long long>(dice_()),
                static_cast<unsigned long long>(dice_()));
  return out.data();
}

}  // namespace shipflow::aws
