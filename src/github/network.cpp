#include "github/network.hpp"

#include "base/wall_clock.hpp"

namespace shipflow::github {

void network::send(const asking& /*q*/, http::request r, std::function<void(http::outcome)> done) {
  client_.send(std::move(r), std::move(done));
}

time_point network::now() { return wall_clock(); }

}  // namespace shipflow::github
