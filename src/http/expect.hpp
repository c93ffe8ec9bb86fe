// What an answer must look like, as plans and environments write it.
//
//   expect: 200 | [200, 201] | "2xx" | "200-299", or a mapping, all of which must hold:
//     status: as above; 2xx when not given
//     header: { name: value }         equal; the case of the name does not matter
//     body: { contains: text, matches: "regular expression" }
//     json: { "/json/pointer": value }  equal; numbers by value (RFC 6901)
//     latency: "<500ms"               from the start to the last byte
//     certificate: 14d                how long the server's certificate must still be valid
#pragma once

#include "http/client.hpp"
#include "http/pattern.hpp"

#include <shipflow/json.hpp>
#include <shipflow/probe.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace shipflow::http {

struct expectation {
  std::vector<std::pair<int, int>> statuses{{200, 299}};  ///< ranges, both ends included
  header_list headers{};
  std::string body_contains{};
  std::optional<pattern> body_matches{};
  std::vector<std::pair<std::string, json::value>> json{};  ///< pointer, value
  std::optional<duration> latency{};                        ///< below this
  std::optional<duration> certificate{};                    ///< valid at least this long
};

/// `path` is the name of the value in messages, for example "expect".
[[nodiscard]] result<expectation> read_expectation(const json::value& from, const std::string& path);

/// pass, fail, or unavailable when it cannot be decided; the text says why in one line and holds
/// short pieces of the answer, made printable.
struct judgement {
  look outcome = look::unavailable;
  std::string text;
};
[[nodiscard]] judgement judge(const expectation& wanted, const response& got, time_point now);

}  // namespace shipflow::http
