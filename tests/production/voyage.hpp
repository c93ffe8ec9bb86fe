// Production of one process: its cloud, its documents, and the process that releases (ship/main.cpp).
#pragma once

#include "aws_double/flow.hpp"
#include "aws_double/shops.hpp"
#include "http/server_process.hpp"

#include <shipflow/json.hpp>

#include <sys/types.h>

namespace tests {

/// A plan with its environments, and the shop it is about.
struct process {
  std::string folder, name, shop, listener, url;
  std::vector<std::string> clusters;
};
[[nodiscard]] const process& shopflow_process();
[[nodiscard]] const process& sample_process();
/// In maintenance while it is released.
[[nodiscard]] const process& closed_process();

class voyage {
 public:
  /// `bake` and `watch`: the plan's parameters.
  explicit voyage(const process& what, std::string bake = "10m", std::string watch = "30m");
  ~voyage();
  voyage(const voyage&) = delete;
  voyage& operator=(const voyage&) = delete;

  /// What becomes of the n-th call (reads of metrics are not counted): the releasing process dies, before or after its
  /// effect. 0: none.
  void kill_at(int call, bool after);
  struct ended {
    bool killed = false;
    int code = -1;
    shipflow::json::object said;  ///< {"phase", "reason", "parked", "status 200" ...}
  };
  /// Starts the process, or starts it again, and waits for its end.
  ended sail(const std::string& version);
  /// Operations so far, without reads of metrics.
  [[nodiscard]] std::vector<std::string> calls();

  /// Services with image and count, weights and rules: what people could see of the cloud.
  [[nodiscard]] shipflow::json::object picture();
  /// What was made and changed: revisions by family, deployments by service, changes at the balancer.
  [[nodiscard]] shipflow::json::object effects();

  aws_double cloud;
  flow requests;

 private:
  mishap next(const std::string& operation);
  [[nodiscard]] std::string document(const std::string& name) const;

  const process& what_;
  const std::string bake_, watch_;
  temporary_directory place_;
  std::atomic<pid_t> child_{0};
  std::vector<std::string> seen_;  ///< changed under the double's lock
  int kill_at_ = 0;
  bool after_ = false;
  int starts_ = 0;
};

}  // namespace tests
