// Moving traffic: check what is routed to, check that nobody else moved it, set, read back.
#include "provider/local/actions.hpp"
#include "provider/local/ground.hpp"

#include <algorithm>

namespace shipflow::local {
namespace {

constexpr duration look_again{200};

struct transfer {
  per_colour<int> share;
  colour to = colour::blue;
  std::string effect;
  std::int64_t begun = 0;
  bool back = false;  ///< an undo
};

json::value handle_of(const transfer& m) {
  return json::object{{"share", to_json(m.share)},
                      {"colour", name_of(m.to)},
                      {"effect", m.effect},
                      {"begun", m.begun},
                      {"undo", m.back}};
}

result<transfer> move_from(const json::value& handle) {
  const auto* o = handle.if_object();
  if (o == nullptr) return make_error(errc::invalid_argument, "a handle of shift is a mapping");
  fields f(*o, "handle of shift");
  const auto share = f.object("share");
  fields s(share, "handle of shift");
  transfer m;
  for (const auto in : both_colours) m.share[in] = static_cast<int>(s.integer(name_of(in), 0, 0, 100));
  f.adopt(s);
  m.to = colour_from(f.text("colour")).value_or(colour::blue);
  m.effect = f.text("effect");
  m.begun = f.integer("begun", 0, 0, INT64_MAX);
  const auto* undo = o->if_contains("undo");
  m.back = undo != nullptr && undo->is_bool() && undo->get_bool();
  if (!f.good()) return f.problem();
  return m;
}

result<transfer> plan_move(const job& j) {
  fields in(j.q.inputs, j.c.name + ": inputs of shift");
  in.require("weight");
  const auto weight = static_cast<int>(in.integer("weight", 0, 0, 100));
  if (!in.good()) return in.problem();
  const auto to = colour_to_shift(j);
  if (!to) return to.error();
  transfer m;
  m.to = *to;
  m.share[*to] = weight;
  m.share[other(*to)] = 100 - weight;
  // On a first release there is no other fleet; the rest of the traffic stays unrouted.
  const auto& rest = j.c.book.fleets[other(*to)];
  if (!rest && weight < 100 && weight > 0)
    return make_error(errc::invalid_argument,
                      j.c.name +
                          ": there is only one fleet, so it gets 0 or 100 percent of the traffic, not " +
                          std::to_string(weight));
  if (!rest) m.share[other(*to)] = 0;
  m.effect = j.q.effect_key;
  m.begun = j.c.on->now_ms();
  return m;
}

json::object outputs_of(const job& j, const transfer& m) {
  const auto& to = j.c.book.fleets[m.to];
  return {{"colour", name_of(m.to)},
          {"version", to ? to->version : std::string{}},
          {"weights", to_json(m.share)}};
}

/// What is missing before traffic may go where it shall; empty when all is well.
std::string missing_for(const job& j, const transfer& m, const view& v) {
  for (const auto in : both_colours) {
    if (m.share[in] == 0) continue;
    const auto& there = j.c.book.fleets[in];
    const std::string name(name_of(in));
    if (!there) return "there is no " + name + " fleet";
    const auto& before = j.base.fleets[in];
    if (m.back && before && before->recipe != there->recipe)
      return name + " should run version " + before->version + " and runs " + there->version;
    int ready = 0;
    std::string ill;
    for (const auto& i : j.c.book.instances) {
      if (i.in != in || i.at != stage::serving) continue;
      const auto* server = v.find(i.id);
      if (v.ready(i.id))
        ++ready;
      else
        ill += ", " + i.id + " is " + (server == nullptr ? "not in HAProxy" : server->health);
    }
    const int needed = std::max(1, (there->wanted * j.c.bound.enough + 99) / 100);
    if (ready < needed)
      return "version " + there->version + " (" + name + ") has " + std::to_string(ready) + " of " +
             std::to_string(needed) + " instances ready" + ill;
  }
  return {};
}

/// Somebody else's hand: neither what this run set or found, nor the middle of this very effect.
bool touched(const job& j, const transfer& m, const per_colour<int>& observed) {
  const auto& last = j.c.book.traffic;
  if (last.effect == m.effect && !m.effect.empty()) return false;
  const bool ours = !j.q.run.empty() && last.run == j.q.run;
  return observed != (ours ? last.share : j.base.weights);
}

answer conflict_of(const job& j, const per_colour<int>& observed) {
  const bool ours = !j.q.run.empty() && j.c.book.traffic.run == j.q.run;
  const auto expected = ours ? j.c.book.traffic.share : j.base.weights;
  return answer::conflict(j.c.name + ": somebody else changed the weights: expected " + text_of(expected) +
                              ", found " + text_of(observed),
                          json::object{{"expected", to_json(expected)}, {"found", to_json(observed)}});
}

answer set(job& j, const transfer& m, const per_colour<int>& observed) {
  auto& traffic = j.c.book.traffic;
  traffic = {m.share, j.q.run, m.effect, observed};
  if (auto saved = j.c.save(); !saved) return answer::failed(saved.error());
  if (auto done = j.c.on->set_weights(j.c); !done) {
    if (done.error().retryable()) return answer::started(handle_of(m), look_again);
    return answer::failed(done.error());
  }
  const auto after = j.c.on->look(j.c);
  if (!after) return answer::started(handle_of(m), look_again);
  const auto now = observed_share(*after);
  if (now == m.share) return answer::done(outputs_of(j, m));
  return conflict_of(j, now);
}

/// Not yet: `started` from apply and undo, `progress` from settle.
answer not_yet(const job& j, const transfer& m, std::string why) {
  if (j.c.on->now_ms() - m.begun > j.c.bound.within.count())
    return answer::failed(make_error(errc::failed, j.c.name + ": traffic cannot be shifted: " + why));
  if (j.q.what == verb::settle) return answer::in_progress(-1, std::move(why), look_again);
  return answer::started(handle_of(m), look_again);
}

answer attempt(job& j, const transfer& m) {
  const auto there = balancer_presence(j.c);
  if (!there) return answer::failed(there.error());
  const bool nothing = m.share == per_colour<int>{};
  if (*there == presence::absent && nothing) return answer::done(outputs_of(j, m));
  if (*there == presence::absent)
    return answer::failed(
        make_error(errc::failed, j.c.name + ": there is no load balancer; launch a fleet first"));
  if (*there == presence::down)
    if (auto started = j.c.on->start_balancer(j.c); !started) return answer::failed(started.error());
  const auto seen = j.c.on->try_balancer(j.c, m.begun);
  if (!seen) return answer::failed(seen.error());
  if (!*seen) return not_yet(j, m, "HAProxy comes up");
  const auto observed = observed_share(**seen);
  if (observed != m.share && touched(j, m, observed)) return conflict_of(j, observed);
  if (const auto why = missing_for(j, m, **seen); !why.empty()) return not_yet(j, m, why);
  return set(j, m, observed);
}

transfer way_back(const job& j) {
  transfer m;
  m.share = j.base.weights;
  m.to = j.base.live.value_or(colour::blue);
  m.effect = j.q.effect_key + "/undo";
  m.begun = j.c.on->now_ms();
  m.back = true;
  return m;
}

answer undo(job& j) { return attempt(j, way_back(j)); }

/// A fleet that this run retired is launched again before traffic goes back to it.
bool comes_back(const job& j, colour in) {
  const auto& before = j.base.fleets[in];
  return !j.c.book.fleets[in] && before && !j.q.run.empty() && j.c.book.retired_by == j.q.run &&
         j.c.read_recipe(before->recipe).has_value();
}

/// The same checks as undo makes, and nothing is touched.
answer ready(const job& j) {
  auto m = way_back(j);
  if (m.share == per_colour<int>{}) return answer::done();
  const auto there = balancer_presence(j.c);
  if (!there) return answer::failed(there.error());
  if (*there != presence::running)
    return answer::failed(make_error(errc::failed, j.c.name + ": HAProxy is not running"));
  const auto seen = j.c.on->look(j.c);
  if (!seen) return answer::failed(seen.error());
  const auto observed = observed_share(*seen);
  if (touched(j, m, observed)) return conflict_of(j, observed);
  for (const auto in : both_colours)
    if (comes_back(j, in)) m.share[in] = 0;
  if (const auto why = missing_for(j, m, *seen); !why.empty())
    return answer::failed(make_error(errc::failed, j.c.name + ": " + why));
  return answer::done();
}

answer resolve(job& j) {
  const auto& last = j.c.book.traffic;
  const bool ours = last.effect == j.q.effect_key || last.effect == j.q.effect_key + "/undo";
  if (!ours) return answer::not_applied();
  const auto now = observe(j.c);
  if (!now) return answer::unknown(now.error().message);
  // Half of it, or the new HAProxy does not have it yet: it may simply be done again.
  if (now->weights != last.share) return answer::not_applied();
  transfer m;
  m.share = last.share;
  const auto to = colour_to_shift(j);
  m.to = to ? *to : colour::blue;
  return answer::done(outputs_of(j, m));
}

}  // namespace

answer shift(job& j) {
  if (j.q.what == verb::undo) return undo(j);
  if (j.q.what == verb::ready) return ready(j);
  if (j.q.what == verb::resolve) return resolve(j);
  if (j.q.what == verb::settle) {
    const auto m = move_from(j.q.handle);
    return m ? attempt(j, *m) : answer::failed(m.error());
  }
  const auto m = plan_move(j);
  return m ? attempt(j, *m) : answer::failed(m.error());
}

}  // namespace shipflow::local
