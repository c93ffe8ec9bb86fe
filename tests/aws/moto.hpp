// moto, AWS as others understand it: started with its checks of signatures on.
#pragma once

#include "aws/client.hpp"
#include "http/server_process.hpp"
#include "place.hpp"

#include <cstdio>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>

namespace tests {

inline constexpr shipflow::aws::service iam{"IAM", "iam", "iam", shipflow::aws::protocol::query,
                                            "2010-05-08"};

/// Where tests/tools/moto.sh puts it; empty when it cannot be had, which is said once.
inline std::string moto_program() {
  static const std::string found = [] {
    const std::string path = std::string(SHIPFLOW_SOURCE_DIR) + "/build/tools/moto/bin/moto_server";
    if (std::filesystem::exists(path)) return path;
    std::printf("not run: aws, source: moto_server is missing (sh tests/tools/moto.sh)\n");
    return std::string{};
  }();
  return found;
}

/// A moto server with one user whose keys may do everything; from then on nothing goes without a signature.
class moto {
 public:
  moto()
      : server_([](std::uint16_t port) {
          ::setenv("INITIAL_NO_AUTH_ACTION_COUNT", "3", 1);
          return std::vector<std::string>{moto_program(), "-H", "127.0.0.1", "-p", std::to_string(port)};
        }) {
    ::unsetenv("INITIAL_NO_AUTH_ACTION_COUNT");
    shipflow::aws::client anyone(place::with_keys(url()).options());
    static_cast<void>(call(anyone, iam, "CreateUser", {{"UserName", "shop"}}));
    static_cast<void>(
        call(anyone, iam, "PutUserPolicy",
             {{"UserName", "shop"},
              {"PolicyName", "all"},
              {"PolicyDocument",
               R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})"}}));
    const auto made = call(anyone, iam, "CreateAccessKey", {{"UserName", "shop"}});
    const auto& key = made.at("AccessKey").as_object();
    keys = place::with_keys(url());
    keys.variables["AWS_ACCESS_KEY_ID"] = std::string(key.at("AccessKeyId").as_string());
    keys.variables["AWS_SECRET_ACCESS_KEY"] = std::string(key.at("SecretAccessKey").as_string());
  }

  [[nodiscard]] std::string url() const { return server_.at("http", ""); }

  /// So many of the next calls go without a good signature.
  void let_pass(int calls) const {
    shipflow::http::client web;
    shipflow::http::request q;
    q.method = "POST";
    q.url = url() + "/moto-api/reset-auth";
    q.body = std::to_string(calls);
    std::promise<bool> done;
    web.send(std::move(q), [&](const shipflow::http::outcome& o) { done.set_value(o && o->status == 200); });
    if (!done.get_future().get()) throw std::runtime_error("moto does not know reset-auth");
  }

  static shipflow::aws::outcome try_call(shipflow::aws::client& c, const shipflow::aws::service& s,
                                         const std::string& operation, shipflow::json::object input) {
    std::promise<shipflow::aws::outcome> got;
    c.call(s, operation, std::move(input), {},
           [&](shipflow::aws::outcome o) { got.set_value(std::move(o)); });
    return got.get_future().get();
  }
  static shipflow::aws::rest_outcome try_send(shipflow::aws::client& c, const shipflow::aws::service& s,
                                              shipflow::aws::wire_request q) {
    std::promise<shipflow::aws::rest_outcome> got;
    c.send(s, std::move(q), {}, [&](shipflow::aws::rest_outcome o) { got.set_value(std::move(o)); });
    return got.get_future().get();
  }
  static shipflow::json::object call(shipflow::aws::client& c, const shipflow::aws::service& s,
                                     const std::string& operation, shipflow::json::object input) {
    auto o = try_call(c, s, operation, std::move(input));
    if (!o) throw std::runtime_error(o.error().message);
    return std::move(*o);
  }

  place keys;

 private:
  server_process server_;
};

}  // namespace tests
