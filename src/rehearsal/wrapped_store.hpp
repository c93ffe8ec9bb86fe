// A store around another, for those that count or disturb what passes.
#pragma once

#include <shipflow/store.hpp>

#include <memory>
#include <utility>

namespace shipflow::rehearsal {

class wrapped_store : public store {
 public:
  explicit wrapped_store(std::shared_ptr<store> inner) : inner_(std::move(inner)) {}
  int commits = 0;

  store_info info() override { return inner_->info(); }
  result<void> put_plan(const std::string& d, const std::string& b) override {
    return inner_->put_plan(d, b);
  }
  result<std::string> get_plan(const std::string& d) override { return inner_->get_plan(d); }
  result<void> create_run(const run_row& r, const std::vector<stored_fact>& f,
                          const std::vector<std::string>& a, const std::vector<stored_message>& m) override {
    return inner_->create_run(r, f, a, m);
  }
  result<run_row> get_run(const std::string& id) override { return inner_->get_run(id); }
  result<run_row> find_external(const std::string& id) override { return inner_->find_external(id); }
  result<std::vector<run_row>> list_runs(const run_filter& f) override { return inner_->list_runs(f); }
  result<std::vector<run_row>> claim(const std::string& e, std::int64_t n, std::size_t l) override {
    return inner_->claim(e, n, l);
  }
  result<run_row> claim_run(const std::string& e, const std::string& r, std::int64_t n) override {
    return inner_->claim_run(e, r, n);
  }
  result<std::size_t> adopt(const std::string& e, std::int64_t n) override { return inner_->adopt(e, n); }
  result<std::optional<std::int64_t>> next_due() override { return inner_->next_due(); }
  void commit(commit_request c, std::function<void(commit_result)> done) override {
    ++commits;
    inner_->commit(std::move(c), std::move(done));
  }
  result<std::vector<stored_fact>> read_facts(const std::string& r, std::int64_t a) override {
    return inner_->read_facts(r, a);
  }
  result<void> put_signal(const stored_signal& s) override { return inner_->put_signal(s); }
  result<std::vector<stored_signal>> unused_signals(const std::string& r) override {
    return inner_->unused_signals(r);
  }
  result<std::vector<std::pair<std::string, std::string>>> locks() override { return inner_->locks(); }
  result<std::vector<sample_chunk>> read_samples(const std::string& r) override {
    return inner_->read_samples(r);
  }
  result<std::vector<stored_message>> take_messages(std::int64_t n, std::int64_t h, std::size_t l) override {
    return inner_->take_messages(n, h, l);
  }
  result<void> settle_message(const stored_message& m) override { return inner_->settle_message(m); }
  result<std::optional<std::int64_t>> next_message() override { return inner_->next_message(); }
  result<std::vector<stored_message>> read_messages(const std::string& r) override {
    return inner_->read_messages(r);
  }
  result<std::size_t> purge(std::int64_t b, std::optional<std::int64_t> r) override {
    return inner_->purge(b, r);
  }

 private:
  std::shared_ptr<store> inner_;
};

}  // namespace shipflow::rehearsal
