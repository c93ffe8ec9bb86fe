// GitHub over the network.
#pragma once

#include "github/api.hpp"

namespace shipflow::github {

/// A client with a thread of its own, and the clock of this machine. When it goes it first answers what is outstanding.
class network final : public wire {
 public:
  void send(const asking& q, http::request r, std::function<void(http::outcome)> done) override;
  [[nodiscard]] time_point now() override;

 private:
  http::client client_;
};

}  // namespace shipflow::github
