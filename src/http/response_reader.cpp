#include "http/message.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <limits>
#include <optional>

namespace shipflow::http {
namespace beast = boost::beast;
namespace {

using parser_type = beast::http::response_parser<beast::http::string_body>;
// Nobody sends more than one or two interim responses; an endless row of them is an attack.
constexpr int most_interim = 8;

error explain(const beast::error_code& ec, const reader_limits& limits) {
  using beast::http::error;
  if (ec == error::body_limit)
    return make_error(errc::failed,
                      "the body is larger than " + std::to_string(limits.body_bytes) + " bytes");
  if (ec == error::header_limit)
    return make_error(errc::failed,
                      "the headers are larger than " + std::to_string(limits.header_bytes) + " bytes");
  if (ec == error::partial_message)
    return make_error(errc::unavailable, "the connection was closed in the middle of the answer");
  if (ec == error::end_of_stream)
    return make_error(errc::unavailable, "the connection was closed without an answer");
  return make_error(errc::failed, "the answer is not valid HTTP/1: " + ec.message());
}

}  // namespace

struct response_reader::impl {
  reader_limits limits;
  std::optional<parser_type> parser;
  std::string pending;
  bool any = false;
  int interim = 0;

  explicit impl(const reader_limits& l) : limits(l) { renew(); }

  void renew() {
    parser.emplace();
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    parser->header_limit(static_cast<std::uint32_t>(std::min(limits.header_bytes, most)));
    parser->body_limit(limits.body_bytes);
    parser->eager(true);
    if (limits.head) parser->skip(true);
  }

  // Parses what is pending as far as it goes.
  result<void> parse() {
    while (!parser->is_done() && !pending.empty()) {
      beast::error_code ec;
      const auto used = parser->put(boost::asio::const_buffer(pending.data(), pending.size()), ec);
      pending.erase(0, used);
      if (ec == beast::http::error::need_more) break;
      if (ec) return explain(ec, limits);
    }
    return {};
  }

  [[nodiscard]] bool interim_done() const {
    const auto status = parser->get().result_int();
    return parser->is_done() && status < 200 && status != 101;
  }

  result<progress> advance() {
    while (true) {
      if (auto parsed = parse(); !parsed) return parsed.error();
      if (!interim_done()) break;
      if (++interim > most_interim)
        return make_error(errc::failed, "the server sends interim answers without end");
      renew();
    }
    if (parser->is_done()) return progress::done;
    // A header or chunk line the parser cannot use yet has to fit the same bound as the headers.
    if (pending.size() > limits.header_bytes) return explain(beast::http::error::header_limit, limits);
    return progress::more;
  }
};

response_reader::response_reader(const reader_limits& limits) : impl_(std::make_unique<impl>(limits)) {}
response_reader::~response_reader() = default;

result<response_reader::progress> response_reader::feed(std::string_view bytes) {
  impl_->any = impl_->any || !bytes.empty();
  impl_->pending += bytes;
  return impl_->advance();
}

result<response_reader::progress> response_reader::end() {
  if (!impl_->any) return explain(beast::http::error::end_of_stream, impl_->limits);
  beast::error_code ec;
  impl_->parser->put_eof(ec);
  if (!ec && !impl_->parser->is_done()) ec = beast::http::error::partial_message;
  if (ec) return explain(ec, impl_->limits);
  return progress::done;
}

bool response_reader::started() const { return impl_->any; }

bool response_reader::reusable() const {
  return impl_->pending.empty() && impl_->parser->get().result_int() != 101 && impl_->parser->keep_alive();
}

response response_reader::take() {
  auto message = impl_->parser->release();
  response out;
  out.status = static_cast<int>(message.result_int());
  for (const auto& field : message)
    out.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  out.body = std::move(message.body());
  return out;
}

}  // namespace shipflow::http
