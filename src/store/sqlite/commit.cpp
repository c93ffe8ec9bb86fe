#include "store/sqlite/changes.hpp"
#include "store/sqlite/operation.hpp"
#include "store/sqlite/rows.hpp"

namespace shipflow::sqlite {
namespace {

// The usual commit changes neither owner nor status, and with them no index.
constexpr const char* advance_sql =
    "UPDATE run SET rev=?4, due_ms=?6, reason=?7, updated_ms=?8"
    " WHERE id=?1 AND fence=?2 AND rev=?3 AND status=?5 AND status<10 RETURNING n, signals";
constexpr const char* change_sql =
    "UPDATE run SET rev=?4, status=?5, due_ms=?6, reason=?7, updated_ms=?8, purged=0,"
    " owner=CASE WHEN ?9 THEN '' ELSE owner END,"
    " finished_ms=CASE WHEN ?5<10 THEN 0 WHEN finished_ms<>0 THEN finished_ms ELSE ?8 END"
    " WHERE id=?1 AND fence=?2 AND rev=?3 RETURNING n, signals";

struct hit {
  std::int64_t run = 0;
  std::int64_t signals = 0;  // unused ones
};

result<std::optional<hit>> guarded(cursor& c) {
  const auto row = c.next();
  if (!row) return row.error();
  if (!*row) return std::optional<hit>{};
  return std::optional{hit{c.integer(0), c.integer(1)}};
}

// Nothing when fence or revision do not match.
result<std::optional<hit>> update_run(connection& db, const commit_request& change) {
  const auto rev = change.expected_rev + static_cast<std::int64_t>(change.facts.size());
  const auto status = static_cast<std::int64_t>(change.status);
  if (!change.release) {
    auto c = db.use(advance_sql);
    c.bind(change.run, change.fence, change.expected_rev, rev, status, change.due_ms, change.reason,
           change.now_ms);
    auto found = guarded(c);
    if (!found || *found) return found;
  }
  auto c = db.use(change_sql);
  c.bind(change.run, change.fence, change.expected_rev, rev, status, change.due_ms, change.reason,
         change.now_ms, std::int64_t{change.release ? 1 : 0});
  return guarded(c);
}

result<bool> still_ours(connection& db, const commit_request& change) {
  auto c = db.use("SELECT 1 FROM run WHERE id=? AND fence=? AND rev=?");
  return c.bind(change.run, change.fence, change.expected_rev).next();
}

// Says `fenced` or `locked` before anything is written; true when the commit may go on.
result<bool> may_lock(connection& db, const commit_request& change, commit_result& answer) {
  if (change.acquire.empty()) return true;
  const auto ours = still_ours(db, change);
  if (!ours) return ours.error();
  if (!*ours) return false;
  const auto holder = holder_of(db, change.acquire, change.run);
  if (!holder) return holder.error();
  if (holder->run.empty()) return true;
  answer.status = commit_status::locked;
  answer.holder = holder->run;
  return false;
}

result<void> move_locks(connection& db, const commit_request& change, std::int64_t run) {
  if (auto taken = take_locks(db, change.acquire, run); !taken) return taken;
  if (is_terminal(change.status)) return give_all_locks(db, run);
  return give_locks(db, change.release_locks, run);
}

// The number of signals that were unused before.
result<std::int64_t> use_signals(connection& db, const commit_request& change, std::int64_t run,
                                 std::int64_t rev) {
  std::int64_t used = 0;
  for (const auto& id : change.used_signals) {
    auto c = db.use("UPDATE signal SET used_rev=? WHERE id=? AND run=? AND used_rev IS NULL");
    const auto changed = c.bind(rev, id, run).run();
    if (!changed) return changed.error();
    used += *changed;
  }
  if (used == 0) return used;
  const auto done = db.use("UPDATE run SET signals=signals-? WHERE n=?").bind(used, run).run();
  if (!done) return done.error();
  return used;
}

result<void> keep_samples(connection& db, const std::vector<sample_chunk>& chunks, std::int64_t run) {
  for (const auto& chunk : chunks) {
    auto c = db.use(
        "INSERT INTO sample(run, minute, series, body) VALUES (?, ?, ?, CAST(? AS BLOB))"
        " ON CONFLICT DO UPDATE SET body=excluded.body");
    if (const auto done = c.bind(run, chunk.minute, chunk.series, chunk.body).run(); !done)
      return done.error();
  }
  return {};
}

std::size_t size_of(const commit_request& change) {
  std::size_t sum = 256;
  for (const auto& f : change.facts) sum += f.body.size() + 128;
  for (const auto& s : change.samples) sum += s.body.size() + 64;
  for (const auto& m : change.messages) sum += m.body.size() + 128;
  return sum;
}

}  // namespace

result<void> apply_commit(connection& db, const commit_request& change, commit_result& answer) {
  answer = {};
  if (!gapless(change.facts, change.expected_rev)) {
    answer.status = commit_status::failed;
    answer.problem = make_error(errc::invalid_argument, "the facts of run \"" + change.run +
                                                            "\" must follow its revision without gap");
    return {};
  }
  answer.status = commit_status::fenced;
  const auto may = may_lock(db, change, answer);
  if (!may) return may.error();
  if (!*may) return {};
  const auto found = update_run(db, change);
  if (!found) return found.error();
  if (!*found) return {};
  const auto run = (*found)->run;
  const auto rev = change.expected_rev + static_cast<std::int64_t>(change.facts.size());
  if (auto done = insert_facts(db, run, change.facts); !done) return done;
  if (auto done = keep_samples(db, change.samples, run); !done) return done;
  if (auto done = insert_messages(db, run, change.messages); !done) return done;
  if (auto done = move_locks(db, change, run); !done) return done;
  const auto used = use_signals(db, change, run, rev);
  if (!used) return used.error();
  answer.status = commit_status::committed;
  answer.rev = rev;
  answer.signals_waiting = (*found)->signals > *used;
  return {};
}

commit_operation::commit_operation(commit_request change, std::function<void(commit_result)> done)
    : change_(std::move(change)), done_(std::move(done)), bytes_(size_of(change_)) {}

result<void> commit_operation::execute(connection& db) { return apply_commit(db, change_, answer_); }

void commit_operation::settle(batch_end end, const error& problem) {
  if (end == batch_end::committed) return;
  answer_ = {};
  answer_.status = end == batch_end::unclear ? commit_status::unknown : commit_status::failed;
  answer_.problem = unsettled(end, problem);
}

}  // namespace shipflow::sqlite
