#include "commands.hpp"
#include "verbs.hpp"

#include <cstdio>
#include <exception>

namespace {

int dispatch(const program::arguments& given) {
  if (!given.has("--help") && given.command != "help") return program::find_verb(given.command)->run(given);
  const bool of = given.command == "help" && !given.words.empty();
  std::fputs(program::help(of ? given.words.front() : given.command).c_str(), stdout);
  return 0;
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
