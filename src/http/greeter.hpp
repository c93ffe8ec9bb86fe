// Connects to a port and, if asked, reads what it says first.
#pragma once

#include "http/core.hpp"

#include <array>

namespace shipflow::http {

class greeter : public activity {
 public:
  greeter(std::shared_ptr<core> shared, greeting_request q, std::function<void(greeting_outcome)> done);
  ~greeter() override;
  void give_up(errc why) override;

 private:
  void begin() override;
  void read();
  void on_read(boost::system::error_code ec, std::size_t n);
  void fail(failure f);
  void finish(greeting_outcome o);

  greeting_request q_;
  std::function<void(greeting_outcome)> done_;
  std::shared_ptr<wire> wire_;
  std::array<char, 1024> buffer_{};
  std::string text_;
};

}  // namespace shipflow::http
