// What a signature costs, and a request over a kept TLS connection beside the same by Beast alone, in turns. Prints one JSON
// object. Not a test: figures are in benchmarks/RESULTS.md.
#include "aws/service.hpp"
#include "aws/signature.hpp"
#include "http/certificates.hpp"
#include "http/client.hpp"
#include "http/server_process.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <cstdio>
#include <future>
#include <numeric>
#include <thread>

using namespace shipflow;
namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using clock_type = std::chrono::steady_clock;

namespace {

using stream = asio::ssl::stream<tcp::socket>;
constexpr int rounds = 21;
constexpr int requests = 500;
constexpr std::size_t body_bytes = 1'000;

double microseconds(clock_type::duration d) { return std::chrono::duration<double, std::micro>(d).count(); }

double median(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return all.at(all.size() / 2);
}

/// Answers every request of a connection with the same body.
void serve(stream& s) {
  beast::flat_buffer buffer;
  boost::system::error_code ec;
  s.next_layer().set_option(tcp::no_delay(true));
  s.handshake(asio::ssl::stream_base::server, ec);
  while (!ec) {
    beast::http::request<beast::http::string_body> q;
    beast::http::read(s, buffer, q, ec);
    if (ec) return;
    beast::http::response<beast::http::string_body> a{beast::http::status::ok, 11};
    a.body() = std::string(body_bytes, 'x');
    a.prepare_payload();
    beast::http::write(s, a, ec);
  }
}

class tls_server {
 public:
  explicit tls_server(const std::string& pem) : context_(asio::ssl::context::tls_server) {
    context_.use_certificate_chain_file(pem);
    context_.use_private_key_file(pem, asio::ssl::context::pem);
    acceptor_ = tcp::acceptor(io_, {asio::ip::address_v4::loopback(), 0});
    port = acceptor_.local_endpoint().port();
    thread_ = std::thread([this] {
      for (int i = 0; i < 2; ++i) {
        auto s = std::make_shared<stream>(acceptor_.accept(), context_);
        connections_.emplace_back([s] { serve(*s); });
      }
    });
  }
  ~tls_server() {
    thread_.join();
    for (auto& c : connections_) c.join();
  }
  tls_server(const tls_server&) = delete;
  tls_server& operator=(const tls_server&) = delete;
  std::uint16_t port = 0;

 private:
  asio::io_context io_;
  asio::ssl::context context_;
  tcp::acceptor acceptor_{io_};
  std::thread thread_;
  std::vector<std::thread> connections_;
};

/// Beast alone, on one thread.
class bare {
 public:
  bare(std::uint16_t port, const std::string& ca) : context_(asio::ssl::context::tls_client) {
    context_.load_verify_file(ca);
    context_.set_verify_mode(asio::ssl::verify_peer);
    stream_ = std::make_unique<stream>(io_, context_);
    stream_->next_layer().connect({asio::ip::address_v4::loopback(), port});
    stream_->next_layer().set_option(tcp::no_delay(true));
    stream_->handshake(asio::ssl::stream_base::client);
  }
  double run() {
    const auto from = clock_type::now();
    for (int i = 0; i < requests; ++i) {
      beast::http::request<beast::http::string_body> q{beast::http::verb::post, "/", 11};
      q.set(beast::http::field::host, "127.0.0.1");
      q.set(beast::http::field::content_type, "application/x-amz-json-1.1");
      q.body() = R"({"cluster":"shop"})";
      q.prepare_payload();
      beast::http::write(*stream_, q);
      beast::http::response<beast::http::string_body> a;
      beast::http::read(*stream_, buffer_, a);
      if (a.body().size() != body_bytes) throw std::runtime_error("wrong answer");
    }
    return microseconds(clock_type::now() - from) / requests;
  }

 private:
  asio::io_context io_;
  asio::ssl::context context_;
  std::unique_ptr<stream> stream_;
  beast::flat_buffer buffer_;
};

/// The same by the client, one request after the other on its thread.
class ours {
 public:
  ours(std::uint16_t port, std::string ca) {
    q_.method = "POST";
    q_.url = "https://127.0.0.1:" + std::to_string(port) + "/";
    q_.headers = {{"Content-Type", "application/x-amz-json-1.1"}};
    q_.body = R"({"cluster":"shop"})";
    q_.tls.ca_file = std::move(ca);
  }
  double run() {
    std::promise<void> over;
    const auto from = clock_type::now();
    next(requests, over);
    over.get_future().get();
    return microseconds(clock_type::now() - from) / requests;
  }

 private:
  void next(int left, std::promise<void>& over) {
    if (left == 0) return over.set_value();
    client_.send(q_, [this, left, &over](const http::outcome& o) {
      if (!o || o->body.size() != body_bytes) std::abort();
      next(left - 1, over);
    });
  }
  http::client client_;
  http::request q_;
};

json::object in_turns() {
  const tests::temporary_directory directory;
  const auto authority = tests::make_certificate({.name = "test authority"}, nullptr);
  const auto ca = (directory.path / "ca.pem").string();
  tests::write_pem(ca, authority, false);
  const auto pem = (directory.path / "server.pem").string();
  tests::write_pem(pem, tests::make_certificate({.name = "localhost"}, &authority), true);
  std::vector<double> by_us;
  std::vector<double> by_beast;
  std::vector<double> ratios;
  const tls_server server(pem);
  {
    ours mine(server.port, ca);
    bare other(server.port, ca);
    for (int i = 0; i < rounds; ++i) {
      by_beast.push_back(other.run());
      by_us.push_back(mine.run());
      ratios.push_back(by_us.back() / by_beast.back());
    }
  }
  return {{"request_us", median(by_us)}, {"beast_us", median(by_beast)}, {"ratio", median(ratios)}};
}

double one_signature(std::size_t bytes, const aws::service& of, std::string payload_hash) {
  constexpr int times = 20'000;
  const aws::credentials who{
      "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", std::string(300, 't'), {}};
  aws::signing_keys keys;
  std::vector<double> all;
  for (int round = 0; round < 5; ++round) {
    const auto from = clock_type::now();
    for (int i = 0; i < times; ++i) {
      http::request q;
      q.method = "POST";
      q.url = "https://ecs.eu-central-1.amazonaws.com/";
      q.headers = {{"Content-Type", "application/x-amz-json-1.1"},
                   {"X-Amz-Target", "AmazonEC2ContainerServiceV20141113.DescribeServices"}};
      q.body = std::string(bytes, 'x');
      aws::signing how{"eu-central-1", std::string(of.signing), from_ms(1'767'225'600'000 + i), of.rules,
                       payload_hash};
      how.key = keys.of(who, how);
      if (!aws::sign(q, who, how)) std::abort();
    }
    all.push_back(microseconds(clock_type::now() - from) / times);
  }
  return median(all);
}

}  // namespace

int main() {
  json::object out = in_turns();
  out["sign_json_300_bytes_us"] = one_signature(300, aws::ecs, "");
  out["sign_s3_16_kib_us"] = one_signature(16U << 10U, aws::s3, "");
  out["sign_s3_16_kib_hashed_before_us"] = one_signature(16U << 10U, aws::s3, std::string(64, 'a'));
  std::puts(json::serialize(out).c_str());
}
