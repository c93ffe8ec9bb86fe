#include "arguments.hpp"

#include "verbs.hpp"

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

shipflow::result<void> take_option(arguments& to, const std::vector<std::string>& argv, std::size_t& i) {
  auto name = long_name(argv[i]);
  std::optional<std::string> value;
  if (const auto equals = name.find('='); equals != std::string::npos) {
    value = name.substr(equals + 1);
    name.erase(equals);
  }
  if (is_flag(name) && !value) {
    to.options[name] = "yes";
    return {};
  }
  if (!takes_value(name)) return make_error(errc::invalid_argument, "there is no option " + name);
  if (!value) {
    if (++i == argv.size()) return make_error(errc::invalid_argument, name + " needs a value");
    value = argv[i];
  }
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

}  // namespace

std::string arguments::get(const std::string& option, const std::string& fallback) const {
  const auto found = options.find(option);
  return found == options.end() ? fallback : found->second;
}

shipflow::result<arguments> read_arguments(const std::vector<std::string>& argv) {
  arguments to;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    if (argv[i] == "--script") {
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
  if (to.has("--help") || to.command == "help") return to;
  const auto* command = find_verb(to.command);
  if (command == nullptr)
    return make_error(errc::invalid_argument,
                      to.command.empty() ? "a command is missing; see shipflow --help"
                                         : "there is no command \"" + to.command + "\"; see shipflow --help");
  if (to.words.size() < command->least_words || to.words.size() > command->most_words)
    return make_error(errc::invalid_argument, std::string("usage: shipflow ") + command->usage);
  return to;
}

}  // namespace program
