#include "store/sqlite/writer.hpp"

#include "base/signals_blocked.hpp"

namespace shipflow::sqlite {
namespace {

// Bounds of one transaction: more would only make the first caller of a batch wait longer.
constexpr std::size_t most_operations = 256;
constexpr std::size_t most_bytes = std::size_t{1} << 20U;

// Trouble of one operation, not of the disk: the others of its batch may still succeed.
bool of_one_operation(const error& problem) {
  return problem.code != errc::io && problem.code != errc::unavailable && problem.code != errc::denied;
}

void settle_all(const std::vector<std::shared_ptr<operation>>& ops, batch_end end, const error& problem) {
  for (const auto& op : ops) op->settle(end, problem);
}

}  // namespace

error unsettled(batch_end end, const error& problem) {
  if (end == batch_end::rolled_back) return problem;
  return make_error(errc::unknown_outcome, problem.message + "; the change may or may not be durable");
}

writer::writer(connection db) : db_(std::move(db)) {
  const signals_blocked meanwhile;
  thread_ = std::thread([this] { loop(); });
}

writer::~writer() { stop(); }

void writer::stop() {
  {
    const std::scoped_lock hold(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void writer::submit(std::shared_ptr<operation> op) {
  {
    const std::scoped_lock hold(mutex_);
    queue_.push_back(std::move(op));
  }
  wake_.notify_one();
}

void writer::loop() {
  while (true) {
    auto ops = take();
    if (ops.empty()) return;
    carry_out(std::move(ops));
    while (!settled_.empty()) {
      const auto op = std::move(settled_.front());
      settled_.pop_front();
      op->deliver();
    }
  }
}

writer::batch writer::take() {
  std::unique_lock hold(mutex_);
  wake_.wait(hold, [this] { return stopping_ || !queue_.empty(); });
  batch ops;
  std::size_t bytes = 0;
  while (!queue_.empty() && ops.size() < most_operations && bytes < most_bytes) {
    bytes += queue_.front()->bytes();
    ops.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return ops;
}

void writer::carry_out(batch ops) {
  attempt(ops);
  for (auto& op : ops) settled_.push_back(std::move(op));
}

void writer::attempt(const batch& ops) {
  if (auto begun = db_.execute("BEGIN IMMEDIATE"); !begun) {
    roll_back();
    return settle_all(ops, batch_end::rolled_back, begun.error());
  }
  for (const auto& op : ops) {
    auto done = op->execute(db_);
    if (done) continue;
    roll_back();
    if (ops.size() == 1 || !of_one_operation(done.error()))
      return settle_all(ops, batch_end::rolled_back, done.error());
    for (const auto& alone : ops) attempt({alone});
    return;
  }
  if (sqlite3_exec(db_.handle(), "COMMIT", nullptr, nullptr, nullptr) == SQLITE_OK)
    return settle_all(ops, batch_end::committed, {});
  // A full disk stops the write of the commit frame, or of one before it: nothing is durable.
  // After any other trouble that frame may have reached the disk.
  const auto primary = sqlite3_errcode(db_.handle()) & 0xff;
  const auto problem = db_.problem();
  roll_back();
  const bool certain = primary == SQLITE_FULL || primary == SQLITE_BUSY;
  settle_all(ops, certain ? batch_end::rolled_back : batch_end::unclear, problem);
}

void writer::roll_back() {
  if (sqlite3_get_autocommit(db_.handle()) == 0)
    sqlite3_exec(db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

}  // namespace shipflow::sqlite
