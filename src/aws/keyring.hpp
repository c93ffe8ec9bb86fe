// Credentials as they are found once and used by several clients, each of which lives on a thread of its own.
#pragma once

#include "aws/credentials.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace shipflow::aws {

/// A token of single sign-on as the AWS command line keeps it.
struct sign_on_token {
  std::string access;
  time_point expires{};
  std::string refresh{}, client_id{}, client_secret{};  ///< all there: it can be renewed
};

/// Thread-safe. Searches at most once at a time, by one of those who wait. From 15 minutes before they end credentials
/// are renewed while they are used, from 10 minutes on calls wait for new ones; when there are none to be had, those that
/// are still valid are used.
class keyring {
 public:
  /// Who wants credentials.
  class holder {
   public:
    holder() = default;
    holder(const holder&) = delete;
    holder& operator=(const holder&) = delete;
    virtual ~holder() = default;
    /// Runs `what` on its thread, later.
    virtual void post(std::function<void()> what) = 0;
    /// On its thread: finds credentials and says so by `found`, once or, when it leaves, never.
    virtual void search(const std::string& region) = 0;
    [[nodiscard]] virtual time_point now() const = 0;
  };

  /// On the holder's thread; `done` is called there, inside the call or later. `region`: where roles are asked for when
  /// nothing else names one.
  void take(holder& who, const std::string& region, found_credentials done);
  /// What a search came to.
  void found(holder& who, const result<credentials>& what);
  /// The service refused that key: it is searched for again, unless another one is known by now.
  void forget(const std::string& id);
  /// Nothing is posted to this holder any more; another one takes its search over. What it waited for is given back.
  [[nodiscard]] std::vector<found_credentials> leave(const holder& who);

  /// Tokens that were renewed here, by session.
  [[nodiscard]] std::optional<sign_on_token> token(const std::string& session) const;
  void keep(const std::string& session, const sign_on_token& token);

 private:
  struct waiting {
    holder* who;
    std::string region;
    found_credentials done;
  };
  [[nodiscard]] bool claim(holder& who);

  mutable std::mutex mutex_;
  std::optional<credentials> known_;
  std::vector<waiting> waiting_;
  const holder* searcher_ = nullptr;
  time_point search_again_{};  ///< not before, while what is known can be used
  std::map<std::string, sign_on_token> tokens_;
};

/// The keyring of these options: the one that they share, or one of their own.
[[nodiscard]] std::shared_ptr<keyring> keyring_of(const aws_options& from);

}  // namespace shipflow::aws
