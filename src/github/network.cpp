#include "github/network.hpp"

#include <chrono>

namespace shipflow::github {

void network::send(const asking& /*q*/, http::request r, std::function<void(http::outcome)> done) {
  client_.send(std::move(r), std::move(done));
}

time_point network::now() { return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()); }

}  // namespace shipflow::github
