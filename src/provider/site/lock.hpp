// One release at a time: an object that only one can create.
#pragma once

#include "provider/site/session.hpp"

#include <mutex>

namespace shipflow::site {

/// Held by a run: what another step or another program of the same run left behind is taken over, and what is older
/// than `stale_lock` as well. The token grows with every holder. Who gives it back writes that nobody holds it: the
/// object stays, since in versioned buckets not every server sees that what was deleted is not there.
class lock {
 public:
  explicit lock(session& s) : s_(s) {}
  lock(const lock&) = delete;
  lock& operator=(const lock&) = delete;
  ~lock() = default;

  /// Errors: conflict, with who holds it and since when.
  [[nodiscard]] result<void> take();
  /// Says now and then that it is still held; from any thread. `fenced`: somebody else took it.
  [[nodiscard]] result<void> keep();
  /// Whether it is still held, by asking. `fenced` otherwise.
  [[nodiscard]] result<void> check();
  [[nodiscard]] result<void> give_back();

 private:
  [[nodiscard]] std::string text() const;
  [[nodiscard]] error lost() const;
  [[nodiscard]] result<void> may_be_taken(const s3::object& held);
  [[nodiscard]] result<void> write(const s3::condition& only);

  session& s_;
  std::mutex mutex_;
  std::string etag_;
  std::int64_t token_ = 1;
  time_point said_{};
  bool held_ = true;
};

}  // namespace shipflow::site
