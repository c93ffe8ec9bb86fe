#include "http/resolver.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include <cstring>
#include <netdb.h>
#include <optional>
#include <system_error>

namespace shipflow::http {
namespace asio = boost::asio;
namespace {

constexpr std::size_t most_threads = 8;

error explain(int code) {
  if (code == EAI_NONAME || code == EAI_NODATA) return make_error(errc::not_found, "no such host");
  if (code == EAI_MEMORY) return make_error(errc::io, "no memory for the name look-up");
  return make_error(errc::unavailable,
                    std::string("the name could not be looked up: ") + ::gai_strerror(code));
}

result<resolver::addresses> look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); code != 0) return explain(code);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  resolver::addresses out;
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    asio::ip::tcp::endpoint e;
    if (a->ai_addrlen > e.capacity()) continue;
    e.resize(a->ai_addrlen);
    std::memcpy(e.data(), a->ai_addr, a->ai_addrlen);
    e.port(port);
    out.push_back(e);
  }
  if (out.empty()) return explain(EAI_NONAME);
  return out;
}

std::optional<asio::ip::tcp::endpoint> numeric(const std::string& host, std::uint16_t port) {
  boost::system::error_code ec;
  const auto address = asio::ip::make_address(host, ec);
  if (ec) return {};
  return asio::ip::tcp::endpoint(address, port);
}

}  // namespace

resolver::~resolver() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    jobs_.clear();
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void resolver::resolve(std::string host, std::uint16_t port, const asio::any_io_executor& executor,
                       std::weak_ptr<void> alive, handler done) {
  if (const auto endpoint = numeric(host, port)) {
    asio::post(executor, [done = std::move(done), endpoint = *endpoint] { done(addresses{endpoint}); });
    return;
  }
  const std::lock_guard lock(mutex_);
  jobs_.push_back({std::move(host), port, executor, std::move(alive), std::move(done)});
  if (idle_ < jobs_.size() && threads_.size() < most_threads) {
    try {
      threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      if (threads_.empty()) {
        auto refused = std::move(jobs_.back());
        jobs_.pop_back();
        asio::post(refused.executor, [done = std::move(refused.done)] {
          done(make_error(errc::io, "no thread for the name look-up"));
        });
        return;
      }
    }
  }
  wake_.notify_one();
}

void resolver::work() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (jobs_.empty()) {
      ++idle_;
      wake_.wait(lock);
      --idle_;
      continue;
    }
    job next = std::move(jobs_.front());
    jobs_.pop_front();
    if (next.alive.expired()) continue;
    lock.unlock();
    auto found = look_up(next.host, next.port);
    asio::post(next.executor,
               [done = std::move(next.done), found = std::move(found)]() mutable { done(std::move(found)); });
    lock.lock();
  }
}

}  // namespace shipflow::http
