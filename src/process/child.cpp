#include "process/child.hpp"

#include "process/spawn.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <optional>
#include <sys/wait.h>
#include <unistd.h>

namespace shipflow::process {
namespace asio = boost::asio;
using boost::system::error_code;
namespace {

class child : public std::enable_shared_from_this<child> {
 public:
  child(const asio::any_io_executor& executor, const spawned& started, std::size_t output_limit,
        std::function<void(result<child_end>)> done)
      : executor_(executor),
        pid_(started.pid),
        end_(executor, started.pidfd),
        output_(executor, started.output),
        deadline_(executor),
        limit_(output_limit),
        done_(std::move(done)) {}

  void start(duration limit, const std::stop_token& stop) {
    const auto self = shared_from_this();
    deadline_.expires_after(limit);
    deadline_.async_wait([self](error_code ec) {
      if (!ec) self->give_up(make_error(errc::timeout, "did not end in time and was killed"));
    });
    end_.async_wait(asio::posix::stream_descriptor::wait_read, [self](error_code) { self->on_end(); });
    on_stop_.emplace(stop, [weak = weak_from_this(), executor = executor_] {
      asio::post(executor, [weak] {
        if (const auto running = weak.lock()) running->give_up(make_error(errc::cancelled, "cancelled"));
      });
    });
    read();
  }

 private:
  void read() {
    output_.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](error_code ec, std::size_t n) {
      self->keep(n);
      if (!ec && !self->over_) self->read();
    });
  }

  // The end of the output says most about a failure.
  void keep(std::size_t n) {
    text_.append(buffer_.data(), n);
    if (text_.size() > limit_ * 2) text_.erase(0, text_.size() - limit_);
  }

  void give_up(error why) {
    if (over_ || !done_) return;
    ::kill(-pid_, SIGKILL);
    answer(std::move(why));  // the object lives on until the child is reaped
  }

  void on_end() {
    over_ = true;
    // While the leader is not reaped its group id cannot belong to anybody else.
    ::kill(-pid_, SIGKILL);
    int status = 0;
    const bool reaped = ::waitpid(pid_, &status, 0) == pid_;
    drain();
    output_.close();
    if (!reaped)
      return answer(make_error(errc::internal, "its exit status was taken by another part of this program"));
    child_end end;
    if (WIFEXITED(status)) end.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
    if (text_.size() > limit_) text_.erase(0, text_.size() - limit_);
    end.output = std::move(text_);
    answer(std::move(end));
  }

  // What was written before the end is in the pipe, at most its capacity.
  void drain() {
    constexpr int most_reads = 256;
    for (int i = 0; i < most_reads; ++i) {
      const auto n = ::read(output_.native_handle(), buffer_.data(), buffer_.size());
      if (n <= 0) return;
      keep(static_cast<std::size_t>(n));
    }
  }

  void answer(result<child_end> r) {
    deadline_.cancel();
    on_stop_.reset();
    if (auto done = std::exchange(done_, nullptr)) done(std::move(r));
  }

  asio::any_io_executor executor_;
  pid_t pid_;
  asio::posix::stream_descriptor end_;
  asio::posix::stream_descriptor output_;
  asio::steady_timer deadline_;
  std::size_t limit_;
  std::function<void(result<child_end>)> done_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
  std::array<char, 4096> buffer_{};
  std::string text_;
  bool over_ = false;
};

}  // namespace

void run_child(const asio::any_io_executor& executor, const child_spec& spec, duration limit,
               std::stop_token stop, std::function<void(result<child_end>)> done) {
  auto started = spawn(spec);
  if (!started) return asio::post(executor, [done = std::move(done), e = started.error()] { done(e); });
  std::make_shared<child>(executor, *started, spec.output_limit, std::move(done))->start(limit, stop);
}

}  // namespace shipflow::process
