// The store of one SQLite file: changes go to the writer's thread, reads to the reader.
#pragma once

#include "store/sqlite/files.hpp"
#include "store/sqlite/reader.hpp"
#include "store/sqlite/writer.hpp"

namespace shipflow::sqlite {

class sqlite_store final : public store {
 public:
  /// `write` is null for a store that was opened to look only.
  sqlite_store(store_info about, unique_fd lock, std::unique_ptr<writer> write, std::unique_ptr<reader> read);
  ~sqlite_store() override;

  store_info info() override { return about_; }
  result<void> put_plan(const std::string& digest, const std::string& body) override;
  result<std::string> get_plan(const std::string& digest) override { return read_->get_plan(digest); }
  result<void> create_run(const run_row& row, const std::vector<stored_fact>& facts,
                          const std::vector<std::string>& acquire,
                          const std::vector<stored_message>& messages) override;
  result<run_row> get_run(const std::string& id) override { return read_->get_run(id); }
  result<run_row> find_external(const std::string& external_id) override {
    return read_->find_external(external_id);
  }
  result<std::vector<run_row>> list_runs(const run_filter& filter) override {
    return read_->list_runs(filter);
  }
  result<std::vector<run_row>> claim(const std::string& engine, std::int64_t now_ms,
                                     std::size_t limit) override;
  result<run_row> claim_run(const std::string& engine, const std::string& run, std::int64_t now_ms) override;
  result<std::size_t> adopt(const std::string& engine, std::int64_t now_ms) override;
  result<std::optional<std::int64_t>> next_due() override { return read_->next_due(); }
  void commit(commit_request change, std::function<void(commit_result)> done) override;
  result<std::vector<stored_fact>> read_facts(const std::string& run, std::int64_t after_rev) override {
    return read_->read_facts(run, after_rev);
  }
  result<void> put_signal(const stored_signal& s) override;
  result<std::vector<stored_signal>> unused_signals(const std::string& run) override {
    return read_->unused_signals(run);
  }
  result<std::vector<std::pair<std::string, std::string>>> locks() override { return read_->locks(); }
  result<std::vector<sample_chunk>> read_samples(const std::string& run) override {
    return read_->read_samples(run);
  }
  result<std::vector<stored_message>> take_messages(std::int64_t now_ms, std::int64_t hold_until_ms,
                                                    std::size_t limit) override;
  result<void> settle_message(const stored_message& m) override;
  result<std::optional<std::int64_t>> next_message() override { return read_->next_message(); }
  result<std::vector<stored_message>> read_messages(const std::string& run) override {
    return read_->read_messages(run);
  }
  result<std::size_t> purge(std::int64_t before_ms, std::optional<std::int64_t> rows_before_ms) override;

 private:
  template <class T>
  [[nodiscard]] result<T> change(std::size_t bytes, typename call_operation<T>::body run);
  [[nodiscard]] error read_only() const;

  store_info about_;
  unique_fd lock_;  // the last to go
  std::unique_ptr<writer> write_;
  std::unique_ptr<reader> read_;
};

}  // namespace shipflow::sqlite
