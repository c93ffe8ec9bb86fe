// The `command` provider: programs with argument lists, never a shell. Each runs under a keeper, a small
// process that outlives the engine, owns the program's process group and leaves its exit status and the
// end of its output in a directory, where the next engine finds them.
//
// In a plan
//
//   - { id: smoke, command: [npm, run, "test:smoke"], env: { CI: "1" }, directory: /srv/shop }
//
// is the action `command.run` with these inputs:
//
//   command        argument list; required. A name without `/` is looked up in PATH of the environment
//                  below; a relative path counts from `directory`
//   directory      absolute; default /
//   env            mapping of names to values, over `command_options::environment`. Nothing else is inherited
//   stdin          text the program reads; default: nothing
//   time_limit     from the start to SIGTERM; default: none but the step's `timeout`
//   grace          from SIGTERM to SIGKILL of the whole process group, then of every descendant; default 10s
//   output_limit   bytes of output kept, and the most that `capture` reads; default 64 KiB, at most 64 MiB
//   capture        json, text or lines: standard output as output `value`. Invalid JSON and more output
//                  than `output_limit` fail the step
//   success_codes  exit codes that mean success; default [0]
//   expect         { version: ">= 1.28 < 2", contains: text }: what it must have printed, on either stream. The
//                  version is the first number with a dot in it; the bounds (>=, >, <=, <, =) must all hold
//   undo           argument list, or { command, env, directory, time_limit, with }
//
// Outputs: exit_code; output, the last 8 KiB of both streams, printable and without secrets; with
// `capture` also value.
//
// A component bound to `command` offers the tasks its environment names, one action each, instead of `run`:
//
//   bind:
//     database:
//       provider: command
//       directory: /srv/shop          # of all tasks that give none
//       env: { DATABASE_URL: "..." }  # of all tasks; a task's own goes first
//       tasks:
//         migrate:
//           command: [./migrate, apply]             # required
//           undo: [./migrate, undo]                 # or a mapping as above
//           observe: [./migrate, status]            # prints what there is now: the baseline
//           ready: [./migrate, can-undo]            # exit 0: undo would work now; see below
//           undo_kind: reversible                   # reversible, forward_only, destructive, irreversible;
//                                                   # default: reversible with `undo`, else forward_only
//           rank: database                          # traffic, service (default), database, cleanup
//           resource: "database:shop"               # or `resources`, a list
//           inputs: { to: { type: string, required: true, sensitive: false, help: "..." } }
//           help: moves the schema
//           # and directory, env, stdin, time_limit, grace, output_limit, capture, success_codes,
//           # expect
//
// Without `inputs` a task takes any. What the plan gives in `with` reaches the program, and its undo, as
// environment variables SHIPFLOW_INPUT_<NAME>: the name in upper case, other characters than letters and
// digits as `_`; text as it is, everything else as JSON, null left out. Also set: SHIPFLOW_RUN,
// SHIPFLOW_STEP, SHIPFLOW_ENVIRONMENT, SHIPFLOW_COMPONENT when there is one, SHIPFLOW_VERSION when an input
// is called `version`, SHIPFLOW_EFFECT_KEY (the same for every try of one effect), SHIPFLOW_KEEPER, and
// for undo SHIPFLOW_BASELINE, the baseline as JSON text. The baseline is what `observe` printed: as JSON
// when it is an object or a list, else as text without the last newline; {} for tasks without `observe`.
// `observe` has 20 seconds.
//
// Verb `ready`: undo's program must be there, and `ready` of the task, when it has one, must end with 0 within
// 20 seconds; its last line is the reason when it does not. It sees what undo would see. It may print a
// JSON object {"takes_ms": 8000}: how long undo would take about.
//
// One effect key runs its program at most once, whatever is killed when. `settle` of a program whose
// keeper was killed answers `conflict` with the output so far (all that the keeper had read; the last
// moment before the kill may be missing): how it ended nobody knows, and a person decides. `resolve` answers `unknown` for it, not_applied only when nothing was ever started.
// A program asked to stop has failed, whatever its exit code.
//
// A value marked secret belongs into `env`, `stdin` or inputs; an argument that holds one is refused, as
// argument lists are visible to all users of a machine. Secrets are in no file of the state directory.
#pragma once

#include <shipflow/provider.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace shipflow {
inline namespace v1 {

struct command_options {
  /// Absolute; made with its parents when missing, 0700. Each command has a directory in it. Engines that
  /// share a store and a machine share it: it is where `resolve` looks.
  std::string state_directory;
  /// What every command inherits. Nothing is taken from the environment of this process.
  std::vector<std::pair<std::string, std::string>> environment{{"PATH", "/usr/local/bin:/usr/bin:/bin"}};
  /// Programs that may be run: `command[0]` must equal one of them, a name or an absolute path, and `env`
  /// may then not set PATH or LD_*. Empty: all programs.
  std::vector<std::string> programs;
  /// The keeper program; empty: where this library was installed.
  std::string keeper;
};

/// Answers come from one worker thread of the object, started with it and joined in its destructor;
/// `call` only queues. A start takes some milliseconds of that thread, two flushes of the disk among
/// them; a look takes microseconds. The destructor waits for the start being made, ten seconds at most;
/// calls not answered yet are `unknown` then, and programs go on.
///
/// Errors: `invalid_argument` (directory or an allowed program not absolute), `io`, `denied`,
/// `not_found` (no keeper program).
[[nodiscard]] result<std::unique_ptr<provider>> make_command_provider(command_options options);

/// Removes what commands that ended before that time left below a state directory, and answers how
/// many there were. Only for effects whose run is over: the engine would carry out an unfinished one
/// again. Call it with the retention of the store.
[[nodiscard]] result<int> remove_ended_commands(const std::string& state_directory, time_point before);

}  // namespace v1
}  // namespace shipflow
