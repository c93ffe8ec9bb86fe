// Requests, one after the other or all the while.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace theatre {

struct response {
  int status = 0;  ///< 0: the request failed
  std::string body;
  std::string head;
  std::string why;  ///< of a failure
};

/// One request over a connection of its own.
[[nodiscard]] response ask(int port, const std::string& path = "/", const std::string& method = "GET");

/// Some connections that ask all the while, half of them keeping their connection.
class traffic {
 public:
  explicit traffic(int port, int connections = 4);
  ~traffic();
  traffic(const traffic&) = delete;
  traffic& operator=(const traffic&) = delete;
  /// Ends it and says what failed; empty when nothing did.
  std::string stop();
  [[nodiscard]] long answered() const noexcept { return answered_; }
  [[nodiscard]] long answered(const std::string& version);

 private:
  void ask_on(bool keep);

  int port_;
  std::atomic<bool> over_{false};
  std::atomic<long> answered_{0};
  std::mutex mutex_;
  std::map<std::string, long> by_version_;
  std::string failures_;
  std::vector<std::thread> threads_;
};

}  // namespace theatre
