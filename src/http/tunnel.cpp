#include "http/message.hpp"
#include "http/proxy.hpp"
#include "http/wire.hpp"

#include <array>
#include <utility>

namespace shipflow::http {
namespace {

constexpr std::size_t most_header = 16U << 10U;

std::optional<error> verdict_on(const response& said) {
  if (said.status / 100 == 2) return std::nullopt;
  if (said.status == 407 || said.status == 401)  // the second is what tinyproxy says
    return make_error(errc::denied, "the proxy does not accept the user and password of its URL");
  const auto code = said.status / 100 == 5 ? errc::unavailable : errc::denied;
  return make_error(code, "the proxy answered " + std::to_string(said.status) + " to CONNECT");
}

/// One CONNECT. The wire that is closed from outside ends it.
class tunnel : public std::enable_shared_from_this<tunnel> {
 public:
  tunnel(std::shared_ptr<wire> through, std::string ask, std::function<void(std::optional<error>)> done)
      : wire_(std::move(through)),
        ask_(std::move(ask)),
        done_(std::move(done)),
        // An answer to CONNECT has no body if it is a good one, and of others the status is enough.
        reader_(reader_limits{most_header, 0, true}) {}

  void begin() {
    wire_->write(ask_, {}, [self = shared_from_this()](boost::system::error_code ec, std::size_t) {
      if (ec) return self->broken();
      self->read();
    });
  }

 private:
  void read() {
    wire_->read_some(
        buffer_.data(), buffer_.size(),
        [self = shared_from_this()](boost::system::error_code ec, std::size_t n) { self->on_read(ec, n); });
  }

  void on_read(boost::system::error_code ec, std::size_t n) {
    const auto fed = reader_.feed(std::string_view(buffer_.data(), n));
    if (!fed) return done_(make_error(errc::failed, "the proxy's answer to CONNECT is not HTTP"));
    if (*fed == response_reader::progress::done) return done_(verdict_on(reader_.take()));
    if (ec) return broken();
    read();
  }

  void broken() { done_(make_error(errc::unavailable, "the proxy closed the connection")); }

  std::shared_ptr<wire> wire_;
  std::string ask_;
  std::function<void(std::optional<error>)> done_;
  response_reader reader_;
  // One byte would do: until TLS begins the other side has nothing more to say.
  std::array<char, 1024> buffer_{};
};

}  // namespace

void open_tunnel(std::shared_ptr<wire> through, const std::string& host, std::uint16_t port, const proxy& by,
                 std::function<void(std::optional<error>)> done) {
  const auto bracketed = host.find(':') == std::string::npos ? host : "[" + host + "]";
  const auto to = bracketed + ":" + std::to_string(port);
  auto ask = "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n";
  if (!by.authorization.empty()) ask += "Proxy-Authorization: " + by.authorization + "\r\n";
  std::make_shared<tunnel>(std::move(through), ask + "\r\n", std::move(done))->begin();
}

}  // namespace shipflow::http
