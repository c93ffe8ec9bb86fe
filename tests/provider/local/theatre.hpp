// A component in a temporary directory, driven as the engine would drive it.
#pragma once

#include <shipflow/providers/local.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace theatre {

namespace json = shipflow::json;

/// What the engine keeps of a step.
struct step {
  std::string action;
  json::object inputs;
  std::string key;
  json::value baseline;
  shipflow::answer last;
};

class theatre {
 public:
  explicit theatre(int instances = 2);
  /// Ends everything and checks that nothing is left running.
  ~theatre();
  theatre(const theatre&) = delete;
  theatre& operator=(const theatre&) = delete;

  /// As if the engine were killed and started again.
  void reopen();

  /// What the engine would ask.
  [[nodiscard]] shipflow::request request_for(shipflow::verb what, const step& s, json::value handle) const;
  [[nodiscard]] shipflow::metric_request metric_request_for(std::vector<std::string> series,
                                                            const std::string& arm,
                                                            const std::string& version) const;
  [[nodiscard]] shipflow::probe_request probe_request_for() const;

  [[nodiscard]] shipflow::answer call(shipflow::verb what, const step& s, json::value handle = nullptr);
  /// The same by another object, as another process would do it.
  [[nodiscard]] shipflow::answer call_by(shipflow::local_provider& who, shipflow::verb what, const step& s,
                                         json::value handle = nullptr) const;
  /// Settles until it is over; at most 60 seconds.
  [[nodiscard]] shipflow::answer settle(const step& s, shipflow::answer from);
  /// Observes, applies, settles.
  step run(const std::string& action, json::object inputs);
  /// Observes and applies only.
  step begin(const std::string& action, json::object inputs);
  shipflow::answer undo(const step& s);
  /// Asks again while HAProxy comes up, as the engine does after an error that may pass.
  json::object look(const std::string& action = "shift", json::object inputs = {});
  shipflow::metric_answer metrics(std::vector<std::string> series, const std::string& arm,
                                  const std::string& version);
  shipflow::probe_answer probe();

  /// HAProxy's runtime socket, by another hand.
  std::string haproxy(const std::string& command) const;
  [[nodiscard]] int haproxy_pid() const;
  /// Process ids of the instances by id.
  [[nodiscard]] std::map<std::string, int> instances() const;
  /// Kills every keeper, as a reboot would.
  void kill_keepers() const;

  std::filesystem::path root;
  int port = 0;
  json::object target;
  std::string run_id = "run-1";
  std::map<std::string, std::string> secrets;  ///< by name, as the engine resolves them in env
  shipflow::local_options options;

 private:
  [[nodiscard]] std::string directory() const;
  std::unique_ptr<shipflow::local_provider> provider_;
  int keys_ = 0;
};

/// Polls until it holds; at most 20 seconds.
[[nodiscard]] bool eventually(const std::function<bool()>& holds);

/// A port that was free a moment ago.
[[nodiscard]] int free_port();

}  // namespace theatre
