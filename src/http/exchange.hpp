// One request and its response: connection, write, read, one retry on a stale connection, redirects.
#pragma once

#include "http/core.hpp"
#include "http/message.hpp"

#include <array>

namespace shipflow::http {

class exchange : public activity {
 public:
  exchange(std::shared_ptr<core> shared, request q, std::function<void(outcome)> done);
  /// Answers `cancelled` when the executor was destroyed before there was an answer.
  ~exchange() override;
  void give_up(errc why) override;

 private:
  void begin() override;
  [[nodiscard]] result<void> find_proxy();
  void hop();
  void connect();
  void write();
  void read();
  void on_read(boost::system::error_code ec, std::size_t n);
  void on_broken(boost::system::error_code ec);
  void on_end();
  void on_complete();
  void redirect(const response& r);
  void fail(stage where, error e);
  void fail(failure f);
  void finish(outcome o);
  [[nodiscard]] std::shared_ptr<exchange> self() {
    return std::static_pointer_cast<exchange>(shared_from_this());
  }

  request q_;
  std::function<void(outcome)> done_;
  target to_;
  std::optional<proxy> by_;
  std::string key_;
  std::string head_;
  std::shared_ptr<wire> wire_;
  std::optional<response_reader> reader_;
  std::array<char, 16384> buffer_{};
  stage where_ = stage::request;
  bool sent_ = false;
  bool reused_ = false;
  bool retried_ = false;
  int redirects_ = 0;
  std::optional<failure> write_failure_;
};

}  // namespace shipflow::http
