#include "http/exchange.hpp"

#include "http/redirect.hpp"

#include <string_view>

namespace shipflow::http {
namespace asio = boost::asio;
using boost::system::error_code;
namespace {

std::string_view doing(stage where) {
  switch (where) {
    case stage::request: return "before the start";
    case stage::resolve: return "while looking up the name";
    case stage::connect: return "while connecting";
    case stage::tls: return "during the TLS handshake";
    case stage::write: return "while sending";
    case stage::read: return "while waiting for the answer";
  }
  return "";
}

std::string pool_key(const target& to, const tls_options& tls) {
  std::string key = to.host + ":" + std::to_string(to.port);
  if (to.tls) key += (tls.verify ? " tls " : " tls-any ") + tls.server_name + " " + tls.ca_file;
  return key;
}

bool closed_by_peer(const error_code& ec) {
  return ec == asio::error::eof || ec == asio::ssl::error::stream_truncated;
}

}  // namespace

exchange::exchange(std::shared_ptr<core> shared, request q, std::function<void(outcome)> done)
    : activity(std::move(shared), q.deadline, q.stop), q_(std::move(q)), done_(std::move(done)) {}

exchange::~exchange() {
  if (!done_) return;
  failure f;
  f.code = errc::cancelled;
  f.message = q_.method + " " + shown_url(q_.url) + ": the client was shut down";
  f.sent = sent_;
  done_(std::move(f));
}

void exchange::begin() {
  if (auto ok = check_request(q_); !ok) return fail(stage::request, ok.error());
  if (auto ok = find_proxy(); !ok) return fail(stage::request, ok.error());
  hop();
}

result<void> exchange::find_proxy() {
  if (q_.proxy.empty()) return {};
  if (q_.public_only)
    return make_error(errc::invalid_argument, "a proxy hides whether an address is on the public internet");
  auto p = parse_proxy(q_.proxy);
  if (!p) return p.error();
  by_ = std::move(*p);
  return {};
}

void exchange::hop() {
  auto to = parse_target(q_.url);
  if (!to) return fail(stage::request, to.error());
  to_ = std::move(*to);
  key_ = pool_key(to_, q_.tls) + (by_ ? " by " + q_.proxy : "");
  head_ = request_head(q_, to_, by_);
  if (q_.connection == connection_use::pooled) wire_ = shared().idle->take(key_);
  reused_ = wire_ != nullptr;
  if (reused_) return write();
  connect();
}

void exchange::connect() {
  where_ = stage::connect;
  dial_request d;
  d.host = to_.host;
  d.port = to_.port;
  d.secure = to_.tls;
  d.tls = q_.tls;
  d.public_only = q_.public_only;
  d.by = by_;
  open(std::move(d), [weak = weak_from_this()](dial_outcome made) {
    const auto locked = weak.lock();
    if (!locked) return;
    auto& me = static_cast<exchange&>(*locked);
    if (!made) return me.fail(made.error());
    me.wire_ = std::move(*made);
    me.write();
  });
}

void exchange::write() {
  where_ = stage::write;
  sent_ = true;
  write_failure_.reset();
  reader_.emplace(reader_limits{q_.max_header_bytes, q_.max_body_bytes, q_.method == "HEAD"});
  wire_->write(head_, q_.body, [me = self()](error_code ec, std::size_t) {
    if (!me->done_) return;
    // A server may refuse early and close: what it said is still there to be read.
    if (ec) me->write_failure_ = socket_failure(ec, stage::write);
    me->where_ = stage::read;
    me->read();
  });
}

void exchange::read() {
  wire_->read_some(buffer_.data(), buffer_.size(),
                   [me = self()](error_code ec, std::size_t n) { me->on_read(ec, n); });
}

void exchange::on_read(error_code ec, std::size_t n) {
  if (!done_) return;
  if (n > 0) {
    auto fed = reader_->feed(std::string_view(buffer_.data(), n));
    if (!fed) return fail(stage::read, fed.error());
    if (*fed == response_reader::progress::done) return on_complete();
  }
  if (ec) return on_broken(ec);
  read();
}

void exchange::on_broken(error_code ec) {
  const bool nothing_yet = !reader_->started();
  if (nothing_yet && reused_ && !retried_ && idempotent(q_.method)) {
    retried_ = true;
    reused_ = false;
    wire_->close();
    return connect();
  }
  if (nothing_yet && write_failure_) return fail(std::move(*write_failure_));
  if (ec == asio::ssl::error::stream_truncated && !nothing_yet)
    return fail(stage::read,
                make_error(errc::unavailable, "the TLS connection was cut off in the middle of the answer"));
  if (closed_by_peer(ec)) return on_end();
  fail(socket_failure(ec, stage::read));
}

void exchange::on_end() {
  auto ended = reader_->end();
  if (!ended) return fail(stage::read, ended.error());
  on_complete();
}

void exchange::on_complete() {
  const bool keep = q_.connection == connection_use::pooled && !write_failure_ && reader_->reusable();
  auto r = reader_->take();
  r.latency = elapsed();
  r.certificate_not_after = wire_->certificate_not_after();
  if (keep)
    shared().idle->put(key_, std::move(wire_));
  else
    wire_->close();
  wire_ = nullptr;
  if (q_.redirects > 0 && is_redirect(r)) return redirect(r);
  finish(std::move(r));
}

void exchange::redirect(const response& r) {
  if (++redirects_ > q_.redirects)
    return fail(stage::read,
                make_error(errc::failed, "more than " + std::to_string(q_.redirects) + " redirects"));
  if (auto ok = follow(q_, r); !ok) return fail(stage::read, ok.error());
  retried_ = false;
  hop();
}

void exchange::give_up(errc why) {
  const stage where = where_ == stage::connect ? opening() : where_;
  std::string text =
      why == errc::timeout ? "no full answer within " + format_duration(q_.deadline) : "cancelled";
  fail(where, make_error(why, text + " " + std::string(doing(where))));
}

void exchange::fail(stage where, error e) {
  failure f;
  static_cast<error&>(f) = std::move(e);
  f.where = where;
  f.local = where == stage::request;
  fail(std::move(f));
}

void exchange::fail(failure f) {
  f.message = q_.method + " " + shown_url(q_.url) + ": " + f.message;
  f.sent = sent_;
  finish(std::move(f));
}

void exchange::finish(outcome o) {
  const auto done = std::exchange(done_, nullptr);
  if (!done) return;
  settle();
  if (wire_) wire_->close();
  done(std::move(o));
}

}  // namespace shipflow::http
