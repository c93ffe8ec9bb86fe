#include "options.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace program {
namespace {

constexpr option table[] = {
    {"--environments", "FILE", "the environments document (-e)"},
    {"--environment", "NAME", "which of them (-n)"},
    {"--version", "VERSION", "what is released, such as 1.5.0 (-V)"},
    {"--release", "FILE", "version, commit, images and notes, instead of --version"},
    {"--commit", "ID", "the commit that it was built from"},
    {"--image", "NAME=REF", "the image of a component; repeatable"},
    {"--parameter", "NAME=VALUE", "over the plan's default; repeatable"},
    {"--store", "FILE", "where runs live, default shipflow.db"},
    {"--state", "DIR", "files of the local and command providers, default STORE.d"},
    {"--as", "user:NAME", "speak for somebody; the owner of the store and root may"},
    {"--reason", "TEXT", "why, for the record"},
    {"--id", "ID", "a name that makes a repeated start or word the same one"},
    {"--at", "TIME", "a time such as 2026-12-01T10:00:00Z"},
    {"--override", "REASON", "starts although the calendar says no; roles of the calendar's `override` may"},
    {"--emergency", "REASON", "skips what the plan lets an emergency skip; flagged for ever"},
    {"--hotfix", "REASON", "starts what has not proved itself before; roles of `promoted_from.hotfix` may"},
    {"--format", "NAME", "how it is printed, see the usage"},
    {"--output", "FILE", "writes there, readable by the owner only, instead of printing"},
    {"--plan", "NAME", "rollback: of this plan, where several were released there"},
    {"--component", "NAME", "one of the plan; rollback: it and what depends on it"},
    {"--from", "NAME|FILE", "promote: the environment it stands in; rehearse: what `survey` wrote"},
    {"--to", "NAME", "promote: the environment it goes to; rollback: a version, or ~N for the N-th before"},
    {"--limit", "N", "at most so many lines, default 20"},
    {"--facts", "TIME", "age from which journals are deleted, default 90d"},
    {"--rows", "TIME", "age from which lines of the history are deleted, default 365d"},
    {"--record", "FILE", "what `record` wrote, instead of a run of the store"},
    {"--repository", "DIR", "the git repository, default here"},
    {"--tags", "PATTERN", "how tags name versions, default v${version}"},
    {"--since", "REVISION", "from there on, instead of the last version"},
    {"--prerelease", "NAME", "a version before the next one, such as 1.5.0-rc.1"},
    {"--event", "NAME", "push, pull_request, workflow_dispatch, repository_dispatch ..."},
    {"--payload", "FILE", "the event as GitHub sent it; default standard input"},
    {"--run", "", "starts a release wherever the event says so"},
    {"--data", "FILE", "recorded metrics of past releases; repeatable"},
    {"--good", "FILE", "a past release that was fine; repeatable"},
    {"--bad", "FILE", "a past release that was not; repeatable"},
    {"--slot", "TIME", "length of the slots of --data"},
    {"--exhaustive", "", "every fault at every step; the default"},
    {"--swarm", "N", "N runs with several faults each, chosen at random"},
    {"--seed", "N", "of what is chosen at random, so that it can be seen again"},
    {"--fault", "STEP:KIND", "one run with this fault; repeatable"},
    {"--watch", "TIME", "how long every watch of the plan lasts, instead of what it says"},
    {"--html", "FILE", "the rehearsal as a page"},
    {"--report", "FILE", "the page that `report` would make of the undisturbed release"},
    {"--for", "TIME|user:NAME", "observe: how long at most, from the script's end on; link: who answers"},
    {"--script", "PROGRAM ...",
     "the script that releases, started now; its exit code is ours; the last option"},
    {"--key", "FILE", "the key that signs, or that the token was signed with"},
    {"--public-key", "FILE", "the key that a signature is checked with"},
    {"--signature", "FILE", "the signature, default FILE.sig beside the record"},
    {"--expires", "TIME", "until when the token holds, from now on"},
    {"--file", "FILE", "an exported record, checked without the store"},
    {"--json", "", "JSON, one object a line, for programs"},
    {"--plain", "", "lines instead of a live view at a terminal"},
    {"--help", "", "tells this (-h)"},
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> short_names{
    {{"-e", "--environments"}, {"-n", "--environment"}, {"-V", "--version"}, {"-h", "--help"}}};

}  // namespace

std::span<const option> all_options() { return table; }

const option* find_option(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(table), std::end(table), [&](const option& o) { return o.name == name; });
  return found == std::end(table) ? nullptr : found;
}

std::string long_name(const std::string& option) {
  for (const auto& [name, whole] : short_names)
    if (name == option) return std::string(whole);
  return option;
}

}  // namespace program
