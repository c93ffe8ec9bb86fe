// The keeper's life: one thread that waits for the program's output, its end, its time limit and for
// being asked to stop.
#pragma once

#include "process/home.hpp"
#include "process/keeper.hpp"
#include "process/keeper/children.hpp"
#include "process/keeper/command.hpp"
#include "process/redact.hpp"
#include "process/tail_file.hpp"

#include <chrono>

namespace shipflow::process {

/// Descriptors through which the keeper hears.
struct keeper_ears {
  unique_fd signals;  ///< signalfd(2) of SIGCHLD and SIGTERM
  unique_fd control;  ///< the FIFO, open for reading and writing so that it never ends
};

class watcher {
 public:
  watcher(const keeper_spec& spec, const home_files& files, keeper_ears ears, command first);
  /// Returns when no descendant is left and the status is written.
  void run();

 private:
  using clock = std::chrono::steady_clock;
  enum class mode {
    running,
    ending,   ///< SIGTERM was sent, or the program ended and left descendants; the grace runs
    killing,  ///< SIGKILL was sent; repeated until no child is left
    resting,  ///< between two starts
    over,
  };

  [[nodiscard]] int patience() const;
  void wait();
  void on_signals();
  void on_control();
  void on_time();
  void request_stop();
  void end_program();
  void kill_program();
  void reap();
  void note_end(int wait_code, int wait_status);
  void pursue_leftovers();
  void settle();
  void begin_again();
  [[nodiscard]] bool wants_restart() const;
  void pump(unique_fd& pipe, redactor& filter);
  void keep(const redactor& from, std::string_view bytes);
  void close_output();

  const keeper_spec& spec_;
  const home_files& files_;
  keeper_ears ears_;
  command command_;
  bool alive_ = true;  ///< the program itself was not reaped yet
  mode mode_ = mode::running;
  clock::time_point until_;  ///< of the present mode
  state state_;
  leftovers leftovers_;
  redactor out_filter_, err_filter_;
  tail_file output_, standard_;
};

}  // namespace shipflow::process
