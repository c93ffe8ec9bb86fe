// An engine, the clock it runs on, its thread when it has one, and its events for the host.
#pragma once

#include "clock.hpp"
#include "queue.hpp"
#include "table.hpp"

#include <shipflow/aws.hpp>
#include <shipflow/engine.hpp>
#include <shipflow/probe.hpp>
#include <shipflow/provider_suite.hpp>

#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

namespace shipflow_c {

struct host_options {
  bool threaded = false;
  bool virtual_time = false;
  bool host_secrets = false;
  bool host_policy = false;
  std::size_t calls_at_once = 64;
  std::size_t queue_limit = 65'536;
  std::string id;
  shipflow::time_point start{};
  std::uint64_t seed = 0;
};

class host {
 public:
  host(const host_options& options, std::shared_ptr<shipflow::store> keep);
  /// Stops the engine, joins its thread and answers every open call as lost.
  ~host();
  host(const host&) = delete;
  host& operator=(const host&) = delete;

  /// Runs something where the engine lives and waits for it; throws what it throws. An engine that ran out
  /// of memory half-way is not used again.
  template <class Work>
  auto on_engine(const Work& work) {
    return read_engine([&](shipflow::engine& e) {
      try {
        return work(e);
      } catch (const std::bad_alloc&) {
        faulted_ = true;
        throw;
      }
    });
  }

  /// The same for what changes nothing there.
  template <class Work>
  auto read_engine(const Work& work) {
    using value = std::invoke_result_t<Work, shipflow::engine&>;
    if constexpr (std::is_void_v<value>) {
      run_on_engine([&](shipflow::engine& e) { work(e); });
    } else {
      std::optional<value> out;
      run_on_engine([&](shipflow::engine& e) { out.emplace(work(e)); });
      return std::move(*out);
    }
  }

  /// The next event, or null after so many milliseconds (-1: never).
  [[nodiscard]] std::unique_ptr<shipflow_event> next(std::int64_t timeout_ms);
  [[nodiscard]] std::int64_t wait_ms();
  [[nodiscard]] shipflow::time_point now();
  void wakeup() noexcept;
  [[nodiscard]] int fd() const noexcept { return events_->fd(); }
  [[nodiscard]] bool virtual_time() const noexcept { return options_.virtual_time; }

  /// Puts a call before the host.
  void ask(shipflow_call_kind_t kind, const std::string& run, const shipflow::json::object& body,
           std::unique_ptr<pending> to, std::stop_token stop);
  /// Begins trials of a provider; their report is an event.
  void begin_check(std::shared_ptr<shipflow::provider> checked, std::vector<shipflow::provider_trial> trials);
  /// The host's own, by name, for checks.
  std::map<std::string, std::shared_ptr<shipflow::provider>> providers;
  /// Probe sources in the order they were added, for the provider `probe`.
  std::vector<std::shared_ptr<shipflow::probe_source>> probes;
  /// Of everything that speaks to AWS.
  const std::shared_ptr<shipflow::aws_keyring> keyring = shipflow::make_aws_keyring();

 private:
  void run_on_engine(const std::function<void(shipflow::engine&)>& work);
  void take(const shipflow::engine_event& e);
  void take_phase(const shipflow::engine_event& e);
  void work();
  void turn();
  void check_alive() const;
  [[nodiscard]] bool pass_virtual_time();
  [[nodiscard]] std::int64_t until_due();

  host_options options_;
  std::shared_ptr<call_registry> open_ = std::make_shared<call_registry>([this] { wakeup(); },
                                                                         [this] {
                                                                           if (options_.virtual_time)
                                                                             events_->ring();
                                                                         });
  std::unique_ptr<event_queue> events_;
  std::map<std::string, std::string> reasons_;  // run -> why it turned back, until it ends
  std::unique_ptr<clock> clock_;
  std::unique_ptr<shipflow::engine> engine_;
  std::atomic<bool> woken_{false};
  std::atomic<bool> faulted_{false};
  std::atomic<bool> ending_{false};

  std::mutex guard_;  // of what follows: handing work to the engine's thread
  std::condition_variable changed_;
  bool due_ = false;
  std::thread thread_;
};

}  // namespace shipflow_c

struct shipflow_engine : shipflow_c::handle {
  static constexpr auto kind = shipflow_c::mark::engine;
  shipflow_engine(const shipflow_c::host_options& options, std::shared_ptr<shipflow::store> keep)
      : handle(kind), held(std::make_unique<shipflow_c::host>(options, std::move(keep))) {}
  std::unique_ptr<shipflow_c::host> held;
  shipflow_c::table_map tables;
  std::atomic<int> dispatching{0};
};
