#include "drive.hpp"

#include "commands.hpp"
#include "hearing.hpp"
#include "interrupts.hpp"

#include <cstdio>
#include <set>
#include <unistd.h>

namespace program {
namespace {

namespace json = shipflow::json;

// Runs that are parked, from their facts.
class parked_runs {
 public:
  explicit parked_runs(std::string said) : said_(std::move(said)) {}
  void see(const shipflow::engine_event& e) {
    if (e.what_kind == shipflow::engine_event::kind::fact)
      if (const auto answer = heard_in(e.what, said_); answer && answer->refused) refused_ = answer;
    if (e.what_kind == shipflow::engine_event::kind::lost) lost_.insert(e.run);
    if (e.what_kind != shipflow::engine_event::kind::fact || e.what.kind != shipflow::fact_kind::state)
      return;
    if (e.what.body.contains("parked")) parked_.insert(e.run);
    if (e.what.body.contains("unparked")) parked_.erase(e.run);
  }
  /// Why what this command said was refused.
  [[nodiscard]] const std::optional<heard>& refused() const { return refused_; }
  [[nodiscard]] bool has(const std::string& run) const {
    return parked_.contains(run) || lost_.contains(run);
  }

 private:
  std::string said_;
  std::optional<heard> refused_;
  std::set<std::string> parked_, lost_;
};

view_kind kind_of(const arguments& given) {
  if (given.has("--json")) return view_kind::json;
  return ::isatty(STDOUT_FILENO) != 0 && !given.has("--plain") ? view_kind::live : view_kind::plain;
}

// A channel that is down or wrong fails no release, and is not passed over in silence either.
void tell_untold(host& h, const std::string& run) {
  const auto all = h.store->read_messages(run);
  if (!all) return;
  std::size_t waiting = 0;
  std::size_t given_up = 0;
  for (const auto& m : *all) {
    if (m.status == shipflow::message_status::given_up) ++given_up;
    if (m.status == shipflow::message_status::waiting) ++waiting;
  }
  if (given_up > 0)
    std::fprintf(stderr, "shipflow: %zu of %zu messages reached nobody; see shipflow status %s\n", given_up,
                 all->size(), run.c_str());
  if (waiting > 0)
    std::fprintf(stderr, "shipflow: %zu of %zu messages are not delivered yet; shipflow resume goes on\n",
                 waiting, all->size());
}

int report(const arguments& given, host& h, const std::string& run) {
  const auto state = h.engine->look(run);
  if (!state) return complain(state.error());
  const bool over = is_terminal(state->phase) || !state->parked.empty();
  if (given.has("--json"))
    std::printf("%s\n", json::serialize(json::object{{"event", "end"},
                                                     {"run", run},
                                                     {"text", last_line(*state)},
                                                     {"exit", exit_code(*state)}})
                            .c_str());
  else
    std::printf("%s\n", last_line(*state).c_str());
  tell_untold(h, run);
  if (!over) std::fprintf(stderr, "shipflow: interrupted; go on with: shipflow resume\n");
  return exit_code(*state);
}

// A pause before the next attempt, or until a late call can do no harm, is no reason to leave.
bool due_soon(host& h) {
  constexpr shipflow::duration soon{600'000};
  const auto next = h.store->next_due();
  return next && *next && shipflow::from_ms(**next) <= h.loop.now() + soon;
}

// A reaction that was called when the run was held is let come to its end: people count on it.
bool reacts(host& h, const std::string& run) {
  const auto state = h.engine->look(run);
  if (!state) return false;
  for (std::size_t i = 0; i < state->steps.size(); ++i)
    if (state->what->steps[i].on_call && !is_over(state->steps[i].status)) return true;
  return false;
}

// People are told before the program leaves, if their channels answer soon; the next one on this store goes on.
void tell_people(host& h) {
  constexpr shipflow::duration patience{10'000};
  bool over = false;
  h.loop.call_after(patience, [&] { over = true; });
  h.loop.run_until([&] { return over || h.engine->unsent() == 0; });
}

}  // namespace

int drive(const arguments& given, const std::function<shipflow::result<std::string>(host&)>& begin) {
  interrupts signals;
  const auto picture = make_view(kind_of(given));
  parked_runs parked(given.get("--id"));
  std::string followed;
  auto h = open_host(places_of(given), [&](const shipflow::engine_event& e) {
    parked.see(e);
    if (followed.empty() || e.run == followed || e.run.empty()) picture->show(e);
  });
  if (!h) return complain(h.error());
  signals.watch((*h)->loop);
  // Others' runs that wait here go on too: this process owns the store now.
  if (auto resumed = (*h)->engine->resume(); !resumed) return complain(resumed.error());
  const auto run = begin(**h);
  if (!run) return complain(run.error());
  followed = *run;
  if (!given.has("--json")) std::printf("run %s\n", run->c_str());
  // A run that was parked before is judged by what this command changes.
  (*h)->loop.run_until([&] {
    return (*h)->engine->ended(*run) || parked.refused() || (parked.has(*run) && !reacts(**h, *run));
  });
  if ((*h)->engine->ended(*run) || parked.has(*run)) tell_people(**h);
  picture->finish();
  (*h)->engine->stop();
  if (parked.refused()) return complain(refusal(given.command, *parked.refused()));
  return report(given, **h, *run);
}

int drive_all(const arguments& given) {
  interrupts signals;
  const auto picture = make_view(kind_of(given));
  auto h = open_host(places_of(given), [&](const shipflow::engine_event& e) { picture->show(e); });
  if (!h) return complain(h.error());
  signals.watch((*h)->loop);
  const auto resumed = (*h)->engine->resume();
  if (!resumed) return complain(resumed.error());
  // Ends when no run is held or soon due: what is left waits for people or for a time of day.
  (*h)->loop.run_until(
      [&] { return (*h)->engine->loaded() == 0 && !due_soon(**h) && (*h)->engine->unsent() == 0; });
  picture->finish();
  (*h)->engine->stop();
  shipflow::run_filter open;
  open.terminal = false;
  const auto left = (*h)->store->list_runs(open);
  if (!left) return complain(left.error());
  for (const auto& row : *left)
    std::printf("%s: %s %s to %s%s%s\n", std::string(name_of(row.status)).c_str(), row.plan.c_str(),
                row.version.c_str(), row.environment.c_str(), row.reason.empty() ? "" : ": ",
                row.reason.c_str());
  return 0;
}

}  // namespace program
