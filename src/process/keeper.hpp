// A program under a keeper: a small process that outlives the engine, owns the program's process
// group and leaves its exit status and the tail of its output where the next engine finds them.
//
// One run of one program has one home, a directory that is its identity:
//
//   <home>/lock         held (fcntl OFD write lock) while the keeper lives: liveness without pid races
//   <home>/starting     held from before the keeper exists until it has taken `lock`
//   <home>/spec.json    what was started, secrets left out; on disk before the program starts: the home is used
//   <home>/running.json pid and restarts while it runs; worth nothing after a crash
//   <home>/status.json  how it ended; replaced atomically, on disk before the keeper ends
//   <home>/output       the end of what the program wrote, redacted; at most twice `output_limit`
//                       (what the keeper had not read from the pipe yet is lost when the keeper is killed)
//   <home>/stdout       the same for standard output alone, when asked for
//   <home>/control      FIFO on which the keeper is asked to stop
//
// Directories are 0700 and files 0600. The environment and the secrets reach the keeper through a
// socket and are in no file and no argument list. Linux only: prctl(2) PR_SET_CHILD_SUBREAPER and
// PR_SET_PDEATHSIG, OFD locks of fcntl(2).
//
// Nothing here installs a signal handler or waits for a child that it did not start itself. All
// functions may be called from any thread; calls for different homes do not disturb each other.
#pragma once

#include <shipflow/error.hpp>
#include <shipflow/time.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shipflow::process {

/// A program that ends without being asked to is started again, for services.
struct restart_policy {
  int limit = 0;            ///< restarts in all; 0: none
  duration backoff{1'000};  ///< before the first restart; doubles each time, up to a minute
};

/// What to run and how to keep it.
struct keeper_spec {
  /// The program and its arguments. A name without `/` is looked up in PATH of `environment`
  /// (`/usr/local/bin:/usr/bin:/bin` without one); a relative path counts from `directory`.
  std::vector<std::string> argv;
  std::string directory = "/";
  /// Complete: nothing is inherited. `SHIPFLOW_KEEPER=<home>` is added, by which `sweep` finds
  /// what a killed keeper left behind.
  std::vector<std::pair<std::string, std::string>> environment;
  std::string input;  ///< all the program reads from standard input; empty: /dev/null
  /// Absolute path of the home. Made with its parents when it does not exist.
  std::string home;
  duration time_limit{0};             ///< from the start to SIGTERM; 0: none. Counted anew by a restart
  duration grace{10'000};             ///< from SIGTERM to SIGKILL
  std::size_t output_limit = 65'536;  ///< bytes kept of both streams together
  /// Bytes kept of standard output alone; 0: not kept alone. When set, the order between the
  /// two streams within `output` is only approximate, since each has its own pipe.
  std::size_t stdout_limit = 0;
  restart_policy restart;
  /// Values replaced by `***` in everything that is kept. Empty ones are ignored; of a value
  /// with several lines each line of eight bytes or more is replaced too.
  std::vector<std::string> redact;
};

enum class start_kind {
  started,  ///< the program runs
  adopted,  ///< the home was used before: whatever runs or ran there stands, nothing was started
};

/// Starts a keeper and the program under it. Returns when the program was executed, or with the
/// reason why not; some milliseconds, of which two flushes of the disk. The keeper is in a session
/// of its own, is not a child of this process, and goes on when this process is killed at any
/// moment, even inside this call. Starting twice with the same home never runs the program twice.
///
/// Errors: `invalid_argument` (spec cannot work), `not_found` (program, directory or keeper is
/// missing), `denied` (not executable), `io`; nothing runs then, and the home is as if unused.
/// `unknown_outcome`: the keeper did not answer within ten seconds; `look` tells.
[[nodiscard]] result<start_kind> start(const keeper_spec& spec, const std::string& keeper_program);

enum class phase {
  absent,   ///< nothing was ever started here
  running,  ///< the keeper lives
  exited,   ///< it is over; exit code or signal are known
  lost,     ///< the keeper was killed, or the machine went down: how it ended is not known
};
[[nodiscard]] std::string_view name_of(phase p) noexcept;

/// What is known about a home.
struct state {
  phase what = phase::absent;
  int pid = 0;             ///< of the program and its group; 0 before it runs, between restarts and after
  int keeper_pid = 0;      ///< for people; never signal it, ask
  int exit_code = -1;      ///< exited: of the program; -1 when a signal ended it
  int signal = 0;          ///< exited: the signal that ended it, or 0
  bool timed_out = false;  ///< the time limit was reached
  bool stopped = false;    ///< `ask_stop` or SIGTERM to the keeper
  int restarts = 0;
  time_point started{};         ///< of the last start
  time_point ended{};           ///< exited
  std::uint64_t out_bytes = 0;  ///< exited: bytes of standard output, more than kept perhaps;
                                ///< counted after redaction; 0 without `stdout_limit`
  std::string problem;          ///< exited: a restart that could not start the program, and why
};

/// What goes on in a home. No waiting, no effect on the keeper; about 20 microseconds. A missing
/// home is `absent`. Errors: `io`, `corrupt` (status.json is not what a keeper writes).
[[nodiscard]] result<state> look(const std::string& home);

enum class stream {
  both,      ///< standard output and error together
  standard,  ///< standard output alone; empty unless `stdout_limit` was set
};

/// The last `most` bytes, redacted, at most what the spec's limit kept. Bytes as written: not
/// always UTF-8. Empty when there is none.
[[nodiscard]] result<std::string> output(const std::string& home, std::size_t most,
                                         stream which = stream::both);

/// Asks the keeper to end the program: SIGTERM to its group, after the grace SIGKILL, then SIGKILL
/// to every descendant that left the group. Returns at once; `look` tells when it is over. Asking
/// twice, or when it is over already, changes nothing. `not_found` when the home is absent.
[[nodiscard]] result<void> ask_stop(const std::string& home);

/// Removes a home that is exited, lost or absent; what a lost one left running is ended first.
/// `conflict` while it runs. Refuses directories that no keeper made.
[[nodiscard]] result<void> remove(const std::string& home);

/// Ends (SIGKILL) every process that carries the mark of this home and answers how many there were.
/// For lost homes: a killed keeper takes its program with it, but not the program's children.
[[nodiscard]] result<int> sweep(const std::string& home);

/// Where the keeper program is: in the build tree for programs of the build tree, else in
/// libexec/shipflow of the prefix that this library was loaded from, next to the current
/// executable, in libexec/shipflow of the prefix it was installed to. Empty when there is none.
/// The environment is not read: it must not decide what is executed.
[[nodiscard]] std::string find_keeper();

}  // namespace shipflow::process
