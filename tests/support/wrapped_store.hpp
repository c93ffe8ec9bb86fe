// A store around another, for tests that count or disturb what passes.
#pragma once

#include <shipflow/store.hpp>

#include <memory>
#include <utility>

namespace shipflow_test {

class wrapped_store : public shipflow::store {
 public:
  explicit wrapped_store(std::shared_ptr<shipflow::store> inner) : inner_(std::move(inner)) {}
  int commits = 0;

  shipflow::store_info info() override { return inner_->info(); }
  shipflow::result<void> put_plan(const std::string& d, const std::string& b) override {
    return inner_->put_plan(d, b);
  }
  shipflow::result<std::string> get_plan(const std::string& d) override { return inner_->get_plan(d); }
  shipflow::result<void> create_run(const shipflow::run_row& r, const std::vector<shipflow::stored_fact>& f,
                                    const std::vector<std::string>& a) override {
    return inner_->create_run(r, f, a);
  }
  shipflow::result<shipflow::run_row> get_run(const std::string& id) override { return inner_->get_run(id); }
  shipflow::result<shipflow::run_row> find_external(const std::string& id) override {
    return inner_->find_external(id);
  }
  shipflow::result<std::vector<shipflow::run_row>> list_runs(const shipflow::run_filter& f) override {
    return inner_->list_runs(f);
  }
  shipflow::result<std::vector<shipflow::run_row>> claim(const std::string& e, std::int64_t n,
                                                         std::size_t l) override {
    return inner_->claim(e, n, l);
  }
  shipflow::result<shipflow::run_row> claim_run(const std::string& e, const std::string& r,
                                                std::int64_t n) override {
    return inner_->claim_run(e, r, n);
  }
  shipflow::result<std::size_t> adopt(const std::string& e, std::int64_t n) override {
    return inner_->adopt(e, n);
  }
  shipflow::result<std::optional<std::int64_t>> next_due() override { return inner_->next_due(); }
  void commit(shipflow::commit_request c, std::function<void(shipflow::commit_result)> done) override {
    ++commits;
    inner_->commit(std::move(c), std::move(done));
  }
  shipflow::result<std::vector<shipflow::stored_fact>> read_facts(const std::string& r,
                                                                  std::int64_t a) override {
    return inner_->read_facts(r, a);
  }
  shipflow::result<void> put_signal(const shipflow::stored_signal& s) override {
    return inner_->put_signal(s);
  }
  shipflow::result<std::vector<shipflow::stored_signal>> unused_signals(const std::string& r) override {
    return inner_->unused_signals(r);
  }
  shipflow::result<std::vector<std::pair<std::string, std::string>>> locks() override {
    return inner_->locks();
  }
  shipflow::result<std::vector<shipflow::sample_chunk>> read_samples(const std::string& r) override {
    return inner_->read_samples(r);
  }
  shipflow::result<std::size_t> purge(std::int64_t b, std::optional<std::int64_t> r) override {
    return inner_->purge(b, r);
  }

 private:
  std::shared_ptr<shipflow::store> inner_;
};

}  // namespace shipflow_test
