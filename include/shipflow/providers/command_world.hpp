// The world model of the `command` provider: the same code from request to answer, over programs that are a
// few lines of memory in virtual time (see world.hpp). Nothing is started.
//
// What is modelled. A program runs for `lasts`, prints `prints` and exits with `exit_code`; asked to end it takes
// `ending`. One effect key runs its program at most once. A resource of a task has a value, a text: a program that
// succeeded sets it to the input `to`, else to the input `version`, else to all inputs as JSON; an undo that
// succeeded puts back what was there before that effect; `observe` prints the value, "before" until somebody set
// it. So a migration is a schema version that moves and comes back. A program that fails changes nothing, one that
// is broken half-way (see `disturbance`) leaves a value that is neither. With `capture: json` a program
// prints an object with its step, with `expect` what is expected, unless `prints` says otherwise.
//
// What is not: what programs really do, their time limits, keepers killed by hand.
#pragma once

#include <shipflow/world.hpp>

#include <map>
#include <memory>
#include <string>

namespace shipflow {
inline namespace v1 {

/// How a program behaves.
struct command_behaviour {
  duration lasts{2'000};
  int exit_code = 0;
  std::string prints;
};

struct command_world_options {
  duration call{10};     ///< what one call of the provider takes
  duration ending{200};  ///< from being asked to end until it is over
  command_behaviour usual;
  /// Programs that behave otherwise, by "component.task", "component.task undo", or by the id of the step.
  std::map<std::string, command_behaviour> programs;
};

/// Answers come through the world's time; keep it as long as that runs.
class command_world : public world_model {
 public:
  ~command_world() override;
  /// The value of a resource before the release, as a task's `observe` would print it.
  virtual void install(const std::string& resource, const std::string& value) = 0;
};
[[nodiscard]] std::shared_ptr<command_world> make_command_world(std::shared_ptr<world> where,
                                                                command_world_options options);

}  // namespace v1
}  // namespace shipflow
