// What people say to a run: through the socket of the engine that owns it, or, when none lives,
// with an engine of our own that then carries the run on.
#include "commands.hpp"
#include "drive.hpp"
#include "hearing.hpp"

#include <cstdio>

namespace program {
namespace {

namespace json = shipflow::json;
using shipflow::errc;
using shipflow::result;

json::object body_of(const arguments& given) {
  json::object body;
  if (given.words.size() > 1) body["step"] = given.words[1];
  if (given.words.size() > 2) body["item"] = given.words[2];
  if (given.has("--reason")) body["reason"] = given.get("--reason");
  if (const auto at = shipflow::parse_time(given.get("--at")); at) body["at"] = shipflow::to_ms(*at);
  if (given.has("--component")) body["component"] = given.get("--component");
  return body;
}

// The newest thing the run answered to this signal: counted, done or refused.
std::string meaning(const json::object& summary_after) {
  const auto* phase = summary_after.if_contains("phase");
  const auto* parked = summary_after.if_contains("parked");
  std::string out = phase == nullptr ? "" : std::string(phase->get_string());
  if (parked != nullptr && parked->is_string() && !parked->get_string().empty())
    out = "parked: " + std::string(parked->get_string());
  return out;
}

// From the engine, or, when it left with the run's end, from the store.
std::string standing(const places& at, const std::string& run) {
  const auto live = shipflow::control_call(at.socket, {{"op", "look"}, {"run", run}});
  if (live) return meaning(live->at("summary").as_object());
  const auto keep = shipflow::open_sqlite_store({.path = at.store, .vfs = "", .read_only = true});
  if (!keep) return "unknown";
  const auto state = shipflow::load_run(**keep, run);
  return state ? meaning(shipflow::summary(*state)) : "unknown";
}

// A start is moved and left alone again: its time may be far away.
int move_start(const arguments& given) {
  std::optional<heard> answer;
  auto h = open_host(places_of(given), [&](const shipflow::engine_event& e) {
    if (e.what_kind == shipflow::engine_event::kind::fact)
      if (auto found = heard_in(e.what, given.get("--id"))) answer = std::move(found);
  });
  if (!h) return complain(h.error());
  if (auto resumed = (*h)->engine->resume(); !resumed) return complain(resumed.error());
  const auto who = speaker(given);
  const auto& run = given.words.front();
  shipflow::said s{given.get("--id"), given.command, who.principal, who.groups, body_of(given)};
  if (auto done = (*h)->engine->say(run, s); !done) return complain(done.error());
  (*h)->loop.run_until([&] {
    const auto waiting = (*h)->store->unused_signals(run);
    return (!waiting || waiting->empty()) && (*h)->engine->loaded() == 0;
  });
  const auto state = (*h)->engine->look(run);
  if (!state) return complain(state.error());
  std::printf("%s\n", state->held.empty() ? last_line(*state).c_str() : state->held.c_str());
  return answer && answer->refused ? complain(refusal(given.command, *answer)) : 0;
}

}  // namespace

int say(const arguments& asked_for) {
  auto given = asked_for;
  if (given.has("--at"))
    if (const auto at = shipflow::parse_time(given.get("--at")); !at) return complain(at.error());
  const auto& run = given.words.front();
  // What was said under an id before was answered before.
  const auto begin = given.has("--id") ? result<std::int64_t>(0) : revision_of(places_of(given), run);
  if (!begin) return complain(begin.error());
  if (!given.has("--id")) given.options["--id"] = new_signal_id();
  json::object asked{{"op", "say"}, {"run", run}, {"name", given.command}, {"body", body_of(given)}};
  if (given.has("--as")) asked["as"] = given.get("--as");
  asked["id"] = given.get("--id");
  const auto at = places_of(given);
  const auto said = shipflow::control_call(at.socket, asked);
  if (said) {
    const auto answer = hear(at, run, given.get("--id"), *begin);
    if (!answer) return complain(answer.error());
    if (*answer && (*answer)->refused) return complain(refusal(given.command, **answer));
    std::printf("%s said to %s; it is %s%s\n", given.command.c_str(), run.c_str(), standing(at, run).c_str(),
                *answer ? "" : " and has not answered yet");
    return 0;
  }
  if (said.error().code != errc::unavailable) return complain(said.error());
  if (given.command == "schedule") return move_start(given);
  return drive(given, [&](host& h) -> result<std::string> {
    const auto who = speaker(given);
    shipflow::said s{given.get("--id"), given.command, who.principal, who.groups, body_of(given)};
    if (auto done = h.engine->say(run, s); !done) return done.error();
    return run;
  });
}

}  // namespace program
