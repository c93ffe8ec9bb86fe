#include "aws/keyring.hpp"

#include <utility>

namespace shipflow {
inline namespace v1 {

class aws_keyring {
 public:
  std::shared_ptr<aws::keyring> of(const aws_options& from) {
    const std::scoped_lock hold(mutex_);
    auto& found = all_[from.profile + "\n" + from.region + "\n" + from.endpoint_url];
    if (!found) found = std::make_shared<aws::keyring>();
    return found;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<aws::keyring>> all_;
};

std::shared_ptr<aws_keyring> make_aws_keyring() { return std::make_shared<aws_keyring>(); }

}  // namespace v1

namespace aws {

constexpr duration renew_before = std::chrono::minutes(15);
constexpr duration wait_before = std::chrono::minutes(10);
constexpr duration search_pause = std::chrono::minutes(1);

std::shared_ptr<keyring> keyring_of(const aws_options& from) {
  return from.keyring ? from.keyring->of(from) : std::make_shared<keyring>();
}

bool keyring::claim(holder& who) {
  if (searcher_ != nullptr) return false;
  searcher_ = &who;
  return true;
}

void keyring::take(holder& who, const std::string& region, found_credentials done) {
  std::unique_lock hold(mutex_);
  const auto left = known_ && known_->expires ? *known_->expires - who.now() : duration::max();
  const bool may_search = who.now() >= search_again_;
  if (known_ && left > (may_search ? wait_before : duration{0})) {
    const auto in_use = *known_;
    const bool mine = left <= renew_before && may_search && claim(who);
    hold.unlock();
    if (mine) who.search(region);
    return done(in_use);
  }
  waiting_.push_back({&who, region, std::move(done)});
  const bool mine = claim(who);
  hold.unlock();
  if (mine) who.search(region);
}

void keyring::found(holder& who, const result<credentials>& what) {
  const std::scoped_lock hold(mutex_);
  if (searcher_ != &who) return;  // it has left
  searcher_ = nullptr;
  const bool usable = known_ && known_->expires && *known_->expires > who.now();
  // Keys that expire soon and are all there is are used until the service refuses them.
  if (what || usable) search_again_ = who.now() + search_pause;
  if (what)
    known_ = *what;
  else if (!usable)
    known_.reset();
  const auto answer = known_ ? result<credentials>(*known_) : what;
  for (auto& w : std::exchange(waiting_, {}))
    w.who->post([done = std::move(w.done), answer] { done(answer); });
}

void keyring::forget(const std::string& id) {
  const std::scoped_lock hold(mutex_);
  if (known_ && known_->id == id) known_.reset();
}

std::vector<found_credentials> keyring::leave(const holder& who) {
  const std::scoped_lock hold(mutex_);
  std::vector<found_credentials> given_back;
  std::vector<waiting> others;
  for (auto& w : waiting_) {
    if (w.who == &who)
      given_back.push_back(std::move(w.done));
    else
      others.push_back(std::move(w));
  }
  waiting_ = std::move(others);
  if (searcher_ != &who) return given_back;
  searcher_ = nullptr;
  if (waiting_.empty()) return given_back;
  auto* next = waiting_.front().who;
  searcher_ = next;
  next->post([next, region = waiting_.front().region] { next->search(region); });
  return given_back;
}

std::optional<sign_on_token> keyring::token(const std::string& session) const {
  const std::scoped_lock hold(mutex_);
  const auto found = tokens_.find(session);
  return found == tokens_.end() ? std::nullopt : std::optional(found->second);
}

void keyring::keep(const std::string& session, const sign_on_token& token) {
  const std::scoped_lock hold(mutex_);
  tokens_.insert_or_assign(session, token);
}

}  // namespace aws
}  // namespace shipflow
