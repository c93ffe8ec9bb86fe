#include "http/pool.hpp"

#include <algorithm>

namespace shipflow::http {

std::shared_ptr<wire> pool::take(const std::string& key) {
  drop_old();
  for (auto i = idle_.size(); i-- > 0;) {
    auto& candidate = idle_.at(i);
    if (candidate.key != key) continue;
    auto connection = std::move(candidate.connection);
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
    if (connection->quiet()) return connection;
    connection->close();
  }
  return nullptr;
}

void pool::put(std::string key, std::shared_ptr<wire> connection) {
  const auto same =
      std::count_if(idle_.begin(), idle_.end(), [&](const idle& other) { return other.key == key; });
  if (closed_ || static_cast<std::size_t>(same) >= options_.idle_per_origin || options_.idle_total == 0)
    return connection->close();
  if (idle_.size() >= options_.idle_total) {
    idle_.front().connection->close();
    idle_.pop_front();
  }
  idle_.push_back(
      {std::move(key), std::move(connection), std::chrono::steady_clock::now() + options_.idle_for});
  if (idle_.size() == 1) arm();
}

void pool::close() {
  closed_ = true;
  sweep_.cancel();
  for (auto& each : idle_) each.connection->close();
  idle_.clear();
}

void pool::drop_old() {
  const auto now = std::chrono::steady_clock::now();
  while (!idle_.empty() && idle_.front().until <= now) {
    idle_.front().connection->close();
    idle_.pop_front();
  }
}

void pool::arm() {
  if (idle_.empty()) return;
  sweep_.expires_at(idle_.front().until);
  sweep_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
    const auto self = weak.lock();
    if (ec || !self) return;
    self->drop_old();
    self->arm();
  });
}

}  // namespace shipflow::http
