#include "http/greeter.hpp"

#include <algorithm>

namespace shipflow::http {
using boost::system::error_code;
namespace {

failure make_failure(errc code, stage where, std::string text) {
  failure f;
  f.code = code;
  f.where = where;
  f.message = std::move(text);
  return f;
}

}  // namespace

greeter::greeter(std::shared_ptr<core> shared, greeting_request q, std::function<void(greeting_outcome)> done)
    : activity(std::move(shared), q.deadline, q.stop), q_(std::move(q)), done_(std::move(done)) {}

greeter::~greeter() {
  if (done_) done_(make_failure(errc::cancelled, stage::request, "the client was shut down"));
}

void greeter::begin() {
  if (q_.host.empty() || q_.port == 0) {
    auto f = make_failure(errc::invalid_argument, stage::request, "an address needs a host and a port");
    f.local = true;
    return fail(std::move(f));
  }
  dial_request d;
  d.host = q_.host;
  d.port = q_.port;
  open(std::move(d), [weak = weak_from_this()](dial_outcome made) {
    const auto locked = weak.lock();
    if (!locked) return;
    auto& me = static_cast<greeter&>(*locked);
    if (!made) return me.fail(made.error());
    me.wire_ = std::move(*made);
    if (me.q_.until.empty()) return me.finish(greeting{{}, me.elapsed()});
    me.read();
  });
}

void greeter::read() {
  const auto room = std::min(buffer_.size(), q_.max_bytes - text_.size());
  wire_->read_some(buffer_.data(), room,
                   [me = std::static_pointer_cast<greeter>(shared_from_this())](
                       error_code ec, std::size_t n) { me->on_read(ec, n); });
}

void greeter::on_read(error_code ec, std::size_t n) {
  if (!done_) return;
  text_.append(buffer_.data(), n);
  if (text_.find(q_.until) != std::string::npos) return finish(greeting{std::move(text_), elapsed()});
  if (text_.size() >= q_.max_bytes)
    return fail(
        make_failure(errc::failed, stage::read,
                     "not what was expected in the first " + std::to_string(q_.max_bytes) + " bytes"));
  if (ec == boost::asio::error::eof)
    return fail(
        make_failure(errc::failed, stage::read, "the connection was closed before what was expected came"));
  if (ec) return fail(socket_failure(ec, stage::read));
  read();
}

void greeter::give_up(errc why) {
  const stage where = wire_ ? stage::read : opening();
  const std::string text =
      why == errc::timeout ? "no answer within " + format_duration(q_.deadline) : "cancelled";
  fail(make_failure(why, where, text + (wire_ ? " while reading" : " while connecting")));
}

void greeter::fail(failure f) {
  f.message = q_.host + ":" + std::to_string(q_.port) + ": " + f.message;
  finish(std::move(f));
}

void greeter::finish(greeting_outcome o) {
  const auto done = std::exchange(done_, nullptr);
  if (!done) return;
  settle();
  if (wire_) wire_->close();
  done(std::move(o));
}

}  // namespace shipflow::http
