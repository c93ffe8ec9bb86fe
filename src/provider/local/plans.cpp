// What each action wants the fleets to become.
#include "provider/local/actions.hpp"
#include "provider/local/ground.hpp"

#include <algorithm>
#include <charconv>

namespace shipflow::local {
namespace {

work new_work(const job& j) {
  work w;
  w.action = j.q.action;
  w.begun = j.c.on->now_ms();
  w.drain = j.c.bound.drain;
  return w;
}

json::object outputs_of(colour in, const fleet& f) {
  return {{"colour", name_of(in)}, {"version", f.version}, {"instances", f.wanted}};
}

/// The fleet the inputs ask for. Its recipe is on disk afterwards.
result<fleet> wanted_fleet(job& j, fields& in) {
  fleet f;
  f.version = in.scalar("version");
  f.image = in.text("image");
  f.wanted = static_cast<int>(in.integer("instances", j.c.bound.instances, 1, most_instances));
  if (f.version.empty()) in.fail("version", "is missing");
  if (!in.good()) return in.problem();
  for (const auto& [input, value] : {std::pair{"version", f.version}, std::pair{"image", f.image}})
    if (auto safe = check_secrets(input, value, j.q.secrets); !safe)
      return make_error(safe.error().code, j.c.name + ": " + safe.error().message);
  const auto made = make_recipe(j.c.bound, f.version, f.image);
  f.recipe = made.digest();
  if (auto kept = j.c.keep_recipe(made); !kept) return kept.error();
  return f;
}

/// "2", 2 or "25%" of `whole`, rounded up.
int read_batch(fields& in, int whole) {
  auto text = in.scalar("batch", "1");
  const bool percent = !text.empty() && text.back() == '%';
  if (percent) text.pop_back();
  int number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool fits = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size() && number >= 1 &&
                    number <= (percent ? 100 : 500);
  if (!fits) in.fail("batch", "must be a number of instances from 1 to 500 or a percentage such as \"25%\"");
  return percent ? std::max(1, (whole * number + 99) / 100) : number;
}

error both_routed(const job& j, const picture& now) {
  return make_error(errc::conflict, j.c.name + ": both fleets get traffic (" + text_of(now.weights) +
                                        "); shift it to one of them first");
}

bool split_open(const picture& now) {
  return now.weights[colour::blue] > 0 && now.weights[colour::green] > 0;
}

error still_routed(const job& j, colour in, const picture& now) {
  return make_error(errc::conflict, j.c.name + ": " + std::string(name_of(in)) + " still gets traffic (" +
                                        text_of(now.weights) + "); shift it away first");
}

/// Nothing was there: nothing is to be left.
void leave_nothing(work& w) {
  for (const auto in : both_colours) w.goals[in].emplace(std::nullopt);
  w.stop_balancer = true;
}

/// A recipe that is gone is better known before anything is ended.
result<void> check_recipe(const job& j, const std::optional<fleet>& goal) {
  if (!goal) return {};
  auto found = j.c.read_recipe(goal->recipe);
  if (!found) return found.error();
  return {};
}

}  // namespace

answer ready_to_undo(const job& j) {
  if (j.q.action == "launch" || j.q.action == "scale") return answer::done();
  for (const auto in : both_colours)
    if (auto there = check_recipe(j, j.base.fleets[in]); !there) {
      auto why = there.error();
      why.code = errc::failed;  // a recipe that is gone does not come back
      return answer::failed(std::move(why));
    }
  return answer::done();
}

result<work> plan_launch(job& j) {
  fields in(j.q.inputs, j.c.name + ": inputs of launch");
  const auto where = colour_to_launch(j);
  if (!where) return where.error();
  const auto now = observe(j.c);
  if (!now) return now.error();
  if (split_open(*now)) return both_routed(j, *now);
  if (now->live != j.base.live || now->weights[*where] > 0)
    return make_error(errc::conflict, j.c.name + ": when the release began the weights were " +
                                          text_of(j.base.weights) + ", now they are " +
                                          text_of(now->weights));
  auto f = wanted_fleet(j, in);
  if (!f) return f.error();
  auto w = new_work(j);
  w.goals[*where] = *f;
  if (!now->live) w.goals[other(*where)].emplace(std::nullopt);  // what a failed first release left
  w.outputs = outputs_of(*where, *f);
  j.c.book.launched_by = j.q.run;
  j.c.book.launched = *where;
  return w;
}

result<work> plan_launch_undo(job& j) {
  const auto where = colour_to_launch(j);
  if (!where) return where.error();
  auto w = new_work(j);
  if (const auto there = balancer_presence(j.c); there && *there == presence::running) {
    const auto now = observe(j.c);
    if (now && now->weights[*where] > 0) return still_routed(j, *where, *now);
  }
  if (j.base.nothing()) {
    leave_nothing(w);
    return w;
  }
  for (const auto in : both_colours) {
    if (in != *where && j.base.live) continue;
    if (auto there = check_recipe(j, j.base.fleets[in]); !there) return there.error();
    w.goals[in] = j.base.fleets[in];
  }
  return w;
}

result<work> plan_retire(job& j) {
  fields in(j.q.inputs, j.c.name + ": inputs of retire");
  const auto where = colour_to_retire(j);
  if (!where) return where.error();
  const auto now = observe(j.c);
  if (!now) return now.error();
  if (now->weights[*where] > 0) return still_routed(j, *where, *now);
  auto w = new_work(j);
  w.drain = in.span("drain", w.drain, duration{0}, duration{3'600'000});
  if (!in.good()) return in.problem();
  w.goals[*where].emplace(std::nullopt);
  w.outputs = outputs_of(*where, j.base.fleets[*where].value_or(fleet{}));
  j.c.book.retired_by = j.q.run;
  return w;
}

result<work> plan_retire_undo(job& j) {
  const auto where = colour_to_retire(j);
  if (!where) return where.error();
  auto w = new_work(j);
  if (!j.base.fleets[*where]) return w;
  if (auto there = check_recipe(j, j.base.fleets[*where]); !there) return there.error();
  w.goals[*where] = j.base.fleets[*where];
  return w;
}

result<work> plan_replace(job& j) {
  fields in(j.q.inputs, j.c.name + ": inputs of replace");
  const auto now = observe(j.c);
  if (!now) return now.error();
  if (split_open(*now)) return both_routed(j, *now);
  auto f = wanted_fleet(j, in);
  if (!f) return f.error();
  const auto where = colour_in_place(j);
  auto w = new_work(j);
  w.routed = true;
  w.batch = read_batch(in, f->wanted);
  w.drain = in.span("drain", w.drain, duration{0}, duration{3'600'000});
  if (!in.good()) return in.problem();
  if (!now->live) w.claims = where;
  if (!now->live) w.batch = 0;
  w.goals[where] = *f;
  w.outputs = outputs_of(where, *f);
  return w;
}

result<work> plan_replace_undo(job& j) {
  fields in(j.q.inputs, j.c.name + ": inputs of replace");
  auto w = new_work(j);
  const auto where = colour_in_place(j);
  const auto& before = j.base.fleets[where];
  if (!j.base.live) j.c.book.traffic.share = {};
  if (j.base.nothing()) {
    leave_nothing(w);
    return w;
  }
  if (auto there = check_recipe(j, before); !there) return there.error();
  w.routed = j.base.live.has_value();
  if (before) w.batch = read_batch(in, before->wanted);
  w.goals[where] = before;
  return w;
}

result<work> plan_scale(job& j) {
  fields in(j.q.inputs, j.c.name + ": inputs of scale");
  const auto& live = j.base.live;
  if (!live || !j.base.fleets[*live])
    return make_error(errc::failed, j.c.name + ": nothing is live, so there is nothing to scale");
  auto f = *j.base.fleets[*live];
  in.require("instances");
  f.wanted = static_cast<int>(in.integer("instances", 1, 1, most_instances));
  if (!in.good()) return in.problem();
  auto w = new_work(j);
  w.routed = true;
  w.goals[*live] = f;
  w.outputs = outputs_of(*live, f);
  return w;
}

result<work> plan_scale_undo(job& j) {
  auto w = new_work(j);
  w.routed = true;
  if (j.base.live) w.goals[*j.base.live] = j.base.fleets[*j.base.live];
  return w;
}

result<work> plan_stop(job& j) {
  auto w = new_work(j);
  j.c.book.traffic.share = {};
  leave_nothing(w);
  return w;
}

result<work> plan_nothing(job& j) { return new_work(j); }

}  // namespace shipflow::local
