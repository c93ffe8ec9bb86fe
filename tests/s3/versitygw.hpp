// versitygw, an S3 server nobody here wrote, with a bucket of its own.
#pragma once

#include "http/server_process.hpp"
#include "s3/s3_place.hpp"

#include <cstdio>
#include <cstdlib>
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

class versitygw : public s3_place {
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
    server = server_.at("http", "");
    keys = place::with_keys(server);
    make_bucket();
    if (v == versions::kept) keep_versions();
  }

 private:
  temporary_directory home_;
  server_process server_;
};

}  // namespace tests
