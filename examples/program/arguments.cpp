#include "arguments.hpp"

#include "options.hpp"
#include "verbs.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace program {
namespace {

using shipflow::errc;
using shipflow::make_error;

shipflow::result<std::pair<std::string, std::string>> pair_of(const std::string& option,
                                                              const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return make_error(errc::invalid_argument, option + " takes NAME=VALUE, not \"" + text + "\"");
  return std::pair{text.substr(0, equals), text.substr(equals + 1)};
}

// Left empty by a script whose variable is not set, these would mean something else and nobody would notice.
bool is_weighty(std::string_view option) {
  constexpr std::array<std::string_view, 8> all{"--emergency", "--override", "--hotfix",      "--as",
                                                "--id",        "--at",       "--environment", "--for"};
  return std::find(all.begin(), all.end(), option) != all.end();
}

shipflow::result<void> take_option(arguments& to, const std::vector<std::string>& argv, std::size_t& i) {
  auto name = long_name(argv[i]);
  std::optional<std::string> value;
  if (const auto equals = name.find('='); equals != std::string::npos) {
    value = name.substr(equals + 1);
    name.erase(equals);
  }
  const auto* known = find_option(name);
  if (known == nullptr)
    return make_error(errc::invalid_argument, "there is no option " + name + "; see shipflow --help");
  to.given.push_back(name);
  if (*known->argument == '\0') {
    if (value) return make_error(errc::invalid_argument, name + " takes no value");
    to.options[name] = "yes";
    return {};
  }
  if (!value) {
    if (++i == argv.size()) return make_error(errc::invalid_argument, name + " needs " + known->argument);
    value = argv[i];
  }
  if (value->empty() && is_weighty(name))
    return make_error(errc::invalid_argument, name + " needs a value that is not empty");
  if (name == "--data" || name == "--good" || name == "--bad") {
    to.data.emplace_back(name, *value);
    return {};
  }
  if (name == "--fault") {
    to.faults.push_back(*value);
    return {};
  }
  if (name != "--image" && name != "--parameter") {
    to.options[name] = *value;
    return {};
  }
  auto pair = pair_of(name, *value);
  if (!pair) return pair.error();
  (name == "--image" ? to.images : to.parameters).push_back(*pair);
  return {};
}

shipflow::result<void> check_options(const arguments& given, const verb& v) {
  const auto taken = options_of(v);
  for (const auto& name : given.given)
    if (std::find(taken.begin(), taken.end(), name) == taken.end())
      return make_error(errc::invalid_argument,
                        std::string(v.name) + " takes no " + name + "; see shipflow " + v.name + " --help");
  return {};
}

shipflow::error unknown_verb(const std::string& name) {
  if (name.empty()) return make_error(errc::invalid_argument, "a command is missing; see shipflow --help");
  const auto meant = nearest_verb(name);
  return make_error(errc::invalid_argument,
                    "there is no command \"" + name + "\"; " +
                        (meant.empty() ? "see shipflow --help" : "did you mean \"" + meant + "\"?"));
}

}  // namespace

std::string arguments::get(const std::string& option, const std::string& fallback) const {
  const auto found = options.find(option);
  return found == options.end() ? fallback : found->second;
}

shipflow::result<arguments> read_arguments(const std::vector<std::string>& argv) {
  arguments to;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    if (argv[i] == "--script") {
      to.given.emplace_back("--script");
      to.script.assign(argv.begin() + static_cast<std::ptrdiff_t>(i) + 1, argv.end());
      if (to.script.empty()) return make_error(errc::invalid_argument, "--script needs a program");
      break;
    }
    if (argv[i].starts_with("-") && argv[i].size() > 1) {
      if (auto taken = take_option(to, argv, i); !taken) return taken.error();
    } else if (to.command.empty()) {
      to.command = argv[i];
    } else {
      to.words.push_back(argv[i]);
    }
  }
  if (to.command == "help") {
    if (!to.words.empty() && find_verb(to.words.front()) == nullptr) return unknown_verb(to.words.front());
    return to;
  }
  if (to.command.empty() && to.has("--help")) return to;
  const auto* command = find_verb(to.command);
  if (command == nullptr) return unknown_verb(to.command);
  if (to.has("--help")) return to;
  if (to.words.size() < command->least_words || to.words.size() > command->most_words)
    return make_error(errc::invalid_argument, std::string("usage: shipflow ") + command->usage);
  if (auto right = check_options(to, *command); !right) return right.error();
  return to;
}

}  // namespace program
