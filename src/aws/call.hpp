// One call from being asked to its answer, over its tries.
#pragma once

#include "aws/address.hpp"
#include "aws/machine.hpp"

#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>

namespace shipflow::aws {

class call : public std::enable_shared_from_this<call> {
 public:
  call(machine& at, const service& s, wire_request q, call_options how,
       std::function<void(rest_outcome)> done);
  ~call();
  call(const call&) = delete;
  call& operator=(const call&) = delete;

  /// These instead of what the client would search for.
  void use(std::optional<credentials> who) { own_ = std::move(who); }
  void begin();
  /// Answers with that code unless it was answered.
  void give_up(errc why);

 private:
  void attempt();
  void authorise();
  [[nodiscard]] result<void> find_address();
  [[nodiscard]] http::request next_try();
  void send(const credentials& who);
  void go(http::request q);
  void on_response(http::response got);
  void on_failure(const http::failure& f);
  /// Tries again if that is allowed, else answers.
  void again_or(trouble why, failure f);
  /// What is to be made of an answer that is no success.
  void on_refusal(const http::response& got);
  [[nodiscard]] bool went_to_other_region(const std::string& region);
  [[nodiscard]] bool corrected_clock(const http::response& got);
  void wait(duration d, void (call::*next)());
  [[nodiscard]] duration left() const;
  [[nodiscard]] int most_tries() const;
  [[nodiscard]] failure refused(const http::response& got, const refusal& said) const;
  [[nodiscard]] failure made(errc code, const std::string& why) const;
  void answer(rest_outcome o);

  machine& at_;
  service service_;
  wire_request q_;
  call_options how_;
  std::function<void(rest_outcome)> done_;
  std::string region_, id_, signed_by_;
  address to_;
  std::optional<credentials> own_;
  std::chrono::steady_clock::time_point end_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer deadline_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
  std::stop_source stop_;
  int tries_ = 0;
  int spent_ = 0;
  bool clock_tried_ = false;
  bool region_tried_ = false;
  bool sent_ = false;
};

}  // namespace shipflow::aws
