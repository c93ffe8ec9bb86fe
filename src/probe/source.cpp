#include "base/signals_blocked.hpp"
#include "base/wall_clock.hpp"
#include "probe/desk.hpp"

#include <shipflow/probes.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <thread>

namespace shipflow {
namespace probing {
namespace {

namespace asio = boost::asio;

class source final : public probe_source {
 public:
  explicit source(const probe_options& options) : work_(asio::make_work_guard(io_)) {
    surroundings with{io_.get_executor(), std::make_shared<http::client>(io_.get_executor())};
    desk_ = std::make_shared<desk>(std::move(with), std::clamp<std::size_t>(options.parallel, 1, 1000));
    const signals_blocked meanwhile;
    thread_ = std::thread([this] { io_.run(); });
  }

  ~source() override {
    asio::post(io_, [desk = desk_] {
      desk->close();
      desk->with.client.reset();
    });
    work_.reset();
    thread_.join();
  }
  source(const source&) = delete;
  source& operator=(const source&) = delete;

  [[nodiscard]] std::vector<std::string> kinds() const override { return {"http", "tcp", "command"}; }
  [[nodiscard]] result<void> check(const std::string& kind, const json::object& spec) const override {
    return check_probe(kind, spec);
  }

  void look(probe_request q, std::function<void(probe_answer)> done) override {
    const auto left = q.deadline - wall_clock();
    // Keeps the sum from overflowing for "no deadline at all".
    const auto bounded = std::clamp<duration>(left, duration{0}, std::chrono::hours(24));
    auto t = std::make_shared<ticket>(desk_, std::move(q), ticket::clock::now() + bounded, std::move(done));
    asio::post(io_, [t = std::move(t)] { t->arrive(); });
  }

 private:
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::shared_ptr<desk> desk_;
  std::thread thread_;
};

}  // namespace
}  // namespace probing

inline namespace v1 {

std::shared_ptr<probe_source> make_probes(probe_options options) {
  return std::make_shared<probing::source>(options);
}

}  // namespace v1
}  // namespace shipflow
