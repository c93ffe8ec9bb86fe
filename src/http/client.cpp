#include "http/client.hpp"

#include "base/signals_blocked.hpp"
#include "http/core.hpp"
#include "http/exchange.hpp"
#include "http/greeter.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <thread>

namespace shipflow::http {
namespace asio = boost::asio;

struct client::own_thread {
  std::shared_ptr<asio::io_context> io = std::make_shared<asio::io_context>(1);
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(*io);
  std::thread thread;
};

client::client(client_options options) : thread_(std::make_unique<own_thread>()) {
  core_ = std::make_shared<core>(thread_->io->get_executor(), options);
  const signals_blocked meanwhile;
  thread_->thread = std::thread([io = thread_->io, shared = core_]() mutable {
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
