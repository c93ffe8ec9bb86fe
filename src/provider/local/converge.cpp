// One pass: look, take in what became ready, start what is missing, let go of what is too many.
#include "provider/local/ground.hpp"
#include "provider/local/instances.hpp"
#include "provider/local/work.hpp"

#include <algorithm>

namespace shipflow::local {
namespace {

constexpr int restarts_to_fail = 3;

class pass {
 public:
  pass(component& c, const work& w) : c_(c), w_(w), now_(c.on->now_ms()) {}

  result<progress> run() {
    auto seen = see();
    if (!seen) return seen.error();
    if (!*seen) return meanwhile();
    view_ = std::move(**seen);
    for (const auto step : {&pass::revive, &pass::register_servers, &pass::promote, &pass::find_failure,
                            &pass::let_go, &pass::start_missing, &pass::claim, &pass::part})
      if (auto done = (this->*step)(); !done) return done.error();
    return summary();
  }

 private:
  using list = std::vector<instance*>;

  /// Processes take longer to come up than HAProxy does, so they begin at once.
  result<progress> meanwhile() {
    if (auto started = start_missing(); !started) return started.error();
    return progress{false, -1, "HAProxy comes up"};
  }

  /// Without HAProxy there is nothing to see, which is right when it is to go away anyway.
  result<std::optional<view>> see() {
    if (!c_.book.balancer) return std::optional<view>(view{});
    auto seen = c_.on->try_balancer(c_, w_.begun);
    if (w_.stop_balancer && (!seen || !*seen)) return std::optional<view>(view{});
    return seen;
  }

  [[nodiscard]] bool concerns(const instance& i) const { return w_.goals[i.in].has_value(); }
  [[nodiscard]] bool matches(const instance& i) const {
    const auto& goal = *w_.goals[i.in];
    return goal && goal->recipe == i.recipe;
  }
  [[nodiscard]] static bool leaving(const instance& i) {
    return i.at == stage::draining || i.at == stage::ending;
  }
  void move(instance& i, stage to) {
    i.at = to;
    i.since = now_;
  }
  template <class Test>
  list select(Test test) {
    list chosen;
    for (auto& i : c_.book.instances)
      if (test(i)) chosen.push_back(&i);
    return chosen;
  }

  /// Processes that should be there and are not: never begun because of a crash, or lost with their keeper.
  result<void> revive() {
    if (w_.stop_balancer) return {};
    for (const auto& i : c_.book.instances) {
      if (leaving(i)) continue;
      const auto state = c_.on->look_at_instance(c_, i);
      if (!state) return state.error();
      if (state->what != process::phase::absent && state->what != process::phase::lost) continue;
      if (auto started = c_.on->start_instance(c_, i); !started) return started;
    }
    return {};
  }

  result<void> register_servers() {
    if (w_.stop_balancer || view_.incarnation.empty()) return {};
    return c_.on->reconcile_servers(c_, view_);
  }

  /// Ready ones become members of their fleet.
  result<void> promote() {
    const auto risen =
        select([&](const instance& i) { return i.at == stage::starting && view_.ready(i.id); });
    for (auto* i : risen) move(*i, stage::serving);
    return risen.empty() ? result<void>{} : publish();
  }

  /// HAProxy first: when it fails the book in memory is dropped, and the next pass does it again.
  result<void> publish() {
    if (!view_.incarnation.empty())
      if (auto set = c_.on->set_weights(c_); !set) return set;
    return c_.save();
  }

  /// An instance of the goal that will not become ready.
  result<void> find_failure() {
    for (const auto& i : c_.book.instances) {
      if (i.at != stage::starting || !concerns(i) || !matches(i)) continue;
      const auto state = c_.on->look_at_instance(c_, i);
      if (!state) return state.error();
      const bool over = state->what == process::phase::exited || state->restarts >= restarts_to_fail;
      const bool late = now_ - i.since > c_.bound.within.count();
      if (over || late) return never_ready(i, *state, late && !over);
    }
    return {};
  }

  error never_ready(const instance& i, const process::state& state, bool late) {
    const auto* server = view_.find(i.id);
    std::string text = c_.name + ": instance " + i.id + " of version " + i.version;
    text += late ? " was not ready within " + format_duration(c_.bound.within) : " does not stay up";
    text += ": " + describe(state);
    if (late && server != nullptr) text += ", " + server->health;
    if (const auto last = c_.on->last_lines(c_, &i, 1); !last.empty()) text += "; last line: " + last;
    return make_error(errc::failed, text);
  }

  /// Decides who leaves.
  result<void> let_go() {
    bool changed = false;
    for (const auto colour : both_colours) {
      if (!w_.goals[colour]) continue;
      for (auto* i : surplus(colour)) {
        move(*i, stage::draining);
        changed = true;
      }
    }
    return changed ? publish() : result<void>{};
  }

  list surplus(colour in) {
    const auto& goal = *w_.goals[in];
    auto good = select([&](const instance& i) { return i.in == in && !leaving(i) && matches(i); });
    auto bad = select([&](const instance& i) { return i.in == in && !leaving(i) && !matches(i); });
    if (!goal || !w_.routed) {
      trim(good, goal ? static_cast<std::size_t>(goal->wanted) : 0, bad);
      return bad;
    }
    // In service: who never served may go at once, the others only as far as enough remain.
    list go;
    const auto idle = [](const instance* i) { return i->at == stage::starting; };
    std::copy_if(bad.begin(), bad.end(), std::back_inserter(go), idle);
    std::erase_if(bad, idle);
    if (std::any_of(good.begin(), good.end(), idle)) return go;
    const auto have = good.size() + bad.size();
    const auto wanted = static_cast<std::size_t>(goal->wanted);
    auto excess = have > wanted ? have - wanted : 0;
    for (auto at = bad.begin(); at != bad.end() && excess > 0; ++at, --excess) go.push_back(*at);
    if (excess > 0) trim(good, good.size() - excess, go);
    return go;
  }

  /// The newest beyond `keep` go.
  static void trim(const list& from, std::size_t keep, list& go) {
    for (std::size_t n = keep; n < from.size(); ++n) go.push_back(from[n]);
  }

  result<void> start_missing() {
    for (const auto colour : both_colours) {
      if (!w_.goals[colour] || !*w_.goals[colour]) continue;
      for (int n = missing(colour); n > 0; --n)
        if (auto started = start_one(colour, **w_.goals[colour]); !started) return started;
    }
    return {};
  }

  int missing(colour in) {
    const auto& goal = **w_.goals[in];
    const auto good = select([&](const instance& i) { return i.in == in && !leaving(i) && matches(i); });
    const int lack = goal.wanted - static_cast<int>(good.size());
    if (lack <= 0 || !w_.routed || w_.batch == 0) return lack;
    const bool under_way = !select([&](const instance& i) {
                              return i.in == in && (leaving(i) || i.at == stage::starting);
                            }).empty();
    return under_way ? 0 : std::min(lack, w_.batch);
  }

  result<void> start_one(colour in, const fleet& goal) {
    const auto port = c_.on->free_port(c_.book);
    if (!port) return port.error();
    instance i;
    i.id = std::string(name_of(in)) + "-" + std::to_string(++c_.book.serial);
    i.in = in;
    i.version = goal.version;
    i.recipe = goal.recipe;
    i.port = *port;
    move(i, stage::starting);
    c_.book.instances.push_back(i);
    if (auto saved = c_.save(); !saved) return saved;
    auto started = c_.on->start_instance(c_, i);
    if (!started && started.error().code != errc::unknown_outcome) {
      c_.book.instances.pop_back();  // nothing runs: leave no trace
      if (auto saved = c_.save(); !saved) return saved;
    }
    return started;
  }

  /// A first release in place has no traffic to take over: it gets all of it when it is whole.
  result<void> claim() {
    if (!w_.claims || c_.book.traffic.share[*w_.claims] == 100 || !reached(*w_.claims)) return {};
    c_.book.traffic.before = c_.book.traffic.share;
    c_.book.traffic.share = {};
    c_.book.traffic.share[*w_.claims] = 100;
    return publish();
  }

  /// Moves those who leave one step on.
  result<void> part() {
    for (auto& i : c_.book.instances) {
      if (i.at == stage::draining) {
        const bool out_of_time = now_ - i.since >= w_.drain.count();
        auto out = c_.on->take_out(c_, view_, i, out_of_time ? patience::none : patience::until_idle);
        if (!out) return out.error();
        if (!*out) continue;
        move(i, stage::ending);
        if (auto saved = c_.save(); !saved) return saved;
      }
      if (i.at != stage::ending) continue;
      const auto over = c_.on->end_instance(c_, i);
      if (!over) return over.error();
      if (*over) i.port = 0;
    }
    const auto gone = std::erase_if(c_.book.instances, [](const instance& i) { return i.port == 0; });
    return gone > 0 ? c_.save() : result<void>{};
  }

  [[nodiscard]] int serving(colour in) {
    return static_cast<int>(
        select([&](const instance& i) { return i.in == in && i.at == stage::serving && matches(i); }).size());
  }
  [[nodiscard]] bool reached(colour in) {
    const auto& goal = *w_.goals[in];
    return serving(in) == (goal ? goal->wanted : 0);
  }

  result<progress> summary() {
    int wanted = 0, have = 0, remain = 0;
    bool all = true;
    for (const auto colour : both_colours) {
      if (!w_.goals[colour]) continue;
      const auto& goal = *w_.goals[colour];
      wanted += goal ? goal->wanted : 0;
      have += serving(colour);
      remain += static_cast<int>(
          select([&](const instance& i) { return i.in == colour && (leaving(i) || !matches(i)); }).size());
      all = all && reached(colour);
    }
    if (all && remain == 0) return finish();
    std::string text;
    if (wanted > 0) text = std::to_string(have) + " of " + std::to_string(wanted) + " ready";
    if (remain > 0) text += (text.empty() ? "" : ", ") + std::to_string(remain) + " to end";
    const int parts = wanted + remain;
    return progress{false, parts == 0 ? -1 : 100 * have / parts, text};
  }

  result<progress> finish() {
    if (!w_.stop_balancer || !c_.book.instances.empty()) return progress{true, 100, {}};
    c_.book.balancer = false;
    c_.book.traffic = {};
    if (auto saved = c_.save(); !saved) return saved.error();
    const auto over = c_.on->end_balancer(c_);
    if (!over) return over.error();
    return progress{*over, 99, "HAProxy ends"};
  }

  component& c_;
  const work& w_;
  std::int64_t now_;
  view view_;
};

}  // namespace

result<progress> advance(component& c, const work& w) { return pass(c, w).run(); }

}  // namespace shipflow::local
