#include "http/authorization.hpp"

#include <openssl/evp.h>

namespace shipflow::http {
namespace {

std::string base64(const std::string& text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  const auto length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::string basic(fields& in, const json::object& written) {
  fields pair(written, in.path_of("basic"));
  const auto user = pair.text("user");
  const auto password = pair.text("password");
  if (user.empty() || user.find(':') != std::string::npos) pair.wrong("user", "is needed, without a colon");
  if (auto ok = pair.finish(); !ok) in.wrong(ok.error());
  return "Basic " + base64(user + ":" + password);
}

}  // namespace

void read_authorization(fields& in, request& q) {
  const auto bearer = in.text("bearer");
  const auto* pair = in.object("basic");
  if (bearer.empty() && pair == nullptr) return;
  if (!bearer.empty() && pair != nullptr) return in.wrong("basic", "and `bearer` exclude each other");
  if (find(q.headers, "Authorization") != nullptr)
    return in.wrong("headers", "hold an Authorization beside `bearer` or `basic`");
  q.headers.push_back({"Authorization", pair == nullptr ? "Bearer " + bearer : basic(in, *pair)});
}

}  // namespace shipflow::http
