// Uploads on threads of their own: parts while they are read, so that memory does not grow with an asset.
#include "provider/cloudformation/depot.hpp"

#include "aws/workers.hpp"
#include "provider/cloudformation/asset_bytes.hpp"
#include "provider/cloudformation/borrowed_role.hpp"
#include "s3/remote_bucket.hpp"

#include <chrono>
#include <map>
#include <mutex>

namespace shipflow::cloudformation {
namespace {

constexpr int at_once = 4;
constexpr std::size_t part_size = 16U << 20U;
constexpr std::size_t most_remembered = 10'000;
// Whoever lives for long looks again: somebody may have tidied the bucket up.
constexpr auto seen_for = std::chrono::minutes(10);

/// Bytes on their way into one object: at once if they are few, in parts otherwise.
class upload {
 public:
  upload(s3::bucket& into, const asset& a)
      : into_(into), key_(a.key), with_{std::string(content_type_of(a)), {}, {}, {}} {}

  result<void> add(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto some = bytes.substr(0, part_size - part_.size());
      part_ += some;
      bytes.remove_prefix(some.size());
      if (part_.size() == part_size)
        if (auto ok = flush(); !ok) return ok;
    }
    return {};
  }
  result<void> end() {
    const s3::condition only{.absent = true};
    if (open_.id.empty()) {
      const auto sum = sha256_hex(part_);
      return as_there(into_.put(key_, std::move(part_), sum, with_, only));
    }
    if (!part_.empty())
      if (auto ok = flush(); !ok) return ok;
    return as_there(into_.complete(open_, parts_, only));
  }
  void give_up() {
    if (!open_.id.empty()) static_cast<void>(into_.abort(open_));
  }

 private:
  /// Somebody else brought it meanwhile.
  result<void> as_there(const result<std::string>& put) {
    if (put) return {};
    if (put.error().code != errc::conflict) return put.error();
    give_up();
    return {};
  }
  result<void> flush() {
    if (open_.id.empty()) {
      auto id = into_.begin_upload(key_, with_);
      if (!id) return id.error();
      open_ = {key_, std::move(*id)};
    }
    const auto number = static_cast<int>(parts_.size()) + 1;
    if (number > s3::most_parts) return make_error(errc::invalid_argument, "asset " + key_ + " is too large");
    const auto size = part_.size();
    const auto sum = sha256_hex(part_);
    auto etag = into_.put_part(open_, number, std::move(part_), sum);
    part_.clear();
    if (!etag) return etag.error();
    parts_.push_back({number, size, std::move(*etag)});
    return {};
  }

  s3::bucket& into_;
  std::string key_;
  s3::attributes with_;
  std::string part_;
  s3::upload open_{};
  std::vector<s3::part> parts_;
};

result<void> put_up(s3::bucket& into, const asset& a) {
  upload u(into, a);
  auto ok = pour(a, [&](std::string_view bytes) { return u.add(bytes); });
  if (ok) ok = u.end();
  if (!ok) u.give_up();
  return ok;
}

error explained(const asset& a, const error& e) {
  auto text = "asset " + a.name + ": " + e.message;
  if (e.message.find("NoSuchBucket") != std::string::npos)
    text +=
        "; make the bucket first, for example with `cdk bootstrap aws://" + a.owner + "/" + a.region + "`";
  return make_error(e.code, text);
}

class bucket_depot final : public depot {
 public:
  explicit bucket_depot(aws_options options) : roles_(std::move(options)), workers_(at_once) {}
  ~bucket_depot() override { closing_.request_stop(); }
  bucket_depot(const bucket_depot&) = delete;
  bucket_depot& operator=(const bucket_depot&) = delete;

  brought bring(const asset& a, const aws::destination& where) override {
    const auto id = a.region + " " + where.endpoint_url + " " + a.bucket + "/" + a.key;
    const std::lock_guard guard(mutex_);
    const auto known = jobs_.find(id);
    if (known != jobs_.end() && !known->second.is_old()) {
      auto now = known->second.now;
      if (now.is == brought::state::failed) jobs_.erase(known);
      return now;
    }
    forget_old();
    brought begun{brought::state::under_way};
    jobs_[id] = {begun, clock::now()};
    workers_.post([this, a, where, id] {
      auto end = carry(a, where);
      const std::lock_guard done(mutex_);
      jobs_[id] = {std::move(end), clock::now()};
    });
    return begun;
  }

 private:
  using clock = std::chrono::steady_clock;
  struct job {
    brought now;
    clock::time_point since;
    [[nodiscard]] bool is_old() const {
      return now.is == brought::state::there && clock::now() - since > seen_for;
    }
  };

  brought carry(const asset& a, const aws::destination& where) {
    const auto through = roles_.client_for(a, where, closing_.get_token());
    if (!through) return {brought::state::failed, explained(a, through.error())};
    const auto into = s3::make_bucket(*through->client, {.bucket = a.bucket,
                                                         .region = a.region,
                                                         .endpoint_url = through->endpoint_url,
                                                         .owner = a.owner,
                                                         .stop = closing_.get_token()});
    const auto is = into->head(a.key);
    if (is) return {};
    if (is.error().code != errc::not_found) return {brought::state::failed, explained(a, is.error())};
    if (auto ok = put_up(*into, a); !ok) return {brought::state::failed, explained(a, ok.error())};
    return {};
  }

  void forget_old() {
    for (auto at = jobs_.begin(); jobs_.size() >= most_remembered && at != jobs_.end();)
      at = at->second.now.is == brought::state::there ? jobs_.erase(at) : std::next(at);
  }

  borrowed_roles roles_;
  std::stop_source closing_;
  std::mutex mutex_;
  std::map<std::string, job> jobs_;
  aws::workers workers_;  // last: ends first
};

}  // namespace

std::unique_ptr<depot> make_depot(aws_options options) {
  return std::make_unique<bucket_depot>(std::move(options));
}

}  // namespace shipflow::cloudformation
