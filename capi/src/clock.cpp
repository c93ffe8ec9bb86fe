#include "clock.hpp"

#include <shipflow/loop.hpp>
#include <shipflow/world.hpp>

#include <utility>

namespace shipflow_c {
namespace {

class real_clock final : public clock {
 public:
  explicit real_clock(std::function<void()> ring) { loop_.on_post(std::move(ring)); }
  shipflow::scheduler& time() override { return loop_; }
  void run_ready() override { loop_.run_ready(); }
  std::optional<shipflow::time_point> next_due() override { return loop_.next_due(); }
  bool advance(shipflow::time_point) override { return false; }

 private:
  shipflow::loop loop_;
};

class virtual_clock final : public clock {
 public:
  virtual_clock(std::function<void()> ring, shipflow::time_point start, std::uint64_t seed)
      : time_(seed, start) {
    time_.on_post(std::move(ring));
  }
  shipflow::scheduler& time() override { return time_; }
  void run_ready() override { time_.run_ready(); }
  std::optional<shipflow::time_point> next_due() override { return time_.next_handler(); }
  bool advance(shipflow::time_point limit) override {
    if (!time_.step(limit)) return false;
    time_.run_ready();
    return true;
  }

 private:
  shipflow::virtual_time time_;
};

}  // namespace

std::unique_ptr<clock> make_real_clock(std::function<void()> ring) {
  return std::make_unique<real_clock>(std::move(ring));
}

std::unique_ptr<clock> make_virtual_clock(std::function<void()> ring, shipflow::time_point start,
                                          std::uint64_t seed) {
  return std::make_unique<virtual_clock>(std::move(ring), start, seed);
}

}  // namespace shipflow_c
