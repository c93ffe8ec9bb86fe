#include "http/client.hpp"

#include "http/core.hpp"
#include "http/exchange.hpp"
#include "http/greeter.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <csignal>
#include <pthread.h>
#include <thread>

namespace shipflow::http {
namespace asio = boost::asio;
namespace {

// The host's signals stay with the host's threads.
std::thread quiet_thread(std::function<void()> body) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(body));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace

struct client::own_thread {
  std::shared_ptr<asio::io_context> io = std::make_shared<asio::io_context>(1);
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(*io);
  std::thread thread;
};

client::client(client_options options) : thread_(std::make_unique<own_thread>()) {
  core_ = std::make_shared<core>(thread_->io->get_executor(), options);
  thread_->thread = quiet_thread([io = thread_->io, shared = core_]() mutable {
    io->run();
    // Before the io_context, which its sockets and timers refer to.
    shared.reset();
  });
}

client::client(const asio::any_io_executor& executor, client_options options)
    : core_(std::make_shared<core>(asio::make_strand(executor), options)) {}

client::~client() {
  asio::post(core_->executor, [shared = core_] { shared->close(); });
  if (!thread_) return;
  thread_->work.reset();
  // Destroyed by one of its own callbacks: the thread ends by itself, it keeps what it needs.
  if (thread_->thread.get_id() == std::this_thread::get_id())
    thread_->thread.detach();
  else
    thread_->thread.join();
  core_.reset();
}

void client::send(request q, std::function<void(outcome)> done) {
  std::make_shared<exchange>(core_, std::move(q), std::move(done))->launch();
}

void client::greet(greeting_request q, std::function<void(greeting_outcome)> done) {
  std::make_shared<greeter>(core_, std::move(q), std::move(done))->launch();
}

}  // namespace shipflow::http
