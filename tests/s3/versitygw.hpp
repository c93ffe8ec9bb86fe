// versitygw, an S3 server nobody here wrote, with a bucket of its own.
#pragma once

#include "aws/place.hpp"
#include "aws/wire_request.hpp"
#include "http/server_process.hpp"
#include "s3/remote_bucket.hpp"

#include <cstdio>
#include <cstdlib>
#include <future>
#include <string>

namespace tests {

/// Where tests/tools/versitygw.sh puts it; empty when it cannot be had, which is said once.
inline std::string versitygw_program() {
  static const std::string found = [] {
    const std::string path = std::string(SHIPFLOW_SOURCE_DIR) + "/build/tools/versitygw/versitygw";
    if (std::filesystem::exists(path)) return path;
    std::printf("not run: s3, provider_site: versitygw is missing (sh tests/tools/versitygw.sh)\n");
    return std::string{};
  }();
  return found;
}

class versitygw {
 public:
  enum class versions { none, kept };

  explicit versitygw(versions v = versions::none)
      : server_([this, v](std::uint16_t port) {
          for (const auto* name : {"data", "versions", "sidecar"})
            std::filesystem::create_directory(home_.path / name);
          ::setenv("ROOT_ACCESS_KEY", "AKIDEXAMPLE", 1);
          ::setenv("ROOT_SECRET_KEY", "wJalrXUtnFEMI", 1);
          std::vector<std::string> words{
              versitygw_program(), "--quiet",      "--port", "127.0.0.1:" + std::to_string(port),
              "--region",          "eu-central-1", "posix"};
          if (v == versions::kept) {
            words.emplace_back("--versioning-dir");
            words.push_back((home_.path / "versions").string());
          }
          words.push_back((home_.path / "data").string());
          return words;
        }) {
    ::unsetenv("ROOT_ACCESS_KEY");
    ::unsetenv("ROOT_SECRET_KEY");
    keys = place::with_keys(server_.at("http", ""));
    shipflow::aws::client c(keys.options());
    make("PUT", c, {});
    if (v == versions::kept)
      make("PUT", c, {{"versioning", ""}},
           "<VersioningConfiguration "
           "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status>"
           "</VersioningConfiguration>");
  }

  [[nodiscard]] std::string url() const { return server_.at("http", ""); }
  [[nodiscard]] shipflow::s3::location at() const { return {.bucket = "site", .endpoint_url = url()}; }

  place keys;

 private:
  static void make(const char* method, shipflow::aws::client& c, shipflow::aws::query_list query,
                   std::string body = "") {
    shipflow::aws::wire_request q;
    q.operation = "CreateBucket";
    q.method = method;
    q.bucket = "site";
    q.query = std::move(query);
    q.body = std::move(body);
    std::promise<shipflow::aws::rest_outcome> got;
    c.send(shipflow::aws::s3, std::move(q), {},
           [&](shipflow::aws::rest_outcome o) { got.set_value(std::move(o)); });
    const auto o = got.get_future().get();
    if (!o) throw std::runtime_error(o.error().message);
  }

  temporary_directory home_;
  server_process server_;
};

}  // namespace tests
