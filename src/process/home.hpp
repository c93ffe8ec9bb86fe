// The files of a home, by name.
#pragma once

#include <string>

namespace shipflow::process {

struct home_files {
  explicit home_files(const std::string& home)
      : lock(home + "/lock"),
        starting(home + "/starting"),
        spec(home + "/spec.json"),
        running(home + "/running.json"),
        status(home + "/status.json"),
        output(home + "/output"),
        standard(home + "/stdout"),
        control(home + "/control"),
        stop(home + "/stop") {}

  std::string lock, starting;
  std::string spec;     ///< on disk before the program starts: the mark that the home is used
  std::string running;  ///< pid and restarts while it runs; worth nothing after a crash
  std::string status;   ///< how it ended
  std::string output, standard;
  std::string control;  ///< FIFO
  std::string stop;     ///< asked to stop, for the moment in which there is no FIFO yet
};

/// The name under which the home is in the environment of the program and its descendants.
inline constexpr const char* home_mark = "SHIPFLOW_KEEPER";

}  // namespace shipflow::process
