// GitHub's REST API (docs.github.com/rest, version 2022-11-28) over the HTTP client: headers, token, rate
// limit, pages.
#pragma once

#include "http/client.hpp"

#include <shipflow/json.hpp>
#include <shipflow/provider.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace shipflow::github {

struct asking {
  std::string api_url = "https://api.github.com";  ///< or that of an Enterprise server, `https://HOST/api/v3`
  std::string path;                                ///< "/repos/octo/shop/commits/main/status"
  std::string token{};                             ///< empty: as nobody; never part of a message
  duration deadline{30'000};                       ///< of each request
  std::stop_token stop{};
  bool public_only = false;  ///< is a host within a network refused?
  std::shared_ptr<const request>
      about{};  ///< the call it is made for; a model of GitHub reports effects by it
};

/// Where requests go, and the clock there: the network, or a model of GitHub in a world.
class wire {
 public:
  virtual ~wire() = default;
  virtual void send(const asking& q, http::request r, std::function<void(http::outcome)> done) = 0;
  [[nodiscard]] virtual time_point now() = 0;
};

/// What came of a request that changes something.
struct posted {
  int status = 0;                  ///< 2xx, when there is no problem
  json::value body{};              ///< null when there is none
  std::optional<error> problem{};  ///< `unknown_outcome`: it may have happened
  duration wait{0};                ///< throttled: how long GitHub wants to be left alone
};

using found = std::function<void(result<json::value>)>;
using sent = std::function<void(posted)>;

/// Codes of errors: not_found, denied (the token may not), throttled (the message says until when),
/// unavailable, timeout, cancelled, invalid_argument, failed (no JSON, too many pages).
class api {
 public:
  explicit api(wire& on) : on_(on) {}

  /// One answer. `done` is called once, on the wire's thread.
  void get(const asking& q, found done);
  /// All pages of a list, joined: the answer itself, or its array `member`. At most 20 pages of 100.
  void list(const asking& q, const std::string& member, found done);
  /// The first item of a list that is `wanted`, or null when none of at most 10 pages is (which GitHub answers
  /// at most for a filtered list); `failed` when there are more.
  void first(const asking& q, const std::string& member, std::function<bool(const json::value&)> wanted,
             found done);
  /// Sent once, over a connection of its own.
  void post(const asking& q, const json::object& body, sent done);

 private:
  wire& on_;
};

/// "owner/name", of the characters that GitHub allows.
[[nodiscard]] bool is_repository(std::string_view text);

}  // namespace shipflow::github
