// Names to addresses on a few threads of their own, so that one dead name server does not hold
// up the look-ups of everybody else (Asio's resolver has a single thread).
#pragma once

#include <shipflow/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace shipflow::http {

class resolver {
 public:
  using addresses = std::vector<boost::asio::ip::tcp::endpoint>;
  using handler = std::function<void(result<addresses>)>;

  resolver() = default;
  /// Waits for look-ups under way (getaddrinfo cannot be interrupted); queued ones are dropped.
  ~resolver();
  resolver(const resolver&) = delete;
  resolver& operator=(const resolver&) = delete;

  /// Posts the answer to the executor. A job whose `alive` is gone is not looked up any more.
  /// Errors: not_found (no such host), unavailable (no name server answered), io.
  void resolve(std::string host, std::uint16_t port, const boost::asio::any_io_executor& executor,
               std::weak_ptr<void> alive, handler done);

 private:
  struct job {
    std::string host;
    std::uint16_t port = 0;
    boost::asio::any_io_executor executor;
    std::weak_ptr<void> alive;
    handler done;
  };
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<job> jobs_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stop_ = false;
};

}  // namespace shipflow::http
