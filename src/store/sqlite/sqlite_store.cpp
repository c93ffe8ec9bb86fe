#include "store/sqlite/sqlite_store.hpp"

#include "store/sqlite/changes.hpp"
#include "store/sqlite/rows.hpp"

namespace shipflow::sqlite {
namespace {

// What a call adds to the size of its batch besides texts of unbounded length.
constexpr std::size_t small = 256;

error invalid(const char* message) { return make_error(errc::invalid_argument, message); }

}  // namespace

sqlite_store::sqlite_store(store_info about, unique_fd lock, std::unique_ptr<writer> write,
                           std::unique_ptr<reader> read)
    : about_(std::move(about)), lock_(std::move(lock)), write_(std::move(write)), read_(std::move(read)) {}

sqlite_store::~sqlite_store() {
  if (write_) write_->stop();  // its last completions may still read
}

error sqlite_store::read_only() const {
  return make_error(errc::denied, "store " + about_.path + " was opened to read only");
}

template <class T>
result<T> sqlite_store::change(std::size_t bytes, typename call_operation<T>::body run) {
  if (!write_) return read_only();
  return write_->call<T>(bytes, std::move(run));
}

result<void> sqlite_store::put_plan(const std::string& digest, const std::string& body) {
  if (digest.empty()) return invalid("a plan needs a digest");
  return change<void>(body.size(), [&](connection& db, result<void>& answer) {
    answer = {};
    return sqlite::put_plan(db, digest, body);
  });
}

result<void> sqlite_store::create_run(const run_row& row, const std::vector<stored_fact>& facts,
                                      const std::vector<std::string>& acquire,
                                      const std::vector<stored_message>& messages) {
  if (row.id.empty()) return invalid("a run needs an id");
  if (!gapless(facts, 0))
    return make_error(errc::invalid_argument,
                      "the first facts of run \"" + row.id + "\" must have revisions 1, 2, ...");
  return change<void>(small, [&](connection& db, result<void>& answer) {
    return sqlite::create_run(db, row, facts, acquire, messages, answer);
  });
}

result<std::vector<run_row>> sqlite_store::claim(const std::string& engine, std::int64_t now_ms,
                                                 std::size_t limit) {
  if (engine.empty()) return invalid("a claim needs an engine id");
  using rows = std::vector<run_row>;
  return change<rows>(small, [&](connection& db, result<rows>& answer) {
    answer = rows();
    return sqlite::claim(db, engine, now_ms, limit, *answer);
  });
}

result<run_row> sqlite_store::claim_run(const std::string& engine, const std::string& run,
                                        std::int64_t now_ms) {
  if (engine.empty()) return invalid("a claim needs an engine id");
  return change<run_row>(small, [&](connection& db, result<run_row>& answer) {
    return sqlite::claim_run(db, engine, run, now_ms, answer);
  });
}

result<std::size_t> sqlite_store::adopt(const std::string& engine, std::int64_t now_ms) {
  if (engine.empty()) return invalid("adopting needs an engine id");
  return change<std::size_t>(small, [&](connection& db, result<std::size_t>& answer) -> result<void> {
    answer = sqlite::adopt(db, engine, now_ms);
    if (!answer) return answer.error();
    return {};
  });
}

void sqlite_store::commit(commit_request change, std::function<void(commit_result)> done) {
  if (write_) return write_->submit(std::make_shared<commit_operation>(std::move(change), std::move(done)));
  commit_result answer;
  answer.status = commit_status::failed;
  answer.problem = read_only();
  if (done) done(std::move(answer));
}

result<void> sqlite_store::put_signal(const stored_signal& s) {
  if (s.id.empty()) return invalid("a signal needs an id");
  return change<void>(small + s.body.size(), [&](connection& db, result<void>& answer) {
    return sqlite::put_signal(db, s, answer);
  });
}

result<std::vector<stored_message>> sqlite_store::take_messages(std::int64_t now_ms,
                                                                std::int64_t hold_until_ms,
                                                                std::size_t limit) {
  using rows = std::vector<stored_message>;
  return change<rows>(small, [&](connection& db, result<rows>& answer) {
    answer = rows();
    return sqlite::take_messages(db, now_ms, hold_until_ms, limit, *answer);
  });
}

result<void> sqlite_store::settle_message(const stored_message& m) {
  return change<void>(
      small, [&](connection& db, result<void>& answer) { return sqlite::settle_message(db, m, answer); });
}

result<std::size_t> sqlite_store::purge(std::int64_t before_ms, std::optional<std::int64_t> rows_before_ms) {
  std::size_t count = 0;
  while (true) {
    auto some = change<std::size_t>(small, [&](connection& db, result<std::size_t>& answer) -> result<void> {
      answer = purge_some(db, before_ms, rows_before_ms);
      if (!answer) return answer.error();
      return {};
    });
    if (!some) return some;
    if (*some == 0) return count;
    count += *some;
  }
}

}  // namespace shipflow::sqlite
