// What is to be run, read from the inputs of `run`, from a task of the binding or from an `undo`.
#pragma once

#include "provider/command/expectation.hpp"
#include "provider/command/reader.hpp"

#include <shipflow/provider.hpp>

#include <string>
#include <vector>

namespace shipflow::commands {

enum class capture { none, json, text, lines };

struct recipe {
  std::vector<std::string> argv;
  std::string directory = "/";
  text_pairs environment;
  std::string input;
  duration time_limit{0};
  duration grace{10'000};
  std::size_t output_limit = 65'536;
  capture captures = capture::none;
  std::vector<int> success_codes{0};
  expectation expects{};
};

/// A task of the environment. Fields of `run` that are inputs there are fixed here.
struct task {
  std::string name;
  recipe run;
  json::value undo;  ///< as written, null when there is none
  std::vector<std::string> observe;
  std::vector<std::string> ready;
  reversibility undo_kind = reversibility::forward_only;
  restore_rank rank = restore_rank::service;
  std::vector<std::string> resources;
  bool takes_any_input = true;
  std::vector<field_spec> inputs;
  std::string help;
};

/// `command`, `env`, `directory` and so on; what is missing stays as in `from`.
[[nodiscard]] recipe read_recipe(reader& in, recipe from = {});

/// What puts the effect of `forward` back: same directory, environment and limits unless `undo` gives its own.
/// `with` are further inputs. Empty `argv` when there is nothing to run.
struct undoing {
  recipe run;
  json::object with;
};
[[nodiscard]] result<undoing> read_undo(const json::value& undo, const recipe& forward,
                                        const std::string& what);

/// Has the binding tasks of its own?
[[nodiscard]] bool has_tasks(const json::object& target);
/// All tasks, checked.
[[nodiscard]] result<std::vector<task>> read_tasks(const json::object& target);
[[nodiscard]] result<task> find_task(const json::object& target, const std::string& name);

[[nodiscard]] action_spec run_spec();
[[nodiscard]] action_spec spec_of(const task& t);
/// What a component bound like this offers: its tasks, or `run`.
[[nodiscard]] result<std::vector<action_spec>> actions_for(const json::object& target);

}  // namespace shipflow::commands
