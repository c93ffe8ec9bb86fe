// GitHub's REST API (docs.github.com/rest, version 2022-11-28) over the HTTP client: headers, token, rate
// limit, pages.
#pragma once

#include "http/client.hpp"

#include <shipflow/json.hpp>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace shipflow::github {

struct asking {
  std::string api_url = "https://api.github.com";  ///< or that of an Enterprise server, `https://HOST/api/v3`
  std::string path;                                ///< "/repos/octo/shop/commits/main/status"
  std::string token{};                             ///< empty: as nobody; never part of a message
  duration deadline{30'000};                       ///< of each request
  std::stop_token stop{};
};

using found = std::function<void(result<json::value>)>;

/// Codes of errors: not_found, denied (the token may not), throttled (the message says until when),
/// unavailable, timeout, cancelled, invalid_argument, failed (no JSON, too many pages).
class api {
 public:
  /// One answer. `done` is called once, on the client's thread.
  void get(const asking& q, found done);
  /// All pages of a list, joined: the answer itself, or its array `member`. At most 20 pages of 100.
  void list(const asking& q, const std::string& member, found done);

 private:
  http::client client_;
};

/// "owner/name", of the characters that GitHub allows.
[[nodiscard]] bool is_repository(std::string_view text);

}  // namespace shipflow::github
