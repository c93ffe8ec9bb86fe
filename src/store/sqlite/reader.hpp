// Reads, on a connection of their own that cannot write; any thread.
#pragma once

#include "store/sqlite/connection.hpp"

#include <shipflow/store.hpp>

#include <mutex>

namespace shipflow::sqlite {

class reader {
 public:
  explicit reader(connection db) : db_(std::move(db)) {}

  [[nodiscard]] result<std::string> get_plan(const std::string& digest);
  [[nodiscard]] result<run_row> get_run(const std::string& id);
  [[nodiscard]] result<run_row> find_external(const std::string& external_id);
  [[nodiscard]] result<std::vector<run_row>> list_runs(const run_filter& filter);
  [[nodiscard]] result<std::optional<std::int64_t>> next_due();
  [[nodiscard]] result<std::vector<stored_fact>> read_facts(const std::string& run, std::int64_t after_rev);
  [[nodiscard]] result<std::vector<stored_signal>> unused_signals(const std::string& run);
  [[nodiscard]] result<std::vector<std::pair<std::string, std::string>>> locks();
  [[nodiscard]] result<std::vector<sample_chunk>> read_samples(const std::string& run);
  [[nodiscard]] result<std::optional<std::int64_t>> next_message();
  [[nodiscard]] result<std::vector<stored_message>> read_messages(const std::string& run);

 private:
  [[nodiscard]] result<bool> knows_messages();

  std::mutex mutex_;
  connection db_;
};

}  // namespace shipflow::sqlite
