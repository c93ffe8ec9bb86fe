#include "commands.hpp"
#include "verbs.hpp"

#include <shipflow/version.hpp>

#include <cstdio>
#include <exception>
#include <string_view>

namespace {

int dispatch(const program::arguments& given) {
  const auto* verb = program::find_verb(given.command);
  if (verb != nullptr && !given.has("--help")) return verb->run(given);
  if (verb == nullptr && !given.words.empty()) verb = program::find_verb(given.words.front());
  std::fputs((verb == nullptr ? program::help() : program::help_of(*verb)).c_str(), stdout);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 2 && std::string_view(argv[1]) == "--version")
      return std::printf("shipflow %s\n", shipflow::version_string()) > 0 ? 0 : 1;
    const auto given = program::read_arguments({argv + 1, argv + argc});
    return given ? dispatch(*given) : program::complain(given.error());
  } catch (const std::exception& e) {
    std::fprintf(stderr, "shipflow: %s\n", e.what());
    return 1;
  }
}
