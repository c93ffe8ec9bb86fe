// What the writer thread carries out: operations that share one transaction.
#pragma once

#include "store/sqlite/connection.hpp"

#include <shipflow/store.hpp>

#include <cstddef>
#include <future>

namespace shipflow::sqlite {

/// How the transaction of an operation ended.
enum class batch_end {
  committed,    ///< durable
  rolled_back,  ///< certainly not written
  unclear,      ///< COMMIT itself failed
};

/// A change that refuses by changing zero rows, so that it never spoils the transaction it shares.
class operation {
 public:
  virtual ~operation() = default;
  /// Its size for the bound on a batch.
  [[nodiscard]] virtual std::size_t bytes() const = 0;
  /// Runs the statements and remembers the answer. An error is trouble of the store, never a
  /// refusal. Called again when the transaction had to be rolled back because of another operation.
  [[nodiscard]] virtual result<void> execute(connection& db) = 0;
  /// The transaction ended; `problem` says why when it was not committed.
  virtual void settle(batch_end end, const error& problem) = 0;
  /// Tells the caller; in the order in which operations were submitted.
  virtual void deliver() = 0;
};

/// A commit_request and the caller's completion.
class commit_operation final : public operation {
 public:
  commit_operation(commit_request change, std::function<void(commit_result)> done);
  std::size_t bytes() const override { return bytes_; }
  result<void> execute(connection& db) override;
  void settle(batch_end end, const error& problem) override;
  void deliver() override {
    if (done_) done_(std::move(answer_));
  }

 private:
  commit_request change_;
  std::function<void(commit_result)> done_;
  commit_result answer_;
  std::size_t bytes_;
};

/// The error of a call whose transaction was not committed.
[[nodiscard]] error unsettled(batch_end end, const error& problem);

/// A change whose caller waits for the answer.
template <class T>
class call_operation final : public operation {
 public:
  using body = std::function<result<void>(connection&, result<T>& answer)>;
  call_operation(std::size_t bytes, body run) : bytes_(bytes), run_(std::move(run)) {}
  std::size_t bytes() const override { return bytes_; }
  result<void> execute(connection& db) override { return run_(db, answer_); }
  void settle(batch_end end, const error& problem) override {
    if (end != batch_end::committed) answer_ = unsettled(end, problem);
    settled_ = true;
  }
  void deliver() override { delivered_.set_value(); }

  /// Only on the writer's thread.
  [[nodiscard]] bool settled() const noexcept { return settled_; }
  /// On any other thread.
  void wait() { delivered_.get_future().wait(); }
  [[nodiscard]] result<T> take() { return std::move(answer_); }

 private:
  std::size_t bytes_;
  body run_;
  result<T> answer_ = make_error(errc::internal, "the operation was not carried out");
  bool settled_ = false;
  std::promise<void> delivered_;
};

}  // namespace shipflow::sqlite
