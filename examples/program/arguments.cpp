#include "arguments.hpp"

#include <algorithm>

namespace program {
namespace {

using shipflow::errc;
using shipflow::make_error;

struct command_help {
  const char* name;
  const char* usage;
  const char* help;
  std::size_t least_words;
  std::size_t most_words;
};

constexpr command_help commands[] = {
    {"validate", "validate PLAN [-e FILE [-n ENVIRONMENT]]",
     "checks documents and reports everything at once", 1, 1},
    {"plan", "plan PLAN -e FILE -n ENVIRONMENT -V VERSION [--format table|mermaid|json]",
     "shows what a release would do", 1, 1},
    {"rehearse",
     "rehearse PLAN -e FILE -n ENVIRONMENT -V VERSION [--exhaustive | --swarm N | --fault STEP:KIND ...] "
     "[--seed N] "
     "[--watch TIME] [--from FILE] [--html FILE] [--json]",
     "plays the release in virtual time with a fault at every step; nothing is touched", 1, 1},
    {"survey", "survey PLAN -e FILE -n ENVIRONMENT -V VERSION [--output FILE]",
     "reads what the target looks like, without changing it, for `rehearse --from`", 1, 1},
    {"run",
     "run PLAN -e FILE -n ENVIRONMENT -V VERSION [--at TIME] [--override REASON] [--emergency REASON] "
     "[--json]",
     "carries a release out; waits for its time and for the calendar of the environment", 1, 1},
    {"schedule", "schedule PLAN -e FILE -n ENVIRONMENT -V VERSION --at TIME | schedule RUN --at TIME",
     "puts a start down for `resume` to begin at its time, or moves it; `cancel RUN` takes it back", 1, 1},
    {"override", "override RUN --reason TEXT", "lets a run begin that waits for the calendar", 1, 1},
    {"calendar", "calendar -e FILE -n ENVIRONMENT [--at TIME] [--json]",
     "may a release start, why not, and when next", 0, 0},
    {"version", "version next [--repository DIR] [--tags v${version}] [--prerelease NAME] [--json]",
     "the next version by the conventional commits since the last one; exit code 1 when there is none", 1, 1},
    {"changes", "changes [PLAN] [--repository DIR] [--since REVISION] [--tags v${version}] [--json]",
     "what is new since the last version, as Markdown; with PLAN which of its components changed", 0, 1},
    {"trigger", "trigger PLAN --event NAME [--payload FILE] [--json]",
     "where an event of GitHub starts a release, by the plan's `triggers`; exit code 1 for nowhere", 1, 1},
    {"observe",
     "observe PLAN -e FILE -n ENVIRONMENT -V VERSION [--for TIME] [--json] [--script PROGRAM ARGUMENT...]",
     "says what would have been decided beside a release that a script carries out; changes nothing", 1, 1},
    {"resume", "resume [RUN]",
     "goes on with what an engine left behind; with RUN lets a paused or parked run go on", 0, 1},
    {"status", "status [RUN]", "shows one run, or all that have not ended", 0, 1},
    {"approve", "approve RUN STEP", "agrees, to a step or to a question", 2, 2},
    {"reject", "reject RUN STEP [--reason TEXT]", "says no", 2, 2},
    {"tick", "tick RUN STEP ITEM", "ticks an item of a checklist", 3, 3},
    {"pause", "pause RUN", "starts nothing new until `resume RUN`", 1, 1},
    {"cancel", "cancel RUN [--reason TEXT]", "stops and puts everything back", 1, 1},
    {"retry", "retry RUN STEP", "tries a failed step or compensation again", 2, 2},
    {"skip", "skip RUN STEP", "skips a step where the plan allows it", 2, 2},
    {"rollback",
     "rollback RUN [--component NAME] [--reason TEXT] | rollback -n ENVIRONMENT --to VERSION|~N [--reason "
     "TEXT]",
     "puts everything back, or releases a former version again: by its name, or ~1 for the one before, ~2 "
     "...",
     0, 1},
    {"history", "history [-n ENVIRONMENT] [--limit N]", "what ran where, by whom, with which result", 0, 0},
    {"audit", "audit verify RUN", "checks the hash chain of a run's record", 2, 2},
    {"purge", "purge [--facts TIME] [--rows TIME]",
     "deletes what is old: journals after 90d, lines of the history after 365d, unless told otherwise", 0, 0},
    {"record", "record RUN [--output FILE]", "what its guards saw and said, to be kept and evaluated again",
     1, 1},
    {"decide", "decide RUN | decide --record FILE",
     "evaluates every decision again; exit code 1 when one differs", 0, 1},
    {"evidence", "evidence RUN | evidence --record FILE [--format text|html|json] [--output FILE]",
     "evidence over time, thresholds, when the decision fell and why", 0, 1},
    {"parity", "parity LEFT RIGHT -e FILE [--json]",
     "what differs between two environments; exit code 1 when something does", 2, 2},
    {"report", "report RUN [--format markdown|html|json|incident] [--output FILE]",
     "the release told afterwards, or so far: what, who, when, how long, health, people", 1, 1},
    {"backtest", "backtest PLAN -e FILE -n ENVIRONMENT --good FILE --bad FILE --data FILE [--slot TIME]",
     "tries the plan's rules on recorded metrics of past releases: false aborts, misses, time to decide", 1,
     1},
    {"schema", "schema plan|environments", "prints the JSON Schema of a document", 1, 1},
};

constexpr const char* with_value[] = {
    "--environments", "--environment", "--version", "--store",  "--as",         "--reason",    "--id",
    "--format",       "--component",   "--to",      "--limit",  "--image",      "--parameter", "--state",
    "--release",      "--facts",       "--rows",    "--record", "--repository", "--tags",      "--since",
    "--prerelease",   "--event",       "--payload", "--at",     "--override",   "--emergency", "--data",
    "--good",         "--bad",         "--slot",    "--output", "--swarm",      "--seed",      "--fault",
    "--watch",        "--from",        "--html",    "--for"};
constexpr const char* without_value[] = {"--json", "--help", "--plain", "--exhaustive"};

std::string long_name(const std::string& option) {
  if (option == "-e") return "--environments";
  if (option == "-n") return "--environment";
  if (option == "-V") return "--version";
  if (option == "-h") return "--help";
  return option;
}

const command_help* find_command(const std::string& name) {
  for (const auto& c : commands)
    if (name == c.name) return &c;
  return nullptr;
}

template <std::size_t N>
bool listed(const char* const (&names)[N], const std::string& name) {
  return std::any_of(std::begin(names), std::end(names), [&](const char* n) { return name == n; });
}

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
  if (listed(without_value, name) && !value) {
    to.options[name] = "yes";
    return {};
  }
  if (!listed(with_value, name)) return make_error(errc::invalid_argument, "there is no option " + name);
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
  const auto* command = find_command(to.command);
  if (command == nullptr)
    return make_error(errc::invalid_argument,
                      to.command.empty() ? "a command is missing; see shipflow --help"
                                         : "there is no command \"" + to.command + "\"; see shipflow --help");
  if (to.words.size() < command->least_words || to.words.size() > command->most_words)
    return make_error(errc::invalid_argument, std::string("usage: shipflow ") + command->usage);
  return to;
}

std::string help(const std::string& command) {
  if (const auto* one = find_command(command))
    return std::string("shipflow ") + one->usage + "\n  " + one->help + "\n";
  std::string out = "shipflow carries releases out and takes them back\n\n";
  for (const auto& c : commands) out += std::string("  shipflow ") + c.usage + "\n      " + c.help + "\n";
  out +=
      "\noptions\n"
      "  -e, --environments FILE   the environments document\n"
      "  -n, --environment NAME    which of them\n"
      "  -V, --version VERSION     what is released; or --release FILE with version, images, notes\n"
      "      --image NAME=REF      image of a component; repeatable\n"
      "      --parameter NAME=VALUE  over the plan's default; repeatable\n"
      "      --store FILE          where runs live, default shipflow.db\n"
      "      --state DIR           files of the local and command providers, default STORE.d\n"
      "      --as user:NAME        speak for somebody; the owner of the store and root may\n"
      "      --reason TEXT, --id ID  why, and a name that makes a repeated start the same run\n"
      "      --at TIME             such as 2026-12-01T10:00:00Z\n"
      "      --script PROGRAM ...  observe: the script that releases, started now; its exit code is ours\n"
      "      --for TIME            observe: how long at most, counted from the script's end if there is one\n"
      "      --json                events as JSON lines; --plain  no live view on a terminal\n"
      "\nexit codes: 0 released or done, 1 failed, parked or a rehearsal with violations, 2 bad input or "
      "usage,\n"
      "            3 rolled back\n"
      "\nexamples\n"
      "  shipflow plan shopflow.yaml -e environments.yaml -n production -V 1.5.0 --format mermaid\n"
      "  shipflow run shopflow.yaml -e environments.yaml -n local -V 1.5.0\n"
      "  shipflow approve 0196c3e5a41-7f3a2b10 go --as user:quinn\n";
  return out;
}

}  // namespace program
