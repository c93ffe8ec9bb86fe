// Moving traffic: check who gets it, check that nobody else moved it, note, set, read back.
#include "base/members.hpp"
#include "provider/ecs/actions.hpp"

#include <algorithm>

namespace shipflow::ecs {
namespace {

constexpr duration soon{1'000};
constexpr duration patience{60'000};

struct transfer {
  per_colour<int> share;
  colour to = colour::blue;
  time_point begun{};
  bool back = false;        ///< an undo
  per_colour<int> found{};  ///< when the baseline was taken
};

std::string text_of(const per_colour<int>& v) {
  return "blue " + std::to_string(v[colour::blue]) + ", green " + std::to_string(v[colour::green]);
}

json::object handle_of(const transfer& m) {
  return {{"weights", weights_json(m.share)},
          {"colour", name_of(m.to)},
          {"begun", to_ms(m.begun)},
          {"undo", m.back},
          {"found", weights_json(m.found)}};
}

result<transfer> transfer_from(const json::value& handle) {
  const auto& o = members::as_object(handle);
  const auto to = colour_from(members::text(o, "colour"));
  if (!to) return make_error(errc::invalid_argument, "the handle is not one of a shift");
  transfer m;
  m.to = *to;
  for (const auto c : both_colours) {
    m.share[c] = static_cast<int>(members::whole(members::object(o, "weights"), name_of(c)));
    m.found[c] = static_cast<int>(members::whole(members::object(o, "found"), name_of(c)));
  }
  m.begun = from_ms(members::whole(o, "begun"));
  m.back = members::truth(o, "undo");
  return m;
}

std::string effect_of(const session& s, bool back) {
  return short_id(s.q.effect_key + (back ? "/undo" : ""));
}

/// The note of this run, when the last hand was its.
std::optional<note> own_note(const session& s, const view& v) {
  auto n = note_from(v.traffic.memory);
  if (n && n->run != short_id(s.q.run)) n.reset();
  return n;
}

colour raised(const note& n) {
  return n.set[colour::green] >= n.was[colour::green] ? colour::green : colour::blue;
}

/// "new" stays the same colour all through a run, also when it has half of the traffic already.
result<colour> colour_to_shift(const session& s, const view& v, const picture& base) {
  const auto named = members::text(s.q.inputs, "colour");
  if (const auto c = colour_from(named)) return *c;
  if (!named.empty() && named != "new" && named != "old")
    return make_error(errc::invalid_argument, s.q.component + ": colour must be new, old, blue or green");
  const auto n = own_note(s, v);
  const auto live = base.live.value_or(colour::green);
  const auto fresh = n ? raised(*n) : other(live);
  return named == "old" ? other(fresh) : fresh;
}

json::object outputs_of(const view& v, const transfer& m) {
  const auto& f = v.seen.fleets[m.to];
  return {{"colour", name_of(m.to)},
          {"version", f ? f->version : std::string{}},
          {"weights", weights_json(m.share)}};
}

/// Somebody else's hand: neither what this run set or was about to, nor what it found.
bool touched(const session& s, const view& v, const picture& base) {
  const auto& now = v.seen.weights;
  if (const auto n = own_note(s, v)) return now != n->set && now != n->was;
  return now != base.weights;
}

answer conflict_of(const session& s, const view& v, const picture& base) {
  const auto n = own_note(s, v);
  const auto expected = n ? n->set : base.weights;
  return answer::conflict(
      s.q.component + ": somebody else changed the weights: expected " + text_of(expected) + ", found " +
          text_of(v.seen.weights),
      json::object{{"expected", weights_json(expected)}, {"found", weights_json(v.seen.weights)}});
}

/// What is missing before traffic may go there; empty when all is well.
got<std::string> missing_for(session& s, const view& v, const per_colour<int>& share, const picture* base) {
  for (const auto c : both_colours) {
    const auto& f = v.seen.fleets[c];
    if (share[c] == 0 || !f) continue;
    // This run retired it, and its undo brings it back first.
    if (base != nullptr && f->desired == 0 && base->fleets[c] && base->fleets[c]->desired > 0) continue;
    const auto h = read_health(s, v.groups[c]);
    if (!h) return h.error();
    const int needed = std::max(1, (f->desired * s.bound.enough + 99) / 100);
    if (h->healthy < needed)
      return "version " + f->version + " (" + std::string(name_of(c)) + ") has " +
             std::to_string(h->healthy) + " of " + std::to_string(needed) + " healthy targets" +
             (h->states.empty() ? "" : ", " + h->states);
  }
  return std::string{};
}

answer set(session& s, const view& v, const transfer& m) {
  const auto actions = with_weights(v.traffic.actions, v.groups, m.share);
  if (!actions) return answer::conflict(s.q.component + ": " + actions.error().message);
  const note n{short_id(s.q.run), effect_of(s, m.back), m.share, v.seen.weights};
  if (const auto noted = write_note(s, n); !noted) return noted.error();
  const auto done = write_actions(s, *actions);
  if (!done) return done.error();
  const auto after = look_around(s);
  if (!after) return answer::started(handle_of(m), soon);
  if (after->seen.weights == m.share) return answer::done(outputs_of(*after, m));
  // An old read is told from another hand by looking again.
  return answer::started(handle_of(m), soon);
}

answer attempt(session& s, const transfer& m, const picture& base) {
  const auto v = look_around(s);
  if (!v) return v.error();
  if (v->seen.weights == m.share) return answer::done(outputs_of(*v, m));
  if (touched(s, *v, base)) return conflict_of(s, *v, base);
  const auto why = missing_for(s, *v, m.share, nullptr);
  if (!why) return why.error();
  if (why->empty()) return set(s, *v, m);
  if (s.on.now() - m.begun > patience)
    return s.refuse(errc::failed, "traffic cannot be shifted: " + *why, evidence_of(s, s.bound.at[m.to]));
  if (s.q.what == verb::settle) return answer::in_progress(-1, *why, soon);
  return answer::started(handle_of(m), soon);
}

answer apply(session& s, const picture& base) {
  const auto weight = members::whole(s.q.inputs, "weight", -1);
  if (weight < 0 || weight > 100)
    return s.refuse(errc::invalid_argument, "weight must be a whole number from 0 to 100");
  const auto v = look_around(s);
  if (!v) return v.error();
  const auto to = colour_to_shift(s, *v, base);
  if (!to) return answer::failed(to.error());
  transfer m;
  m.to = *to;
  m.share[*to] = static_cast<int>(weight);
  m.share[other(*to)] = 100 - m.share[*to];
  m.begun = s.on.now();
  m.found = base.weights;
  return attempt(s, m, base);
}

transfer way_back(session& s, const picture& base) {
  return {base.weights, base.live.value_or(colour::blue), s.on.now(), true, base.weights};
}

answer ready(session& s, const picture& base) {
  const auto v = look_around(s);
  if (!v) return v.error();
  if (v->seen.weights == base.weights) return answer::done();
  if (touched(s, *v, base)) return conflict_of(s, *v, base);
  const auto why = missing_for(s, *v, base.weights, &base);
  if (!why) return why.error();
  return why->empty() ? answer::done() : s.refuse(errc::failed, *why);
}

answer resolve(session& s) {
  const auto v = look_around(s);
  if (!v) return v.error();
  const auto n = note_from(v->traffic.memory);
  const bool ours = n && (n->effect == effect_of(s, false) || n->effect == effect_of(s, true));
  if (!ours || v->seen.weights != n->set) return answer::not_applied();
  transfer m;
  m.share = n->set;
  m.to = raised(*n);
  return answer::done(outputs_of(*v, m));
}

}  // namespace

json::object weights_json(const per_colour<int>& share) {
  return {{"blue", share[colour::blue]}, {"green", share[colour::green]}};
}

answer shift(session& s, const picture& base) {
  if (s.bound.native) return native_shift(s, base);
  if (!s.bound.two || !s.bound.routed())
    return s.refuse(errc::invalid_argument,
                    "shift needs `blue_green` with `listener` or `rule` in the binding");
  if (s.q.what == verb::undo) return attempt(s, way_back(s, base), base);
  if (s.q.what == verb::ready) return ready(s, base);
  if (s.q.what == verb::resolve) return resolve(s);
  if (s.q.what != verb::settle) return apply(s, base);
  const auto m = transfer_from(s.q.handle);
  if (!m) return answer::failed(m.error());
  picture then;
  then.weights = m->found;
  return attempt(s, *m, then);
}

}  // namespace shipflow::ecs
