#include "http/dial.hpp"

#include "http/address.hpp"

#include <algorithm>
#include <array>

namespace shipflow::http {
namespace asio = boost::asio;
using boost::system::error_code;
namespace {

// Long enough for any live address to answer a SYN that was lost once.
constexpr std::chrono::milliseconds least_slice{1500};

bool of_this_machine(int code) {
  constexpr std::array codes{EMFILE,      ENFILE,   ENOBUFS, ENOMEM, EADDRNOTAVAIL,
                             ENETUNREACH, ENETDOWN, EACCES,  EPERM,  EAFNOSUPPORT};
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

bool out_of_resources(int code) {
  return code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM || code == EADDRNOTAVAIL;
}

failure at(stage where, error e) {
  failure f;
  static_cast<error&>(f) = std::move(e);
  f.where = where;
  return f;
}

}  // namespace

failure socket_failure(const error_code& ec, stage where) {
  const bool system = ec.category() == boost::system::system_category();
  failure f;
  f.where = where;
  f.code = errc::unavailable;
  f.message = ec.message();
  if (system) {
    f.local = of_this_machine(ec.value());
    if (out_of_resources(ec.value())) f.code = errc::io;
    if (!f.message.empty() && f.message[0] >= 'A' && f.message[0] <= 'Z')
      f.message[0] = static_cast<char>(f.message[0] - 'A' + 'a');
  }
  return f;
}

dial::dial(asio::any_io_executor executor, resolver& names, tls_contexts& contexts, dial_request q,
           std::function<void(dial_outcome)> done)
    : executor_(std::move(executor)),
      names_(names),
      contexts_(contexts),
      q_(std::move(q)),
      done_(std::move(done)),
      slice_(executor_) {}

void dial::start() {
  names_.resolve(q_.by ? q_.by->host : q_.host, q_.by ? q_.by->port : q_.port, executor_, weak_from_this(),
                 [weak = weak_from_this()](result<resolver::addresses> found) {
                   if (auto self = weak.lock()) self->on_addresses(std::move(found));
                 });
}

void dial::cancel() {
  done_ = nullptr;
  slice_.cancel();
  if (wire_) wire_->close();
}

void dial::fail(failure f) {
  if (wire_) wire_->close();
  if (q_.by && f.where != stage::tls && !f.message.starts_with("the proxy"))
    f.message.insert(0, "the proxy " + q_.by->host + ": ");
  if (auto done = std::exchange(done_, nullptr)) done(std::move(f));
}

void dial::on_addresses(result<resolver::addresses> found) {
  if (!done_) return;
  if (!found) {
    auto f = at(stage::resolve, found.error());
    f.local = true;
    return fail(std::move(f));
  }
  addresses_ = std::move(*found);
  if (q_.public_only) std::erase_if(addresses_, [](const auto& a) { return !is_public(a.address()); });
  if (addresses_.empty())
    return fail(at(stage::resolve, make_error(errc::denied, "is not on the public internet")));
  where_ = stage::connect;
  try_next();
}

void dial::try_next() {
  if (next_ == addresses_.size()) return fail(std::move(*last_));
  attempt(addresses_.at(next_++));
}

void dial::attempt(const asio::ip::tcp::endpoint& to) {
  wire_ = std::make_shared<wire>(executor_);
  if (const auto ec = wire_->open(to)) return on_connected(ec);
  slice_over_ = false;
  if (next_ < addresses_.size()) {
    const auto left = q_.deadline - std::chrono::steady_clock::now();
    const auto share = left / static_cast<std::int64_t>(addresses_.size() - next_ + 1);
    slice_.expires_after(std::max<std::chrono::steady_clock::duration>(
        share, std::min<std::chrono::steady_clock::duration>(least_slice, left / 2)));
    slice_.async_wait([self = shared_from_this(), mine = wire_](error_code ec) {
      if (ec || self->wire_ != mine) return;
      self->slice_over_ = true;
      mine->close();
    });
  }
  wire_->connect(to, [self = shared_from_this(), mine = wire_](error_code ec, std::size_t) {
    if (self->wire_ == mine) self->on_connected(ec);
  });
}

void dial::on_connected(error_code ec) {
  if (!done_) return;
  slice_.cancel();
  if (slice_over_ && ec) ec = asio::error::timed_out;
  if (!ec && q_.secure) return q_.by ? tunnel() : handshake();
  if (!ec) return std::exchange(done_, nullptr)(std::move(wire_));
  auto f = socket_failure(ec, stage::connect);
  // What the server's side said tells more than that this machine has no IPv6.
  if (!last_ || last_->local || !f.local) last_ = std::move(f);
  wire_->close();
  try_next();
}

void dial::tunnel() {
  open_tunnel(wire_, q_.host, q_.port, *q_.by,
              [self = shared_from_this(), mine = wire_](const std::optional<error>& why) {
                if (!self->done_ || self->wire_ != mine) return;
                if (why) return self->fail(at(stage::connect, *why));
                self->handshake();
              });
}

void dial::handshake() {
  where_ = stage::tls;
  auto context = contexts_.get(q_.tls);
  if (!context) {
    auto f = at(stage::tls, context.error());
    f.local = true;
    return fail(std::move(f));
  }
  wire_->handshake(
      *context, q_.tls, q_.host,
      [self = shared_from_this(), mine = wire_](error_code ec, std::size_t) { self->on_handshake(ec); });
}

void dial::on_handshake(error_code ec) {
  if (!done_) return;
  if (!ec) return std::exchange(done_, nullptr)(std::move(wire_));
  const std::string problem = q_.tls.verify ? wire_->certificate_problem() : std::string{};
  if (!problem.empty())
    return fail(at(stage::tls, make_error(errc::failed, "certificate not accepted: " + problem)));
  if (ec == asio::error::eof || ec == asio::ssl::error::stream_truncated)
    return fail(
        at(stage::tls, make_error(errc::unavailable, "the connection was closed during the TLS handshake")));
  if (ec.category() == asio::error::get_ssl_category())
    return fail(at(stage::tls, make_error(errc::failed, "no TLS handshake: " + ec.message())));
  fail(socket_failure(ec, stage::tls));
}

}  // namespace shipflow::http
