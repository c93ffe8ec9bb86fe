// Which colour an action means.
#include "provider/local/actions.hpp"

namespace shipflow::local {
namespace {

error unknown_colour(const job& j, const std::string& text, std::string_view known) {
  return make_error(errc::invalid_argument, j.c.name + ": inputs of " + j.q.action + ": colour \"" + text +
                                                "\" is not known, known are " + std::string(known));
}

bool launched_here(const job& j) { return !j.q.run.empty() && j.c.book.launched_by == j.q.run; }

/// Without a live colour the one that has a fleet; blue when neither or both have.
colour first_fleet(const picture& p) {
  return !p.fleets[colour::blue] && p.fleets[colour::green] ? colour::green : colour::blue;
}

}  // namespace

result<colour> colour_to_launch(const job& j) {
  fields in(j.q.inputs, j.c.name + ": inputs of launch");
  const auto text = in.text("colour", "next");
  if (!in.good()) return in.problem();
  const auto next = j.base.live ? other(*j.base.live) : colour::blue;
  if (text == "next") return next;
  const auto named = colour_from(text);
  if (!named) return unknown_colour(j, text, "next, blue and green");
  if (j.base.live == named)
    return make_error(errc::conflict,
                      j.c.name + ": " + text + " is live; launch the other colour or replace it");
  return *named;
}

result<colour> colour_to_shift(const job& j) {
  fields in(j.q.inputs, j.c.name + ": inputs of shift");
  const auto text = in.text("colour", "new");
  if (!in.good()) return in.problem();
  const auto by_baseline = j.base.live ? other(*j.base.live) : first_fleet(j.base);
  const auto fresh = launched_here(j) ? j.c.book.launched : by_baseline;
  if (text == "new") return fresh;
  if (text == "old") return other(fresh);
  if (const auto named = colour_from(text)) return *named;
  return unknown_colour(j, text, "new, old, blue and green");
}

result<colour> colour_to_retire(const job& j) {
  fields in(j.q.inputs, j.c.name + ": inputs of retire");
  const auto text = in.text("colour", "old");
  if (!in.good()) return in.problem();
  if (const auto named = colour_from(text)) return *named;
  if (text != "old") return unknown_colour(j, text, "old, blue and green");
  if (launched_here(j)) return other(j.c.book.launched);
  if (j.base.live) return other(*j.base.live);
  return make_error(errc::failed,
                    j.c.name + ": nothing is live, so it is not known what is old; name a colour");
}

colour colour_in_place(const job& j) { return j.base.live.value_or(first_fleet(j.base)); }

}  // namespace shipflow::local
