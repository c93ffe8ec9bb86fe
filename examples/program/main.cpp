#include "commands.hpp"

#include <cstdio>
#include <exception>

namespace {

int dispatch(const program::arguments& given) {
  if (given.has("--help") || given.command == "help") {
    std::fputs(
        program::help(given.command == "help" && !given.words.empty() ? given.words.front() : given.command)
            .c_str(),
        stdout);
    return 0;
  }
  const auto& c = given.command;
  if (c == "validate") return program::validate(given);
  if (c == "plan") return program::show_plan(given);
  if (c == "rehearse") return program::rehearse(given);
  if (c == "survey") return program::survey(given);
  if (c == "run") return program::run(given);
  if (c == "schedule") return program::schedule(given);
  if (c == "calendar") return program::calendar(given);
  if (c == "version") return program::version(given);
  if (c == "changes") return program::changes(given);
  if (c == "trigger") return program::trigger(given);
  if (c == "observe") return program::observe(given);
  if (c == "resume") return program::resume(given);
  if (c == "rollback") return program::roll_back(given);
  if (c == "status") return program::status(given);
  if (c == "history") return program::history(given);
  if (c == "audit") return program::audit(given);
  if (c == "purge") return program::purge(given);
  if (c == "schema") return program::schema(given);
  if (c == "record") return program::record(given);
  if (c == "decide") return program::decide(given);
  if (c == "evidence") return program::evidence(given);
  if (c == "parity") return program::parity(given);
  if (c == "report") return program::report(given);
  if (c == "backtest") return program::backtest(given);
  return program::say(given);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto given = program::read_arguments({argv + 1, argv + argc});
    return given ? dispatch(*given) : program::complain(given.error());
  } catch (const std::exception& e) {
    std::fprintf(stderr, "shipflow: %s\n", e.what());
    return 1;
  }
}
