#include "verbs.hpp"

#include "commands.hpp"
#include "options.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace program {
namespace {

enum group : unsigned { documents = 1, starts = 2, speaks = 4, stored = 8 };

constexpr verb table[] = {
    {"validate", "validate PLAN [-e FILE [-n ENVIRONMENT [-V VERSION]]]",
     "checks documents and reports everything at once; with a version also whether they fit each other",
     "validate shopflow.yaml -e environments.yaml -n production -V 1.5.0", 1, 1, validate, documents},
    {"plan", "plan PLAN -e FILE -n ENVIRONMENT -V VERSION [--format table|timeline|mermaid|json]",
     "shows what a release would do",
     "plan shopflow.yaml -e environments.yaml -n production -V 1.5.0 --format mermaid", 1, 1, show_plan,
     documents | stored},
    {"rehearse",
     "rehearse PLAN -e FILE -n ENVIRONMENT -V VERSION [--exhaustive | --swarm N | --fault STEP:KIND ...] "
     "[--seed N] [--watch TIME] [--from FILE] [--html FILE] [--report FILE] [--json]",
     "plays the release in virtual time with a fault at every step; nothing is touched",
     "rehearse shopflow.yaml -e environments.yaml -n production -V 1.5.0 --html rehearsal.html", 1, 1,
     rehearse, documents},
    {"survey", "survey PLAN -e FILE -n ENVIRONMENT -V VERSION [--output FILE]",
     "reads what the target looks like, without changing it, for `rehearse --from`",
     "survey shopflow.yaml -e environments.yaml -n production -V 1.5.0 --output survey.json", 1, 1, survey,
     documents},
    {"run",
     "run PLAN -e FILE -n ENVIRONMENT[,ENVIRONMENT...] -V VERSION [--at TIME] [--override REASON] "
     "[--emergency REASON] [--hotfix REASON] [--id ID] [--json]",
     "carries a release out, in several environments one after the other; waits for its time and for the "
     "calendar",
     "run shopflow.yaml -e environments.yaml -n dev,staging,production -V 1.5.0 --id release-1.5.0", 1, 1,
     run, documents | starts},
    {"promote",
     "promote PLAN --from ENVIRONMENT --to ENVIRONMENT -e FILE [-V VERSION] [--hotfix REASON] [--json]",
     "carries out in one environment what stands in another",
     "promote shopflow.yaml --from staging --to production -e environments.yaml", 1, 1, promote,
     documents | starts},
    {"where", "where PLAN-NAME [--json]",
     "what of a plan stands in which environment, since when it is healthy, and what speaks against it",
     "where shopflow", 1, 1, where, stored},
    {"schedule", "schedule PLAN -e FILE -n ENVIRONMENT -V VERSION --at TIME | schedule RUN --at TIME",
     "puts a start down for `resume` to begin at its time, or moves it; `cancel RUN` takes it back",
     "schedule shopflow.yaml -e environments.yaml -n production -V 1.5.0 --at 2026-12-01T10:00:00Z", 1, 1,
     schedule, documents | starts},
    {"override", "override RUN --reason TEXT", "lets a run begin that waits for the calendar",
     "override 0196c3e5a41-7f3a2b10 --reason \"security fix\"", 1, 1, say, speaks},
    {"calendar", "calendar -e FILE -n ENVIRONMENT [--at TIME] [--json]",
     "may a release start, why not, and when next",
     "calendar -e environments.yaml -n production --at 2026-12-24T10:00:00Z", 0, 0, calendar},
    {"version",
     "version next [PLAN --component NAME] [--repository DIR] [--since REVISION] [--tags v${version}] "
     "[--prerelease NAME] "
     "[--json]",
     "the next version by the conventional commits since the last one, of all or of one component's; exit "
     "code 1 when "
     "there is none",
     "version next --repository . --prerelease rc", 1, 2, version},
    {"changes",
     "changes [PLAN [--component NAME]] [--repository DIR] [--since REVISION] [--tags v${version}] "
     "[--prerelease NAME] [--json]",
     "what is new since the last version, as Markdown or JSON; with PLAN which of its components changed",
     "changes shopflow.yaml --since v1.4.0", 0, 1, changes},
    {"trigger",
     "trigger PLAN --event NAME [--payload FILE] [--json] [--run -e FILE [-n ENVIRONMENT] [-V VERSION] "
     "[--tags "
     "v${version}] [--id ID]]",
     "where an event of GitHub starts a release, by the plan's `triggers`; exit code 1 for nowhere; with "
     "--run starts it there, one after the other",
     "trigger shopflow.yaml --event push --payload event.json --run -e environments.yaml -V 1.5.0", 1, 1,
     trigger, documents | starts},
    {"observe",
     "observe PLAN -e FILE -n ENVIRONMENT -V VERSION [--for TIME] [--json] [--script PROGRAM ARGUMENT...]",
     "says what would have been decided beside a release that a script carries out; changes nothing",
     "observe shopflow.yaml -e environments.yaml -n production -V 1.5.0 --script ./deploy.sh 1.5.0", 1, 1,
     observe, documents},
    {"resume", "resume [RUN]",
     "goes on with what an engine left behind; with RUN lets a paused or parked run go on",
     "resume 0196c3e5a41-7f3a2b10", 0, 1, resume, speaks},
    {"status", "status [RUN]", "shows one run, or all that have not ended", "status 0196c3e5a41-7f3a2b10", 0,
     1, status, stored},
    {"watch", "watch [RUN] [--json]",
     "shows a run as it goes on: steps, weights, guards, what is waited for; to its end",
     "watch 0196c3e5a41-7f3a2b10", 0, 1, watch, stored},
    {"approve", "approve RUN STEP", "agrees, to a step or to a question",
     "approve 0196c3e5a41-7f3a2b10 go --as user:quinn", 2, 2, say, speaks},
    {"reject", "reject RUN STEP [--reason TEXT]", "says no",
     "reject 0196c3e5a41-7f3a2b10 go --reason \"the smoke tests are red\"", 2, 2, say, speaks},
    {"link", "link RUN STEP --for user:NAME --key FILE [--expires TIME]",
     "prints a signed token by which that person may answer, as the tool that sends it embeds it",
     "link 0196c3e5a41-7f3a2b10 go --for user:quinn --key link-key --expires 4h", 2, 2, link, stored},
    {"answer", "answer TOKEN approve|reject --key FILE [--reason TEXT]",
     "says what the person of a signed token answered", "answer TOKEN approve --key link-key", 2, 2, answer,
     speaks},
    {"tick", "tick RUN STEP ITEM | tick RUN tasks ID",
     "ticks an item of a checklist, or a task after the release",
     "tick 0196c3e5a41-7f3a2b10 ready database-2", 3, 3, say, speaks},
    {"untick", "untick RUN STEP ITEM", "takes the tick of an item back while its checklist is open",
     "untick 0196c3e5a41-7f3a2b10 ready database-2", 3, 3, say, speaks},
    {"pause", "pause RUN", "starts nothing new until `resume RUN`", "pause 0196c3e5a41-7f3a2b10", 1, 1, say,
     speaks},
    {"cancel", "cancel RUN [--reason TEXT]", "stops and puts everything back",
     "cancel 0196c3e5a41-7f3a2b10 --reason \"wrong branch\"", 1, 1, say, speaks},
    {"retry", "retry RUN STEP", "tries a failed step or compensation again",
     "retry 0196c3e5a41-7f3a2b10 smoke", 2, 2, say, speaks},
    {"skip", "skip RUN STEP", "skips a step where the plan allows it", "skip 0196c3e5a41-7f3a2b10 smoke", 2,
     2, say, speaks},
    {"rollback",
     "rollback RUN [--component NAME] [--reason TEXT] | rollback -n ENVIRONMENT --to VERSION|~N [--plan "
     "NAME] "
     "[--reason TEXT]",
     "puts everything back, or releases a former version again: by its name, or ~1 for the one before, ~2 "
     "...",
     "rollback -n production --to ~1 --reason \"carts are empty\"", 0, 1, roll_back, starts},
    {"history", "history [-n ENVIRONMENT] [--limit N]", "what ran where, by whom, with which result",
     "history -n production --limit 50", 0, 0, history, stored},
    {"audit",
     "audit verify RUN | audit export RUN [--output FILE [--key FILE]] | audit verify --file FILE "
     "[--public-key FILE [--signature FILE]]",
     "checks the hash chain of a run's record, or writes it down, signed, to be checked without the store",
     "audit export 0196c3e5a41-7f3a2b10 --output run.audit --key audit-key.pem", 1, 2, audit, stored},
    {"purge", "purge [--facts TIME] [--rows TIME]",
     "deletes what is old: journals after 90d, lines of the history after 365d, unless told otherwise",
     "purge --facts 90d --rows 365d", 0, 0, purge, stored},
    {"record", "record RUN [--output FILE]", "what its guards saw and said, to be kept and evaluated again",
     "record 0196c3e5a41-7f3a2b10 --output decisions.json", 1, 1, record, stored},
    {"decide", "decide RUN | decide --record FILE",
     "evaluates every decision again; exit code 1 when one differs", "decide --record decisions.json", 0, 1,
     decide, stored},
    {"evidence", "evidence RUN | evidence --record FILE [--format text|html|json] [--output FILE]",
     "evidence over time, thresholds, when the decision fell and why",
     "evidence 0196c3e5a41-7f3a2b10 --format html --output evidence.html", 0, 1, evidence, stored},
    {"parity", "parity LEFT RIGHT -e FILE [--json]",
     "what differs between two environments; exit code 1 when something does",
     "parity staging production -e environments.yaml", 2, 2, parity},
    {"report", "report RUN [--format markdown|html|json|incident] [--output FILE]",
     "the release told afterwards, or so far: what, who, when, how long, health, people",
     "report 0196c3e5a41-7f3a2b10 --format html --output release.html", 1, 1, report, stored},
    {"backtest",
     "backtest PLAN -e FILE -n ENVIRONMENT --good FILE --bad FILE --data FILE [--slot TIME] [--format "
     "text|html|json] [--output FILE]",
     "tries the plan's rules on recorded metrics of past releases: false aborts, misses, time to decide",
     "backtest shopflow.yaml -e environments.yaml -n production --good good.json --bad bad.json --data "
     "data.json",
     1, 1, backtest, documents | stored},
    {"schema", "schema plan|environments", "prints the JSON Schema of a document", "schema plan", 1, 1,
     schema},
    {"completion", "completion bash|zsh", "prints what lets a shell complete verbs and options",
     "completion bash > /etc/bash_completion.d/shipflow", 1, 1, completion},
};

constexpr std::string_view common[] = {"--environments", "--environment", "--version", "--release", "--store",
                                       "--state",        "--as",          "--json",    "--plain",   "--help"};
constexpr std::string_view of_documents[] = {"--release", "--commit", "--image", "--parameter"};
constexpr std::string_view of_starts[] = {"--reason", "--id",    "--at",    "--override", "--emergency",
                                          "--hotfix", "--store", "--state", "--as",       "--plain"};
constexpr std::string_view of_words[] = {"--reason", "--id", "--store", "--state", "--as", "--plain"};

void add(std::vector<std::string>& to, std::span<const std::string_view> more) {
  for (const auto& option : more)
    if (std::find(to.begin(), to.end(), option) == to.end()) to.emplace_back(option);
}

// Letters to change, put in or take out.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto changed = corner + (a[i - 1] == b[j - 1] ? 0U : 1U);
      corner = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::span<const verb> verbs() { return table; }

const verb* find_verb(std::string_view name) {
  const auto found =
      std::find_if(std::begin(table), std::end(table), [&](const verb& v) { return v.name == name; });
  return found == std::end(table) ? nullptr : found;
}

std::vector<std::string> own_options_of(const verb& v) {
  std::vector<std::string> out;
  const std::string_view usage = v.usage;
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> shorts{
      {{" -e ", "--environments"}, {" -n ", "--environment"}, {"-V ", "--version"}}};
  for (const auto& [written, name] : shorts)
    if (usage.find(written) != std::string_view::npos) out.emplace_back(name);
  for (std::size_t at = usage.find("--"); at != std::string_view::npos; at = usage.find("--", at + 2)) {
    const auto end = std::min(usage.find_first_of(" ]|", at), usage.size());
    const std::string_view option = usage.substr(at, end - at);
    add(out, {&option, 1});
  }
  if ((v.groups & documents) != 0) add(out, of_documents);
  if ((v.groups & starts) != 0) add(out, of_starts);
  if ((v.groups & speaks) != 0) add(out, of_words);
  constexpr std::string_view store = "--store";
  if ((v.groups & stored) != 0) add(out, {&store, 1});
  return out;
}

std::vector<std::string> options_of(const verb& v) {
  auto out = own_options_of(v);
  add(out, common);
  return out;
}

std::string nearest_verb(std::string_view name) {
  const verb* best = nullptr;
  std::size_t least = 3;
  for (const auto& v : verbs())
    if (const auto far = distance(name, v.name); far < least) {
      least = far;
      best = &v;
    }
  return best == nullptr ? std::string{} : best->name;
}

std::string help_of(const verb& v) {
  auto out = std::string("shipflow ") + v.usage + "\n  " + v.help + "\n\noptions\n";
  auto shown = own_options_of(v);
  shown.emplace_back("--json");
  std::sort(shown.begin(), shown.end());
  shown.erase(std::unique(shown.begin(), shown.end()), shown.end());
  for (const auto& name : shown) {
    const auto* o = find_option(name);
    if (o == nullptr) continue;
    auto left = name + (*o->argument == '\0' ? "" : " ") + o->argument;
    left.resize(std::max<std::size_t>(left.size(), 24), ' ');
    out += "  " + left + "  " + o->help + "\n";
  }
  return out + "\nexample\n  shipflow " + v.example + "\n";
}

std::string help() {
  std::string out = "shipflow carries releases out and takes them back\n\n";
  for (const auto& c : verbs()) out += std::string("  shipflow ") + c.usage + "\n      " + c.help + "\n";
  out +=
      "\noptions\n"
      "  -e, --environments FILE   the environments document\n"
      "  -n, --environment NAME    which of them\n"
      "  -V, --version VERSION     what is released; or --release FILE with version, commit, images, notes\n"
      "      --commit ID           the commit it was built from\n"
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
      "            3 rolled back; 130 interrupted while it goes on elsewhere (watch)\n"
      "shipflow VERB --help tells the options of a verb\n"
      "\nexamples\n"
      "  shipflow plan shopflow.yaml -e environments.yaml -n production -V 1.5.0 --format mermaid\n"
      "  shipflow run shopflow.yaml -e environments.yaml -n local -V 1.5.0\n"
      "  shipflow approve 0196c3e5a41-7f3a2b10 go --as user:quinn\n";
  return out;
}

}  // namespace program
