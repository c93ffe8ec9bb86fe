// The contents of a memory store and what each call does to them. No locks, no callbacks.
#pragma once

#include <shipflow/store.hpp>

#include <map>
#include <set>

namespace shipflow::memory {

struct kept_signal {
  stored_signal signal;
  bool used = false;
};

struct kept_run {
  run_row row;
  std::int64_t number = 0;  // order of creation
  std::vector<stored_fact> facts;
  std::vector<kept_signal> signals;                                     // in order of arrival
  std::map<std::pair<std::int64_t, std::string>, std::string> samples;  // by minute and series
  bool purged = false;
};

class state {
 public:
  result<void> put_plan(const std::string& digest, const std::string& body);
  result<std::string> get_plan(const std::string& digest) const;

  result<void> create_run(const run_row& row, const std::vector<stored_fact>& facts,
                          const std::vector<std::string>& acquire,
                          const std::vector<stored_message>& messages);
  result<run_row> get_run(const std::string& id) const;
  result<run_row> find_external(const std::string& external_id) const;
  std::vector<run_row> list_runs(const run_filter& filter) const;

  result<std::vector<run_row>> claim(const std::string& engine, std::int64_t now_ms, std::size_t limit);
  result<run_row> claim_run(const std::string& engine, const std::string& run, std::int64_t now_ms);
  result<std::size_t> adopt(const std::string& engine, std::int64_t now_ms);
  std::optional<std::int64_t> next_due() const;

  commit_result commit(const commit_request& change);
  result<std::vector<stored_fact>> read_facts(const std::string& run, std::int64_t after_rev) const;

  result<void> put_signal(const stored_signal& s);
  result<std::vector<stored_signal>> unused_signals(const std::string& run) const;
  std::vector<std::pair<std::string, std::string>> locks() const;

  result<std::vector<sample_chunk>> read_samples(const std::string& run) const;

  std::vector<stored_message> take_messages(std::int64_t now_ms, std::int64_t hold_until_ms,
                                            std::size_t limit);
  result<void> settle_message(const stored_message& m);
  std::optional<std::int64_t> next_message() const;
  result<std::vector<stored_message>> read_messages(const std::string& run) const;
  std::size_t purge(std::int64_t before_ms, std::optional<std::int64_t> rows_before_ms);

 private:
  // The first resource, in their order, that another run holds, and that run; or two empty texts.
  std::pair<std::string, std::string> holder_of(std::vector<std::string> resources,
                                                const std::string& run) const;
  void take_locks(const commit_request& change);
  void forget(const std::string& id, kept_run& run);
  void keep_messages(const std::vector<stored_message>& messages);
  // Per run and channel the oldest that waits, by insertion.
  std::vector<std::size_t> oldest_waiting() const;

  std::map<std::string, std::string> plans_;
  std::map<std::string, kept_run> runs_;
  std::map<std::string, std::string> external_ids_;  // to run
  std::set<std::string> signal_ids_;
  std::map<std::string, std::string> locks_;  // resource to run
  std::vector<stored_message> messages_;      // in order of insertion
  std::int64_t runs_made_ = 0;
};

}  // namespace shipflow::memory
