// The changes a SQLite store makes, each inside a transaction of the writer. The returned error
// is trouble of the store; refusals go to `answer` and have changed nothing.
#pragma once

#include "store/sqlite/connection.hpp"

#include <shipflow/store.hpp>

namespace shipflow::sqlite {

[[nodiscard]] result<void> put_plan(connection& db, const std::string& digest, const std::string& body);
[[nodiscard]] result<void> create_run(connection& db, const run_row& row,
                                      const std::vector<stored_fact>& facts,
                                      const std::vector<std::string>& acquire,
                                      const std::vector<stored_message>& messages, result<void>& answer);
[[nodiscard]] result<void> insert_facts(connection& db, std::int64_t run,
                                        const std::vector<stored_fact>& facts);

[[nodiscard]] result<void> claim(connection& db, const std::string& engine, std::int64_t now_ms,
                                 std::size_t limit, std::vector<run_row>& claimed);
[[nodiscard]] result<void> claim_run(connection& db, const std::string& engine, const std::string& run,
                                     std::int64_t now_ms, result<run_row>& answer);
[[nodiscard]] result<std::size_t> adopt(connection& db, const std::string& engine, std::int64_t now_ms);

[[nodiscard]] result<void> apply_commit(connection& db, const commit_request& change, commit_result& answer);

[[nodiscard]] result<void> insert_messages(connection& db, std::int64_t run,
                                           const std::vector<stored_message>& messages);
[[nodiscard]] result<void> take_messages(connection& db, std::int64_t now_ms, std::int64_t hold_until_ms,
                                         std::size_t limit, std::vector<stored_message>& taken);
[[nodiscard]] result<void> settle_message(connection& db, const stored_message& m, result<void>& answer);

[[nodiscard]] result<void> put_signal(connection& db, const stored_signal& s, result<void>& answer);

/// The first of the resources, in their order, that another run holds.
struct held_lock {
  std::string resource;
  std::string run;  ///< empty: none of them is held by another run
};
[[nodiscard]] result<held_lock> holder_of(connection& db, std::vector<std::string> resources,
                                          const std::string& run);
[[nodiscard]] result<void> take_locks(connection& db, std::vector<std::string> resources, std::int64_t run);
[[nodiscard]] result<void> give_locks(connection& db, const std::vector<std::string>& resources,
                                      std::int64_t run);
[[nodiscard]] result<void> give_all_locks(connection& db, std::int64_t run);

/// One small batch of a purge; the number of runs it purged, 0 when there is nothing left.
[[nodiscard]] result<std::size_t> purge_some(connection& db, std::int64_t before_ms,
                                             std::optional<std::int64_t> rows_before_ms);

}  // namespace shipflow::sqlite
