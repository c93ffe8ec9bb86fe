#include "provider/site/lock.hpp"

#include "base/members.hpp"

namespace shipflow::site {
namespace {

constexpr duration between = std::chrono::seconds(60);
constexpr int most_tries = 5;

}  // namespace

std::string lock::text() const {
  return json::serialize(json::object{{"holder", held_ ? s_.q.run : std::string{}},
                                      {"step", s_.q.step},
                                      {"token", token_},
                                      {"at", format_time(said_)}});
}

error lock::lost() const {
  return s_.refuse(errc::fenced, "the lock of the site in bucket " + s_.bound.bucket +
                                     " was taken by somebody else; nothing more was written");
}

result<void> lock::write(const s3::condition& only) {
  said_ = s_.now();
  auto put = put_own(s_, lock_name, text(), only);
  if (!put) return put.error();
  etag_ = std::move(*put);
  return {};
}

result<void> lock::take() {
  const std::lock_guard guard(mutex_);
  for (int i = 0; i < most_tries; ++i) {
    const auto held = s_.on.get(s_.full(lock_name), 0, 4096);
    if (!held && held.error().code != errc::not_found) return held.error();
    if (held) {
      if (auto free = may_be_taken(*held); !free) return free;
    }
    auto taken = held ? write({.absent = false, .etag = held->etag}) : write({.absent = true});
    // Where the server cannot keep the lock, this has to come out before anything is touched.
    if (!held && taken) taken = write({.absent = false, .etag = etag_});
    if (taken || taken.error().code != errc::conflict) return taken;
  }
  return lost();
}

result<void> lock::may_be_taken(const s3::object& held) {
  const auto read = parse_json(held.body);
  const auto is = read && read->is_object() ? read->get_object() : json::object{};
  const auto holder = members::text(is, "holder");
  const auto at = parse_time(members::text(is, "at"));
  const bool stale = !at || s_.now() - *at >= s_.bound.stale_lock;
  if (!holder.empty() && holder != s_.q.run && !stale)
    return s_.refuse(errc::conflict, "the site in bucket " + s_.bound.bucket + " is being changed by run " +
                                         holder + " (said so at " + members::text(is, "at") + ")");
  token_ = members::whole(is, "token", 0) + 1;
  return {};
}

result<void> lock::keep() {
  const std::lock_guard guard(mutex_);
  if (s_.now() - said_ < between) return {};
  auto said = write({.absent = false, .etag = etag_});
  if (!said && said.error().code == errc::conflict) return lost();
  return said;
}

result<void> lock::check() {
  const std::lock_guard guard(mutex_);
  const auto held = s_.on.get(s_.full(lock_name), 0, 4096);
  if (!held && held.error().code != errc::not_found) return held.error();
  if (!held || held->etag != etag_) return lost();
  return {};
}

result<void> lock::give_back() {
  const std::lock_guard guard(mutex_);
  held_ = false;
  auto said = write({.absent = false, .etag = etag_});
  if (!said && said.error().code == errc::conflict) return lost();
  return said;
}

}  // namespace shipflow::site
