// People of a rehearsal: they answer what they are asked after a few minutes, unless the script says
// otherwise, and carry out what a parked run says that they can do.
#pragma once

#include "rehearsal/script.hpp"
#include "rehearsal/staged.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace shipflow::rehearsal {

/// What follows each "shipflow " in a text, in order.
[[nodiscard]] std::vector<std::string> commands_in(const std::string& text);

class people {
 public:
  /// `say` reaches the engine of the moment, or tries again when there is none.
  people(const staged& s, script& faults, virtual_time& time, std::function<void(said)> say);

  /// A step began to ask: an approval or a checklist.
  void asked(step_index i);
  /// A question outside the graph.
  void asked(const question& q);
  /// "VERB RUN [STEP] ...", one of `commands_in` what a parked run states. False when it is no action.
  bool obey(const std::string& command);
  /// Somebody who may asks for it.
  void ask_for(const std::string& name, const json::object& body = {}, duration wait = duration{1'000});

 private:
  void later(duration wait, said what);
  void answer_step(step_index i, duration wait, const std::string& word);

  const staged& staged_;
  script& faults_;
  virtual_time& time_;
  std::function<void(said)> say_;
  int number_ = 0;
};

}  // namespace shipflow::rehearsal
