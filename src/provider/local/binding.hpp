// The component's binding: what the environment says about a component of this provider.
#pragma once

#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shipflow::local {

/// What HAProxy is told once, at its start. Changing it needs a new start.
struct front {
  std::string host = "127.0.0.1";
  int port = 0;
  std::string ready_path;  ///< empty: a TCP connection is enough
  std::string ready_status = "200";
  int rise = 2;
  int threads = 1;
  int max_connections = 4000;
  duration connect{2'000};
  duration server{30'000};
  duration client{30'000};
  duration check{500};
  std::string program;           ///< empty: the one of the options
  std::string maintenance_page;  ///< file, or empty for a plain page

  [[nodiscard]] std::string address() const { return host + ":" + std::to_string(port); }
};
/// For comparing what runs with what is wanted.
[[nodiscard]] json::object to_json(const front& f);

/// So many instances a fleet may have.
inline constexpr int most_instances = 500;

struct binding {
  std::vector<std::string> command;
  std::string directory = "/";
  std::vector<std::pair<std::string, std::string>> environment;
  int instances = 1;
  duration within{30'000};
  int enough = 100;  ///< percent
  duration drain{10'000};
  duration grace{10'000};
  front balancer;
};

/// Reads and checks a target. Pure.
[[nodiscard]] result<binding> read_binding(const json::object& target);

/// `${secret:NAME}` stands for a secret; its value is in memory only.
inline constexpr std::string_view secret_prefix = "secret:";
enum class secrets_may { be, not_be };
/// Finds a name in `${...}` of `text` that is not one of ours; empty when all are known.
[[nodiscard]] std::string unknown_reference(const std::string& text, secrets_may may);

}  // namespace shipflow::local
