#include "store/memory/state.hpp"

#include <mutex>

namespace shipflow {
namespace memory {
namespace {

class memory_store final : public store {
 public:
  store_info info() override {
    store_info i;
    i.kind = "memory";
    return i;
  }
  result<void> put_plan(const std::string& digest, const std::string& body) override {
    const std::scoped_lock hold(mutex_);
    return state_.put_plan(digest, body);
  }
  result<std::string> get_plan(const std::string& digest) override {
    const std::scoped_lock hold(mutex_);
    return state_.get_plan(digest);
  }
  result<void> create_run(const run_row& row, const std::vector<stored_fact>& facts,
                          const std::vector<std::string>& acquire,
                          const std::vector<stored_message>& messages) override {
    const std::scoped_lock hold(mutex_);
    return state_.create_run(row, facts, acquire, messages);
  }
  result<run_row> get_run(const std::string& id) override {
    const std::scoped_lock hold(mutex_);
    return state_.get_run(id);
  }
  result<run_row> find_external(const std::string& external_id) override {
    const std::scoped_lock hold(mutex_);
    return state_.find_external(external_id);
  }
  result<std::vector<run_row>> list_runs(const run_filter& filter) override {
    const std::scoped_lock hold(mutex_);
    return state_.list_runs(filter);
  }
  result<std::vector<run_row>> claim(const std::string& engine, std::int64_t now_ms,
                                     std::size_t limit) override {
    const std::scoped_lock hold(mutex_);
    return state_.claim(engine, now_ms, limit);
  }
  result<run_row> claim_run(const std::string& engine, const std::string& run, std::int64_t now_ms) override {
    const std::scoped_lock hold(mutex_);
    return state_.claim_run(engine, run, now_ms);
  }
  result<std::size_t> adopt(const std::string& engine, std::int64_t now_ms) override {
    const std::scoped_lock hold(mutex_);
    return state_.adopt(engine, now_ms);
  }
  result<std::optional<std::int64_t>> next_due() override {
    const std::scoped_lock hold(mutex_);
    return state_.next_due();
  }
  void commit(commit_request change, std::function<void(commit_result)> done) override {
    commit_result answer;
    {
      const std::scoped_lock hold(mutex_);
      answer = state_.commit(change);
    }
    if (done) done(std::move(answer));  // without the lock: it may call the store again
  }
  result<std::vector<stored_fact>> read_facts(const std::string& run, std::int64_t after_rev) override {
    const std::scoped_lock hold(mutex_);
    return state_.read_facts(run, after_rev);
  }
  result<void> put_signal(const stored_signal& s) override {
    const std::scoped_lock hold(mutex_);
    return state_.put_signal(s);
  }
  result<std::vector<stored_signal>> unused_signals(const std::string& run) override {
    const std::scoped_lock hold(mutex_);
    return state_.unused_signals(run);
  }
  result<std::vector<std::pair<std::string, std::string>>> locks() override {
    const std::scoped_lock hold(mutex_);
    return state_.locks();
  }
  result<std::vector<sample_chunk>> read_samples(const std::string& run) override {
    const std::scoped_lock hold(mutex_);
    return state_.read_samples(run);
  }
  result<std::vector<stored_message>> take_messages(std::int64_t now_ms, std::int64_t hold_until_ms,
                                                    std::size_t limit) override {
    const std::scoped_lock hold(mutex_);
    return state_.take_messages(now_ms, hold_until_ms, limit);
  }
  result<void> settle_message(const stored_message& m) override {
    const std::scoped_lock hold(mutex_);
    return state_.settle_message(m);
  }
  result<std::optional<std::int64_t>> next_message() override {
    const std::scoped_lock hold(mutex_);
    return state_.next_message();
  }
  result<std::vector<stored_message>> read_messages(const std::string& run) override {
    const std::scoped_lock hold(mutex_);
    return state_.read_messages(run);
  }
  result<std::size_t> purge(std::int64_t before_ms, std::optional<std::int64_t> rows_before_ms) override {
    const std::scoped_lock hold(mutex_);
    return state_.purge(before_ms, rows_before_ms);
  }

 private:
  std::mutex mutex_;
  state state_;
};

}  // namespace
}  // namespace memory

inline namespace v1 {
std::unique_ptr<store> make_memory_store() { return std::make_unique<memory::memory_store>(); }
}  // namespace v1
}  // namespace shipflow
