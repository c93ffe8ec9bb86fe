// A short-lived program: started without a shell, bounded in time and output, killed with its group.
//
// Probes and messages use this rather than a keeper, which costs two flushes of the disk per start and exists to
// let a program outlive the engine: a look must not.
#pragma once

#include <shipflow/error.hpp>
#include <shipflow/time.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace shipflow::process {

/// Which streams are kept; the other one goes nowhere.
enum class kept { both, standard };

struct child_spec {
  std::vector<std::string> argv;
  std::string directory = "/";
  std::vector<std::pair<std::string, std::string>> environment;  ///< complete but for PATH
  std::string input{};                                           ///< what it reads; empty: /dev/null
  std::size_t output_limit = 16'384;                             ///< the end of what is kept
  kept keep = kept::both;
};

struct child_end {
  int exit_code = -1;  ///< -1: ended by a signal
  int signal = 0;
  std::string output;
};

/// Errors: not_found and denied (the program), io (no descriptor or process), timeout (killed),
/// cancelled (killed), internal (the host reaped the child: its exit status is lost). Call on the
/// executor, which must run one handler at a time on a thread that outlives the child.
void run_child(const boost::asio::any_io_executor& executor, const child_spec& spec, duration limit,
               std::stop_token stop, std::function<void(result<child_end>)> done);

}  // namespace shipflow::process
