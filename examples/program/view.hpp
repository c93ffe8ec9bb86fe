// What people see of a run: a live picture on a terminal, plain lines on a pipe, JSON on request.
#pragma once

#include <shipflow/engine.hpp>

#include <memory>
#include <string>

namespace program {

enum class view_kind { live, plain, json };

class view {
 public:
  virtual ~view();
  virtual void show(const shipflow::engine_event& e) = 0;
  /// Called when the run has ended or stopped; leaves the terminal as it was.
  virtual void finish();
};

/// `look` gives the state to draw for the live view.
[[nodiscard]] std::unique_ptr<view> make_view(view_kind kind);

/// "release of shopflow 1.5.0 to local: released" and why; the last line of a run.
[[nodiscard]] std::string last_line(const shipflow::run_state& s);
/// 0 released, 1 failed or parked, 3 rolled back.
[[nodiscard]] int exit_code(const shipflow::run_state& s);
/// One fact as one line, or empty for facts nobody needs to read.
[[nodiscard]] std::string line_of(const shipflow::fact& f);

}  // namespace program
