// observe: the same plan and the same health, beside a release that somebody else carries out.
#include "commands.hpp"
#include "host.hpp"
#include "inputs.hpp"
#include "interrupts.hpp"
#include "script.hpp"
#include "view.hpp"

#include <shipflow/shadow.hpp>

#include <cstdio>

namespace program {
namespace {

namespace json = shipflow::json;
using shipflow::errc;
using shipflow::make_error;

// Standard output belongs to the script when there is one.
class reporter {
 public:
  explicit reporter(const arguments& given)
      : to_(given.script.empty() ? stdout : stderr), json_(given.has("--json")) {}

  void show(const shipflow::shadow_decision& d) {
    if (json_) return print(json::serialize(to_json(d)));
    print(shipflow::format_time(d.at) + " " + d.text + (d.command.empty() ? "" : "; next: " + d.command));
  }
  void end(const std::string& text, int code) {
    if (json_) return print(json::serialize(json::object{{"act", "end"}, {"text", text}, {"exit", code}}));
    print(text);
  }
  void trouble(const std::string& text) {
    if (!json_) print(text);
  }

 private:
  void print(const std::string& line) {
    std::fprintf(to_, "%s\n", line.c_str());
    std::fflush(to_);
  }
  std::FILE* to_;
  bool json_;
};

std::string conclusion(const shipflow::run_state& s) {
  const auto subject = s.what->name + " " + s.what->release.version + " to " + s.what->environment;
  if (!s.parked.empty()) return "observed: " + subject + " would have been held: " + s.parked;
  switch (s.phase) {
    case shipflow::phase::released: return "observed: " + subject + " would have been released";
    case shipflow::phase::failed: return "observed: " + subject + " would have ended as failed: " + s.reason;
    case shipflow::phase::draining:
    case shipflow::phase::compensating:
    case shipflow::phase::verifying:
    case shipflow::phase::rolled_back:
      return "observed: " + subject + " would have been rolled back: " + s.reason;
    default: return "observed: " + subject + " would still be going on";
  }
}

// When to stop looking: the run has come to its end or needs a person, or the time is up; never while
// the script runs.
class span {
 public:
  span(host& h, std::string run, std::shared_ptr<script> beside, std::optional<shipflow::duration> most)
      : h_(h), run_(std::move(run)), beside_(std::move(beside)), most_(most) {
    tick();
  }
  bool over() {
    if (beside_ && !beside_->ended()) return false;
    if (!ended_) ended_ = h_.loop.now();
    if (most_ && h_.loop.now() >= *ended_ + *most_) return true;
    const auto state = h_.engine->look(run_);
    return !state || is_terminal(state->phase) || !state->parked.empty();
  }

 private:
  void tick() {
    constexpr shipflow::duration often{100};
    h_.loop.call_at(h_.loop.now() + often, [this] { tick(); });
  }
  host& h_;
  std::string run_;
  std::shared_ptr<script> beside_;
  std::optional<shipflow::duration> most_;
  std::optional<shipflow::time_point> ended_;
};

shipflow::result<std::optional<shipflow::duration>> longest(const arguments& given) {
  if (!given.has("--for")) return std::optional<shipflow::duration>{};
  const auto text = given.get("--for");
  const auto read = shipflow::parse_duration(text);
  if (!read)
    return make_error(errc::invalid_argument, "--for takes a time such as 90s or 1h, not \"" + text + "\"");
  return std::optional{*read};
}

shipflow::result<shipflow::plan> shadow_plan(const arguments& given, host& h) {
  if (!given.has("--environments") || !given.has("--environment"))
    return make_error(errc::invalid_argument, "observe needs --environments FILE and --environment NAME");
  auto read = read_inputs(given);
  if (read.what.version.empty())
    return make_error(errc::invalid_argument, "observe needs --version or --release");
  shipflow::plan plan;
  if (!read.found.has_errors()) plan = compile_inputs(read, h.engine->offers());
  if (!read.found.items().empty()) std::fputs(read.found.text().c_str(), stderr);
  if (read.found.has_errors()) return make_error(errc::invalid_document, "there is nothing to observe");
  shipflow::shadow_options options;
  if (!given.script.empty()) options.script = given.script.front();
  return shipflow::shadow_of(std::move(plan), options);
}

}  // namespace

int observe(const arguments& given) {
  const auto most = longest(given);
  if (!most) return complain(most.error());
  interrupts signals;
  reporter out(given);
  shipflow::plan beside;
  const auto h = open_shadow_host(places_of(given), [&](const shipflow::engine_event& e) {
    using kind = shipflow::engine_event::kind;
    if (e.what_kind == kind::fact)
      for (const auto& d : decisions_of(beside, e.what)) out.show(d);
    if (e.what_kind == kind::trouble) out.trouble(std::string(e.body.at("text").as_string()));
  });
  if (!h) return complain(h.error());
  auto compiled = shadow_plan(given, **h);
  if (!compiled) return complain(compiled.error());
  beside = std::move(*compiled);
  const auto theirs = given.script.empty() ? nullptr : std::make_shared<script>(given.script);
  if (theirs)
    if (auto added = (*h)->engine->add(theirs); !added) return complain(added.error());
  signals.watch((*h)->loop);
  const auto run = (*h)->engine->start(beside, {speaker(given).principal, {}, "observed", ""});
  if (!run) return complain(run.error());
  span watching(**h, *run, theirs, *most);
  (*h)->loop.run_until([&] { return watching.over(); });
  (*h)->engine->stop();
  const auto state = (*h)->engine->look(*run);
  if (!state) return complain(state.error());
  if (theirs) theirs->wait();
  const bool decided = is_terminal(state->phase) || !state->parked.empty();
  const int code = theirs ? theirs->exit_code() : decided ? exit_code(*state) : 0;
  out.end(conclusion(*state), code);
  return code;
}

}  // namespace program
