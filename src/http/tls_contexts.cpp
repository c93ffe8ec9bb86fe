#include "http/wire.hpp"

#include <openssl/ssl.h>

#include <algorithm>
#include <sys/stat.h>

namespace shipflow::http {
namespace ssl = boost::asio::ssl;
namespace {

// A handful of CA files is normal; the bound only keeps a rotating file from growing the list.
constexpr std::size_t most_contexts = 16;

// A replaced file gets a new key, so that renewed authorities are taken up without a restart.
std::string key_of(const tls_options& options) {
  std::string key = options.verify ? "verify " : "any ";
  struct stat info {};
  if (!options.ca_file.empty() && ::stat(options.ca_file.c_str(), &info) == 0)
    key += std::to_string(info.st_ino) + ":" + std::to_string(info.st_size) + ":" +
           std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec) + ":";
  return key + options.ca_file;
}

result<std::shared_ptr<ssl::context>> make(const tls_options& options) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  SSL_CTX* raw = context->native_handle();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  boost::system::error_code ec;
  context->set_verify_mode(options.verify ? ssl::verify_peer : ssl::verify_none, ec);
  if (options.ca_file.empty()) {
    context->set_default_verify_paths(ec);
    if (ec) return make_error(errc::io, "cannot load the system's certificates: " + ec.message());
    return context;
  }
  context->load_verify_file(options.ca_file, ec);
  if (ec) return make_error(errc::io, "cannot read certificates from " + options.ca_file);
  return context;
}

}  // namespace

result<std::shared_ptr<ssl::context>> tls_contexts::get(const tls_options& options) {
  const std::string key = key_of(options);
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const entry& e) { return e.key == key; });
  if (found != entries_.end()) return found->context;
  auto made = make(options);
  if (!made) return made.error();
  if (entries_.size() == most_contexts) entries_.erase(entries_.begin());
  entries_.push_back({key, *made});
  return *made;
}

}  // namespace shipflow::http
