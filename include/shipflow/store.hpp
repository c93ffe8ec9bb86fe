// Where runs live. A store keeps plans, runs, facts, signals, locks and samples; every
// write of a run is guarded by its fence and revision, so a writer that lost the run
// cannot change it.
//
// All stores pass the suite in tests/conformance. Times are milliseconds since the epoch.
#pragma once

#include <shipflow/fact.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// Coarse state of a run, for queries; the facts hold the truth.
enum class run_status : std::int16_t {
  ready = 1,      ///< wants an engine now
  waiting = 2,    ///< wants an engine when it is due, or on a signal
  owned = 3,      ///< an engine works on it
  watching = 4,   ///< released and watched; holds the right to roll back, no locks
  parked = 5,     ///< needs a person
  released = 10,  ///< terminal from here on
  rolled_back = 11,
  failed = 12,
  cancelled = 13,
};
[[nodiscard]] std::string_view name_of(run_status s) noexcept;
[[nodiscard]] constexpr bool is_terminal(run_status s) noexcept { return s >= run_status::released; }

/// The one row of a run.
struct run_row {
  std::string id;           ///< assigned by the caller, sortable by creation, unique
  std::string external_id;  ///< the caller's idempotency key; unique when not empty
  std::string plan_digest;
  std::string plan;  ///< name of the plan
  std::string environment;
  std::string version;    ///< version released
  std::string principal;  ///< who started it
  run_status status = run_status::ready;
  std::optional<std::int64_t> due_ms;  ///< when it wants attention; empty: only a signal wakes it
  std::string owner;                   ///< engine id, or empty
  std::int64_t fence = 0;              ///< +1 on every claim, also by the same owner
  std::int64_t rev = 0;                ///< revision of the newest fact
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::int64_t finished_ms = 0;  ///< 0 while not terminal
  std::string reason;            ///< one line for parked and terminal runs
};

/// A fact as stored: its canonical JSON text and its place in the chain.
struct stored_fact {
  std::int64_t rev = 0;
  fact_kind kind = fact_kind::note;
  std::int64_t at_ms = 0;
  int format = journal_format;
  std::string body;  ///< canonical(to_json(fact))
  std::string hash;  ///< chain value after this fact
};

/// Something said to a run, kept until a fact uses it.
struct stored_signal {
  std::string id;  ///< the caller's; a second insert of the same id changes nothing
  std::string run;
  std::string name;       ///< "approve", "reject", "pause", ...
  std::string principal;  ///< who, as the host or the socket identified them
  std::int64_t at_ms = 0;
  std::string body;  ///< JSON text
};

/// Does a message still have to be sent?
enum class message_status : std::int16_t { waiting = 1, delivered = 2, given_up = 3 };
[[nodiscard]] std::string_view name_of(message_status s) noexcept;

/// A message to people, durable with the facts it follows from (see <shipflow/message.hpp>).
struct stored_message {
  std::string id;  ///< unique; a second one with the same id changes nothing
  std::string run;
  std::string channel;
  std::string moment;
  std::int64_t at_ms = 0;
  std::int64_t due_ms = 0;  ///< while it waits: when it is tried next
  int attempts = 0;         ///< times it was taken
  message_status status = message_status::waiting;
  std::string why;   ///< of the newest attempt; empty: none failed
  std::string body;  ///< JSON text: {"text": [[kind, text], ...], "values": {...}}
};

/// What a guard saw within one minute. The engine's own JSON (see <shipflow/run.hpp>); a store does
/// not look into it.
struct sample_chunk {
  std::string series;
  std::int64_t minute = 0;  ///< minutes since the epoch
  std::string body;
};

/// One guarded change. Either all of it becomes durable or nothing. Without facts it keeps the
/// revision. A terminal status gives up all locks of the run and dates its end, once.
struct commit_request {
  std::string run;
  std::int64_t fence = 0;          ///< must equal the row's
  std::int64_t expected_rev = 0;   ///< must equal the row's
  std::vector<stored_fact> facts;  ///< revs expected_rev+1.. without gap
  run_status status = run_status::owned;
  std::optional<std::int64_t> due_ms;
  bool release = false;  ///< gives up ownership in the same commit
  std::string reason;
  std::int64_t now_ms = 0;
  std::vector<std::string> acquire;        ///< locks to take, all or none; own ones are no conflict
  std::vector<std::string> release_locks;  ///< locks to give up after that; those of other runs stay
  std::vector<std::string> used_signals;   ///< ids consumed by these facts; unknown ones are skipped
  std::vector<sample_chunk> samples;       ///< a newer chunk of the same series and minute replaces the older
  std::vector<stored_message> messages{};  ///< of this run, waiting
};

enum class commit_status {
  committed,  ///< durable; `rev` is the new revision
  fenced,     ///< no such run, or fence or rev did not match: it was lost; nothing was written
  locked,     ///< a lock is held; `holder` says by which run; nothing was written
  unknown,    ///< I/O trouble at commit: it may or may not be durable; read the rev again
  failed,     ///< certainly not written, for example disk full; `problem` says why
};
struct commit_result {
  commit_status status = commit_status::unknown;
  std::int64_t rev = 0;
  std::string holder;
  error problem;
  bool signals_waiting = false;  ///< unused signals exist for this run
};

struct run_filter {
  std::string environment;  ///< empty: all
  std::string plan;
  std::optional<bool> terminal;
  std::size_t limit = 100;  ///< newest first
};

struct store_info {
  std::string kind;  ///< "memory" or "sqlite"
  std::string path;
  int schema_version = 0;
  bool durable = false;
  std::string uuid;
  std::vector<std::pair<std::string, std::string>> settings;  ///< pragmas as read back
};

/// A store. Reads answer at once and may be called from any thread. `commit` returns at once;
/// its completion runs on the store's thread (or inside the call, for the memory store), only
/// after the change is durable, and commits of one caller complete in order. A completion may
/// call the store again; it must not throw, block for long, or destroy the store. Destroying
/// the store completes what was committed before. Calls about a run that does not exist give
/// `not_found`; an empty id, digest or engine gives `invalid_argument`.
class store {
 public:
  virtual ~store();
  [[nodiscard]] virtual store_info info() = 0;

  /// Keeps a plan body under its digest; the same digest twice is no error.
  virtual result<void> put_plan(const std::string& digest, const std::string& body) = 0;
  [[nodiscard]] virtual result<std::string> get_plan(const std::string& digest) = 0;

  /// Creates a run with its first facts, durable on return. `already_exists` when the id or a
  /// non-empty external id exists; `conflict` naming the holder when one of `acquire` is held.
  /// `row` is kept as given but for `rev`, which is the number of facts (revisions 1, 2, ...).
  virtual result<void> create_run(const run_row& row, const std::vector<stored_fact>& facts,
                                  const std::vector<std::string>& acquire,
                                  const std::vector<stored_message>& messages = {}) = 0;
  [[nodiscard]] virtual result<run_row> get_run(const std::string& id) = 0;
  [[nodiscard]] virtual result<run_row> find_external(const std::string& external_id) = 0;
  /// In the order of creation, newest first.
  [[nodiscard]] virtual result<std::vector<run_row>> list_runs(const run_filter& filter) = 0;

  /// Takes up to `limit` runs without a living owner that are ready, or due at `now_ms`, or have
  /// unused signals; sets owner, fence+1. Ordered by due time, then id; those that are ready or
  /// have signals count as due at time 0. Ready and waiting runs become `owned`, others keep their
  /// status. Terminal runs are never claimed.
  [[nodiscard]] virtual result<std::vector<run_row>> claim(const std::string& engine, std::int64_t now_ms,
                                                           std::size_t limit) = 0;
  /// Takes one run whoever owned it (fence+1), or `not_found`.
  [[nodiscard]] virtual result<run_row> claim_run(const std::string& engine, const std::string& run,
                                                  std::int64_t now_ms) = 0;
  /// Frees what dead engines owned: everything whose owner is not `engine`. Only the sole
  /// writer of a store may call it, at opening. What is not terminal becomes due at once, and
  /// `owned` becomes `ready`. Returns how many runs.
  virtual result<std::size_t> adopt(const std::string& engine, std::int64_t now_ms) = 0;
  /// When the next unowned run is due, 0 for at once (see `claim`); empty when none is.
  [[nodiscard]] virtual result<std::optional<std::int64_t>> next_due() = 0;

  virtual void commit(commit_request change, std::function<void(commit_result)> done) = 0;
  [[nodiscard]] virtual result<std::vector<stored_fact>> read_facts(const std::string& run,
                                                                    std::int64_t after_rev = 0) = 0;

  /// Keeps a signal and makes the run due. Durable on return. A known id is no error.
  virtual result<void> put_signal(const stored_signal& s) = 0;
  /// In the order of arrival.
  [[nodiscard]] virtual result<std::vector<stored_signal>> unused_signals(const std::string& run) = 0;

  /// Holder of each lock that is held, by resource.
  [[nodiscard]] virtual result<std::vector<std::pair<std::string, std::string>>> locks() = 0;

  /// By minute, then series.
  [[nodiscard]] virtual result<std::vector<sample_chunk>> read_samples(const std::string& run) = 0;

  /// Takes up to `limit` messages that are due, for somebody who settles each until `hold_until_ms`, when it is
  /// due again: counts an attempt. In the order of insertion; of a run and channel only the oldest that waits.
  [[nodiscard]] virtual result<std::vector<stored_message>> take_messages(std::int64_t now_ms,
                                                                          std::int64_t hold_until_ms,
                                                                          std::size_t limit) = 0;
  /// How an attempt ended: keeps due_ms, status and why of the message with this id, unless it is settled
  /// already. `not_found` when there is none.
  virtual result<void> settle_message(const stored_message& m) = 0;
  /// When `take_messages` would next find one, empty when none waits.
  [[nodiscard]] virtual result<std::optional<std::int64_t>> next_message() = 0;
  /// Those of a run, in the order of insertion.
  [[nodiscard]] virtual result<std::vector<stored_message>> read_messages(const std::string& run) = 0;

  /// Deletes facts, samples, messages and signals of runs finished before `before_ms`, in small batches;
  /// the run rows stay as history, but those finished before `rows_before_ms` go altogether. Runs
  /// that are not terminal or are owned stay whole. Returns the number of runs purged.
  virtual result<std::size_t> purge(std::int64_t before_ms, std::optional<std::int64_t> rows_before_ms) = 0;
};

/// Opens or creates a SQLite store; the file and its companions have mode 0600. Its directory must
/// exist. The writer holds a lock on `<path>.lock`, which ends with the process. Errors:
/// `newer_version` (written by a newer shipflow; the file is left untouched), `conflict` (another
/// process is its writer, the message names the pid), `corrupt` (also: a file of another program),
/// `unsupported` (network file system), `denied`, `io`.
struct sqlite_options {
  std::string path;
  /// Name of a registered SQLite VFS; for fault injection in tests. Empty: the default.
  std::string vfs;
  /// For looking at history beside a living writer: no lock, and changes give `denied`.
  bool read_only = false;
};
[[nodiscard]] result<std::unique_ptr<store>> open_sqlite_store(const sqlite_options& options);

/// A store in memory: the oracle of the tests, and enough for a program that need not resume.
[[nodiscard]] std::unique_ptr<store> make_memory_store();

}  // namespace v1
}  // namespace shipflow
