#include "http/wire.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/write.hpp>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <sys/socket.h>

namespace shipflow::http {
namespace asio = boost::asio;

boost::system::error_code wire::open(const asio::ip::tcp::endpoint& to) {
  const auto protocol = to.protocol();
  const int fd = ::socket(protocol.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol.protocol());
  if (fd < 0) return {errno, boost::system::system_category()};
  boost::system::error_code ec;
  socket_.assign(protocol, fd, ec);
  if (ec) ::close(fd);
  return ec;
}

void wire::connect(const asio::ip::tcp::endpoint& to, handler done) {
  socket_.async_connect(to, [this, done = std::move(done)](boost::system::error_code ec) {
    boost::system::error_code ignored;
    if (!ec) socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    done(ec, 0);
  });
}

void wire::handshake(std::shared_ptr<asio::ssl::context> context, const tls_options& options,
                     const std::string& host, handler done) {
  context_ = std::move(context);
  tls_ = std::make_unique<tls_stream>(socket_, *context_);
  SSL* ssl = tls_->native_handle();
  const std::string& name = options.server_name.empty() ? host : options.server_name;
  boost::system::error_code not_ip;
  asio::ip::make_address(name, not_ip);
  if (not_ip) {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(ssl, name.c_str());
    SSL_set_tlsext_host_name(ssl, name.c_str());
  } else {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str());
  }
  // Without this a server that prefers HTTP/2 may choose it.
  constexpr std::array<unsigned char, 9> alpn{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_set_alpn_protos(ssl, alpn.data(), alpn.size());
  tls_->async_handshake(asio::ssl::stream_base::client,
                        [done = std::move(done)](boost::system::error_code ec) { done(ec, 0); });
}

void wire::read_some(char* data, std::size_t size, handler done) {
  const auto buffer = asio::buffer(data, size);
  if (tls_)
    tls_->async_read_some(buffer, std::move(done));
  else
    socket_.async_read_some(buffer, std::move(done));
}

void wire::write(std::string_view head, std::string_view body, handler done) {
  const std::array both{asio::buffer(head), asio::buffer(body)};
  if (tls_)
    asio::async_write(*tls_, both, std::move(done));
  else
    asio::async_write(socket_, both, std::move(done));
}

void wire::close() noexcept {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

bool wire::quiet() {
  char byte = 0;
  const auto n = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

std::string wire::certificate_problem() const {
  if (!tls_) return {};
  const long verdict = SSL_get_verify_result(tls_->native_handle());
  return verdict == X509_V_OK ? std::string{} : X509_verify_cert_error_string(verdict);
}

std::optional<time_point> wire::certificate_not_after() const {
  if (!tls_) return {};
  const std::unique_ptr<X509, decltype(&X509_free)> peer(SSL_get1_peer_certificate(tls_->native_handle()),
                                                         &X509_free);
  std::tm tm{};
  if (!peer || ASN1_TIME_to_tm(X509_get0_notAfter(peer.get()), &tm) != 1) return {};
  return time_point{std::chrono::seconds{timegm(&tm)}};
}

}  // namespace shipflow::http
