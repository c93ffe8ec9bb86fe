// The one thread that writes: it takes everything that is queued, carries it out in one
// transaction and reports after COMMIT, so the flushes are shared without any delay for it.
#pragma once

#include "store/sqlite/operation.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace shipflow::sqlite {

class writer {
 public:
  explicit writer(connection db);
  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;
  /// Carries out what is queued, then ends the thread.
  ~writer();
  void stop();

  void submit(std::shared_ptr<operation> op);

  /// Submits and waits. On the writer's own thread (inside a completion) it carries the queue out
  /// itself; completions that become due meanwhile run later, in their order.
  template <class T>
  [[nodiscard]] result<T> call(std::size_t bytes, typename call_operation<T>::body run) {
    auto op = std::make_shared<call_operation<T>>(bytes, std::move(run));
    submit(op);
    if (std::this_thread::get_id() != thread_.get_id()) {
      op->wait();
    } else {
      while (!op->settled()) carry_out(take());
    }
    return op->take();
  }

 private:
  using batch = std::vector<std::shared_ptr<operation>>;
  void loop();
  [[nodiscard]] batch take();
  void carry_out(batch ops);
  void attempt(const batch& ops);
  void roll_back();

  connection db_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<operation>> queue_;
  bool stopping_ = false;
  std::deque<std::shared_ptr<operation>> settled_;  // waiting for delivery; the thread's own
  std::thread thread_;
};

}  // namespace shipflow::sqlite
