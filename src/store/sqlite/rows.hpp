// How rows of the tables become values of the interface.
#pragma once

#include "store/sqlite/connection.hpp"

#include <shipflow/store.hpp>

// The columns that `read_run` expects, in its order; a macro, so that statements stay literals.
#define SHIPFLOW_RUN_COLUMNS                                                                            \
  "id, external_id, plan_digest, plan, environment, version, principal, status, due_ms, owner, fence, " \
  "rev, created_ms, updated_ms, finished_ms, reason"

// The columns that `read_message` expects, of `message m` joined with `run`.
#define SHIPFLOW_MESSAGE_COLUMNS \
  "m.id, run.id, m.channel, m.moment, m.at_ms, m.due_ms, m.attempts, m.status, m.why, m.body"

namespace shipflow::sqlite {

[[nodiscard]] stored_message read_message(const cursor& row);
[[nodiscard]] run_row read_run(const cursor& row);
[[nodiscard]] error no_run(const std::string& id);
/// The number of a run, or nothing when there is no such run.
[[nodiscard]] result<std::optional<std::int64_t>> number_of(connection& db, const std::string& run);
/// True when the facts carry the revisions `rev`+1, `rev`+2, ...
[[nodiscard]] bool gapless(const std::vector<stored_fact>& facts, std::int64_t rev);

}  // namespace shipflow::sqlite
