#include "reference.hpp"

#include "feed.hpp"
#include "random_condition.hpp"

using namespace shipflow;
using namespace shipflow::test;

namespace {

constexpr std::size_t slots = 60;
const duration slot_length = std::chrono::seconds(10);

metric_table all_metrics() {
  const auto text = parse_json(R"({
    "counters": {"source": "lb", "series": ["a", "b"]},
    "gauge":    {"source": "host", "series": ["g"]}})");
  return read_metrics(text->as_object()).value();
}

/// Random conditions over a, b (counters) and g (gauge), and random streams of samples.
class world {
 public:
  explicit world(std::uint64_t seed) : draw_(seed) {}

  condition any_condition() {
    condition c;
    c.root = node(2);
    auto& o = c.options;
    o.min_count = draw_.pick(1, 12);
    o.hold = static_cast<hold_kind>(draw_.pick(0, 4));
    if (o.hold == hold_kind::span) o.hold_for = std::chrono::seconds(draw_.pick(1, 60));
    if (o.hold == hold_kind::consecutive || o.hold == hold_kind::cumulative) o.count = draw_.pick(1, 6);
    if (o.hold == hold_kind::of_slots) {
      o.slots = draw_.pick(1, 6);
      o.count = draw_.pick(1, static_cast<int>(o.slots));
    }
    if (rarely()) o.keep = std::chrono::seconds(draw_.pick(1, 50));
    if (rarely()) o.warmup = std::chrono::seconds(draw_.pick(1, 50));
    if (draw_.coin()) o.max_gap = std::chrono::seconds(draw_.pick(1, 50));
    if (rarely()) o.missing = static_cast<missing_policy>(draw_.pick(0, 3));
    if (rarely()) o.low = static_cast<low_policy>(draw_.pick(0, 3));
    return c;
  }

  history any_history() {
    history h;
    h.slot = slot_length;
    h.begin = static_cast<std::size_t>(draw_.pick(0, 40));
    const int trouble = draw_.pick(0, 5);
    for (std::size_t i = 0; i < slots; ++i) {
      for (const auto* name : {"a", "b", "g"}) h.series[name].push_back(sample(*name, trouble));
    }
    return h;
  }

  bool rarely() { return draw_.pick(0, 3) == 0; }
  int pick(int least, int most) { return draw_.pick(least, most); }

 private:
  condition_node node(int depth) {
    condition_node n;
    n.logic = depth == 0 || draw_.coin() ? node_logic::atom : static_cast<node_logic>(draw_.pick(1, 3));
    if (n.logic == node_logic::atom) {
      n.atom = atom();
      return n;
    }
    const int operands = n.logic == node_logic::negation ? 1 : draw_.pick(2, 3);
    for (int i = 0; i < operands; ++i) n.operands.push_back(node(depth - 1));
    return n;
  }

  condition_atom atom() {
    condition_atom a;
    if (draw_.pick(0, 7) == 0) {
      a.kind = atom_kind::absent;
      a.what.kind = aggregate_kind::value;
      a.what.series = {draw_.coin() ? "a" : "g"};
      a.span = std::chrono::seconds(draw_.pick(1, 40));
      return a;
    }
    using k = aggregate_kind;
    static const std::vector<k> kinds{k::ratio, k::ratio, k::mean, k::mean, k::per_min,
                                      k::rate,  k::sum,   k::min,  k::max,  k::value};
    a.what.kind = kinds.at(static_cast<std::size_t>(draw_.pick(0, 9)));
    const bool pair = a.what.kind == k::ratio || (a.what.kind == k::mean && draw_.coin());
    const bool gauge = a.what.kind == k::value || (a.what.kind == k::mean && !pair) ||
                       ((a.what.kind == k::min || a.what.kind == k::max) && draw_.coin());
    a.what.series = pair ? std::vector<std::string>{"a", "b"} : std::vector<std::string>{gauge ? "g" : "a"};
    a.what.over.kind = static_cast<window_kind>(draw_.pick(0, 3));
    if (a.what.over.kind == window_kind::span) a.what.over.length = slot_length * draw_.pick(1, 7);
    a.kind = rarely() ? atom_kind::outside : atom_kind::compare;
    a.op = static_cast<comparison>(draw_.pick(0, 5));
    a.low.number = a.what.kind == k::ratio ? draw_.pick(1, 3) * 0.25 : draw_.pick(0, 5);
    if (a.what.kind == k::per_min) a.low.number *= 6;
    a.high.number = a.low.number + draw_.pick(0, 2);
    return a;
  }

  health::slot_sample sample(char name, int trouble) {
    if (draw_.pick(0, 9) < trouble) {
      const int what = draw_.pick(0, 3);
      if (what == 0) return invalid_sample();
      return what == 1 ? unknown_series() : health::slot_sample{};
    }
    if (name == 'g' && draw_.pick(0, 9) == 0)
      return {health::slot_state::empty, series_kind::gauge, 0, 0, health::missing_cause::source};
    return name == 'g' ? gauged(draw_.pick(0, 6)) : counted(draw_.pick(0, 4));
  }

  condition_maker draw_;
};

char letter_of(const health::judged& j) {
  using health::reason;
  if (j.t != health::truth::unknown) return j.t == health::truth::yes ? 'T' : 'F';
  switch (j.why) {
    case reason::warmup: return 'w';
    case reason::empty: return 'e';
    case reason::low_count: return 'l';
    case reason::coverage: return 'c';
    case reason::missing: return 'm';
    case reason::invalid: return 'i';
    case reason::pending: return 'p';
    default: return '?';
  }
}

health::trigger_spec spec_of(const condition& c) {
  health::trigger_spec s;
  s.id = "random";
  s.alert = print(c);
  s.slot = slot_length;
  s.metrics = all_metrics();
  return s;
}

std::vector<health::slot_sample> inputs_at(const health::trigger& t, const history& h, std::size_t i) {
  std::vector<health::slot_sample> out;
  for (const auto& key : t.inputs()) out.push_back(h.series.at(key.series).at(i));
  return out;
}

/// Slots that are never pushed: to the evaluator they are missing, so they are to the reference.
std::vector<bool> drop_some(world& w, history& h) {
  std::vector<bool> dropped(slots);
  if (!w.rarely()) return dropped;
  const int rate = w.pick(1, 8);
  for (std::size_t i = 1; i < slots; ++i) {
    if (w.pick(0, 9) >= rate) continue;
    dropped[i] = true;
    for (auto& [name, samples] : h.series) samples[i] = {};
  }
  return dropped;
}

}  // namespace

TEST_CASE("health/property: the evaluator agrees with the meaning computed from the whole history") {
  std::map<char, int> seen;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    world w(seed);
    const auto c = w.any_condition();
    auto h = w.any_history();
    const auto dropped = drop_some(w, h);
    const auto t = trigger_of(spec_of(c));
    health::trigger_state state(t);
    const reference expected(c, h);
    CAPTURE(seed);
    CAPTURE(t->alert()->text);
    for (std::size_t i = 0; i < slots; ++i) {
      CAPTURE(i);
      if (i == h.begin) state.begin(static_cast<std::int64_t>(i));
      if (dropped[i]) continue;
      const auto v = state.push(static_cast<std::int64_t>(i), inputs_at(*t, h, i));
      const auto now = letter_of(v->alert->now);
      REQUIRE(now == expected.now(i));
      REQUIRE(letter_of(v->alert->holds) == expected.holds(i));
      ++seen[now];
    }
  }
  for (const char kind : std::string("TFwelcmi")) {
    CAPTURE(kind);
    CHECK(seen[kind] > 100);
  }
}

TEST_CASE("health/property: a state that goes through JSON at any slot gives the same verdicts") {
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    world w(seed);
    auto s = spec_of(w.any_condition());
    s.normal = print(w.any_condition());
    s.whom = seed % 2 == 0 ? health::blame::always : health::blame::attributable_only;
    const auto h = w.any_history();
    const auto t = trigger_of(s);
    health::trigger_state steady(t);
    health::trigger_state crashing(t);
    CAPTURE(seed);
    for (std::size_t i = 0; i < slots; ++i) {
      const auto k = static_cast<std::int64_t>(i);
      if (i == h.begin) steady.begin(k);
      if (i == h.begin) crashing.begin(k);
      const auto expected = steady.push(k, inputs_at(*t, h, i)).value();
      const auto got = crashing.push(k, inputs_at(*t, h, i)).value();
      REQUIRE(canonical(health::to_json(*t, got)) == canonical(health::to_json(*t, expected)));
      if (w.rarely()) continue;
      health::trigger_state restored(t);
      const auto text = json::serialize(crashing.to_json());
      REQUIRE(restored.from_json(parse_json(text).value()).has_value());
      REQUIRE(json::serialize(restored.to_json()) == text);
      crashing = std::move(restored);
    }
  }
}

TEST_CASE("health/property: sums that are not whole numbers survive JSON bit by bit") {
  const auto t =
      trigger_of(spec_of(parse_condition("mean(g) over 70s > 0.5 or mean(g) over start > 0.5").value()));
  health::trigger_state steady(t);
  health::trigger_state crashing(t);
  std::mt19937_64 random(7);
  for (std::int64_t k = 0; k < 200; ++k) {
    const std::vector<health::slot_sample> one{gauged(std::uniform_real_distribution<double>(0, 1)(random))};
    const auto a = steady.push(k, one).value();
    const auto b = crashing.push(k, one).value();
    REQUIRE(*a.alert->atoms[0].value == *b.alert->atoms[0].value);
    REQUIRE(*a.alert->atoms[1].value == *b.alert->atoms[1].value);
    health::trigger_state restored(t);
    REQUIRE(restored.from_json(parse_json(json::serialize(crashing.to_json())).value()).has_value());
    crashing = std::move(restored);
  }
}

TEST_CASE("health/property: the state stays as small as its windows") {
  const auto t = trigger_of(
      spec_of(parse_condition("ratio(a, b) over 5m > 5% or sum(a) over start > 1e9 10 of 20 slots").value()));
  health::trigger_state state(t);
  std::size_t most = 0;
  for (std::int64_t k = 0; k < 5000; ++k) {
    const std::vector<health::slot_sample> one{counted(5), counted(100)};
    static_cast<void>(state.push(k, one));
    if (k % 97 == 0) most = std::max(most, json::serialize(state.to_json()).size());
  }
  CHECK(most < 30 * 40 + 1000);
}

TEST_CASE("health/state: damaged or foreign states are refused and change nothing") {
  const auto t = trigger_of(spec_of(parse_condition("ratio(a, b) over 1m > 5% 2 of 3 slots").value()));
  health::trigger_state state(t);
  for (std::int64_t k = 0; k < 9; ++k)
    static_cast<void>(state.push(k, std::vector<health::slot_sample>{counted(5), counted(100)}));
  const auto text = json::serialize(state.to_json());
  world w(42);
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    auto damaged = text;
    for (int n = w.pick(1, 3); n > 0; --n)
      damaged[static_cast<std::size_t>(w.pick(0, static_cast<int>(damaged.size()) - 1))] =
          "0129-\"[]{},:ntTFUe"[w.pick(0, 17)];
    const auto v = parse_json(damaged);
    if (!v) continue;
    health::trigger_state other(t);
    const auto before = json::serialize(other.to_json());
    if (other.from_json(*v).has_value()) {
      static_cast<void>(other.push(100, std::vector<health::slot_sample>{counted(5), counted(100)}));
      continue;
    }
    ++refused;
    REQUIRE(json::serialize(other.to_json()) == before);
  }
  CHECK(refused > 100);
  const auto foreign = trigger_of(spec_of(parse_condition("ratio(a, b) over 2m > 5%").value()));
  health::trigger_state other(foreign);
  const auto r = other.from_json(state.to_json());
  REQUIRE(!r.has_value());
  CHECK(r.error().message == "trigger \"random\": the stored state belongs to other conditions");
}
