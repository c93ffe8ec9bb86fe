// How often do rules abort a healthy release, and how soon a bad one? Prints a table as Markdown.
//
//   bench_analysis                 300 runs per healthy kind of release: some minutes
//   bench_analysis --runs 3000     what stands in RESULTS.md; some hours on one core
//   bench_analysis --part NAME     one table: healthy, held-out, regressions, late, promotion, calibration, latency,
//                                latency-healthy, skew
//   bench_analysis --check         40 runs, asserted with room for any seed: what the tests run
//   bench_analysis --speed         streams a second, bytes per stream, time to replay a day
//   ... [--seed N]                 default 20240917
#include "latency.hpp"
#include "play.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstring>
#include <iostream>

namespace {

using namespace analysis;

struct options {
  int runs = 300;
  std::uint64_t seed = 20240917;
  bool check = false;
  bool speed = false;
  std::string part;  ///< or all
};

constexpr std::int64_t day = 24 * slots_an_hour;
constexpr std::int64_t three_hours = 3 * slots_an_hour;
constexpr std::int64_t six_hours = 6 * slots_an_hour;

scenario kind(const std::string& name) {
  scenario s;
  s.name = name;
  return s;
}

std::vector<scenario> healthy() {
  auto n2 = kind("N2 incident in both arms");
  n2.incident = true;
  auto n3 = kind("N3 noise of a minute, CV 0.5");
  n3.noise = 0.5;
  auto n4 = kind("N4 clusters of 3");
  n4.cluster = 3;
  auto n5 = kind("N5 2 requests a second");
  n5.requests_a_second = 2;
  auto n6 = kind("N6 0.12 % against 0.10 %");
  n6.canary_ratio = 1.2;
  auto n7 = kind("N7 instances differ by 10 %");
  n7.offset = 0.1;
  auto n8 = kind("N8 5 to 50 % of traffic, errors triple");
  n8.ramp = true;
  return {kind("N1 independent"), n2, n3, n4, n5, n6, n7, n8};
}

std::vector<scenario> held_out() {
  auto h1 = kind("H1 noise of 10 minutes, CV 0.5");
  h1.noise = 0.5;
  h1.noise_slots = 10 * slots_a_minute;
  auto h2 = kind("H2 noise of a minute, CV 1");
  h2.noise = 1;
  auto h3 = kind("H3 clusters of 8");
  h3.cluster = 8;
  return {h1, h2, h3};
}

// An incident in both arms that the canary's clock shows earlier.
std::vector<scenario> skewed() {
  std::vector<scenario> all;
  for (const auto& [name, slots] : std::vector<std::pair<std::string, double>>{
           {"1 s", 0.1}, {"5 s", 0.5}, {"10 s, a slot", 1}, {"20 s", 2}, {"60 s", 6}}) {
    auto s = kind("N2, canary's clock " + name + " behind");
    s.incident = true;
    s.skew = slots;
    all.push_back(std::move(s));
  }
  return all;
}

scenario worse(const std::string& name, double ratio) {
  auto s = kind(name);
  s.canary_ratio = ratio;
  return s;
}

std::vector<scenario> regressions() {
  auto noisy = worse("0.5 %, noise N3", 5);
  noisy.noise = 0.5;
  auto small = worse("1 %, 2 requests/s", 10);
  small.requests_a_second = 2;
  auto small_bad = worse("5 %, 2 requests/s", 50);
  small_bad.requests_a_second = 2;
  return {worse("0.2 %", 2), worse("0.5 %", 5), worse("1 %", 10), worse("5 %", 50), noisy, small, small_bad};
}

using cells = std::vector<std::vector<std::string>>;

void print_table(const std::vector<std::string>& head, const cells& rows) {
  const auto line = [](const std::vector<std::string>& row) {
    for (const auto& cell : row) std::cout << "| " << cell << ' ';
    std::cout << "|\n";
  };
  line(head);
  std::cout << '|';
  for (std::size_t i = 0; i < head.size(); ++i) std::cout << "---|";
  std::cout << '\n';
  for (const auto& row : rows) line(row);
  std::cout << std::endl;
}

enum class show { shares, times };

void table(const std::vector<scenario>& kinds, std::int64_t slots, int runs, const options& o, show how) {
  std::vector<std::string> head{"rule"};
  cells rows;
  for (const auto& s : kinds) {
    head.push_back(s.name);
    const auto outcomes = play({s, slots, runs, o.seed}, abort_rules(slots));
    rows.resize(outcomes.size());
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const auto& one = outcomes[i];
      if (rows[i].empty()) rows[i].push_back(one.rule);
      rows[i].push_back(how == show::shares
                            ? percent_text(one.share(), runs)
                            : time_text(one.quantile(0.5)) + " / " + time_text(one.quantile(0.95)));
    }
  }
  print_table(head, rows);
}

void promotions(const options& o) {
  auto kinds = healthy();
  const auto held = held_out();
  const std::vector<scenario> shown{kinds[0], kinds[2], kinds[3], held[0]};
  std::vector<std::string> head{"rule"};
  cells rows(2);
  for (const auto how : {temper::recommended, temper::none}) {
    auto& row = rows[how == temper::recommended ? 0 : 1];
    const auto rule = promote_rule(2, how);
    row.push_back(rule.name);
    for (auto s : shown) {
      if (how == temper::recommended) {
        head.push_back(s.name + ": time, healthy");
        head.push_back(s.name + ": promoted at the margin");
      }
      const auto well = play({s, six_hours, o.runs, o.seed}, {rule}).front();
      row.push_back(time_text(well.quantile(0.5)) + " / " + time_text(well.quantile(0.95)));
      s.canary_ratio = 2;
      const auto bad = play({s, three_hours, o.runs, o.seed}, {rule}).front();
      row.push_back(percent_text(bad.share(), o.runs));
    }
  }
  print_table(head, rows);
}

void calibrated(const options& o) {
  const int runs = std::max(o.runs / 5, 20);
  std::vector<std::string> head{"kind", "false aborts in 24 h", "abort 1 %", "abort 5 %"};
  cells rows;
  auto kinds = held_out();
  kinds.insert(kinds.begin(), healthy().front());
  for (auto s : kinds) {
    std::vector<std::string> row{s.name};
    row.push_back(percent_text(play_calibrated({s, day, runs, o.seed}, day).share(), runs));
    for (const double ratio : {10.0, 50.0}) {
      s.canary_ratio = ratio;
      const auto found = play_calibrated({s, three_hours, std::max(runs / 3, 20), o.seed}, day);
      row.push_back(time_text(found.quantile(0.5)) + " / " + time_text(found.quantile(0.95)));
    }
    rows.push_back(row);
  }
  print_table(head, rows);
}

outcome as_outcome(const latency_outcome& o) { return {o.rule, o.decided}; }

const latency_kind l1{"L1 independent", 1, 0, 0};
const latency_kind l2{"L2 noise of 2 %", 1, 0.02, 0};

// The two kinds that have a limit, as often as is asked for: a day of them takes ten times as long as one of errors.
void latencies_healthy(const options& o) {
  std::vector<std::string> head{"rule"};
  cells rows;
  for (const auto& k : {l1, l2}) {
    head.push_back(k.name);
    const auto all = play_latency(k, day, o.runs, o.seed);
    rows.resize(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto one = as_outcome(all[i]);
      if (rows[i].empty()) rows[i].push_back(one.rule);
      rows[i].push_back(percent_text(one.share(), o.runs));
    }
  }
  print_table(head, rows);
}

void latencies(const options& o) {
  const int runs = std::max(o.runs / 3, 20);
  std::vector<std::string> head{"rule"};
  cells rows;
  const auto column = [&](const std::string& name, const std::vector<latency_outcome>& all, show how) {
    head.push_back(name);
    rows.resize(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto one = as_outcome(all[i]);
      if (rows[i].empty()) rows[i].push_back(one.rule);
      rows[i].push_back(how == show::shares
                            ? percent_text(one.share(), runs)
                            : time_text(one.quantile(0.5)) + " / " + time_text(one.quantile(0.95)));
    }
  };
  const latency_kind l3{"L3 and instances differ by 3 %", 1, 0.02, 0.03};
  const latency_kind l4{"L4 noise of 5 %, not chosen on", 1, 0.05, 0};
  for (const auto& k : {l1, l2, l3, l4})
    column(k.name + ": false aborts in 24 h", play_latency(k, day, runs, o.seed), show::shares);
  for (const double factor : {1.1, 1.5})
    for (auto k : {l1, l2}) {
      k.canary = factor;
      column(k.name + (factor > 1.2 ? ": 50 % slower" : ": 10 % slower"),
             play_latency(k, three_hours, runs, o.seed), show::times);
    }
  print_table(head, rows);
}

void regressing(const options& o) {
  table(regressions(), three_hours, std::max(o.runs / 5, 20), o, show::times);
}

void late(const options& o) {
  std::vector<scenario> kinds;
  for (auto s : {worse("0.2 %", 2), worse("0.5 %", 5), worse("1 %", 10), worse("5 %", 50)}) {
    s.worse_from = six_hours;
    kinds.push_back(s);
  }
  table(kinds, six_hours + three_hours, std::max(o.runs / 10, 20), o, show::times);
}

struct part {
  std::string_view name, title;
  void (*print)(const options&);
};

constexpr std::array parts{
    part{"healthy", "False aborts within 24 h",
         [](const options& o) { table(healthy(), day, o.runs, o, show::shares); }},
    part{"skew", "An incident in both arms, whose clocks differ",
         [](const options& o) { table(skewed(), three_hours, o.runs, o, show::shares); }},
    part{"held-out", "The same, kinds that no parameter was chosen on",
         [](const options& o) { table(held_out(), day, o.runs, o, show::shares); }},
    part{"regressions", "Time to abort, errors worse from the first request (0.1 % before), 3 h", regressing},
    part{"late", "Time to abort, errors worse after 6 healthy hours", late},
    part{"promotion", "Promotion on evidence of less than twice the errors, beta 1 %", promotions},
    part{"calibration", "Lanes chosen by a calibration on the day before", calibrated},
    part{"latency-healthy", "Response times: false aborts within 24 h", latencies_healthy},
    part{"latency", "Response times", latencies}};

void report(const options& o) {
  for (const auto& p : parts) {
    if (!o.part.empty() && o.part != p.name) continue;
    std::cout << "## " << p.title << "\n\nSeed " << o.seed << ", `--runs " << o.runs << " --part " << p.name
              << "`.\n\n";
    p.print(o);
  }
}

/// The state of one stream, as a plan would have it.
double speed(const options& o) {
  using clock = std::chrono::steady_clock;
  constexpr std::int64_t slots = day;
  std::vector<fleet> slots_of_a_day;
  world w(kind("N1"), slots, o.seed);
  for (std::int64_t k = 0; k < slots; ++k) slots_of_a_day.push_back(w.next());
  shipflow::count_lanes test(shipflow::worse_lanes(1.25, 10'000));
  auto best = clock::duration::max();
  for (int round = 0; round < 5; ++round) {
    auto fresh = test;
    const auto begin = clock::now();
    for (std::int64_t k = 0; k < slots; ++k) {
      const auto& f = slots_of_a_day[static_cast<std::size_t>(k)];
      fresh.push(k, {f[0], std::span(f).subspan(1)});
    }
    best = std::min(best, clock::now() - begin);
  }
  const double seconds = std::chrono::duration<double>(best).count();
  const auto bytes = sizeof(shipflow::count_lanes) +
                     2 * (sizeof(shipflow::count_ratio) + 4 * sizeof(double) + 64) +
                     2 * (instances - 1) * sizeof(shipflow::tally);
  std::cout << "- a day of slots (" << slots << " of ten seconds, two lanes, nine instances) replayed in "
            << seconds * 1000 << " ms\n- " << static_cast<std::int64_t>(static_cast<double>(slots) / seconds)
            << " streams evaluated a second on one core\n- about " << bytes << " bytes of state per stream\n";
  return seconds;
}

int failures = 0;

void expect(bool holds, const std::string& what) {
  std::cout << (holds ? "ok   " : "FAIL ") << what << '\n';
  failures += holds ? 0 : 1;
}

const outcome& of(const std::vector<outcome>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const auto& o) { return o.rule.find(name) != std::string::npos; });
  return found == all.end() ? all.front() : *found;
}

/// What must hold with any seed: true rates are far from the limits.
int check(const options& o) {
  constexpr int runs = 40;
  std::cout << "seed " << o.seed << '\n';
  for (const auto& s : healthy()) {
    const auto all = play({s, six_hours, runs, o.seed}, abort_rules(six_hours));
    for (const auto* name : {"instances told apart", "one piece", "peer ranks"})
      expect(of(all, name).share() <= 2.0 / runs, s.name + ": at most 2 of 40 aborted by worse, " + name);
    if (s.incident) expect(of(all, "5 % for 5 m").share() >= 0.9, s.name + ": the fixed threshold aborts");
    if (s.incident) expect(of(all, "Flagger").share() >= 0.9, s.name + ": the counted checks abort");
  }
  for (const auto& s : skewed()) {
    if (s.skew > 2) continue;  // more than evidence forgives
    const auto all = play({s, three_hours, runs, o.seed}, abort_rules(three_hours));
    for (const auto* name : {"instances told apart", "one piece", "peer ranks"})
      expect(of(all, name).share() <= 2.0 / runs, s.name + ": at most 2 of 40 aborted by worse, " + name);
  }
  const auto found = play({worse("1 %", 10), slots_an_hour, runs, o.seed}, abort_rules(day));
  expect(of(found, "instances told apart").quantile(0.5) <= 9,
         "1 % instead of 0.1 % is found in 90 s, half of the times");
  expect(of(found, "5 % for 5 m").share() <= 0.05, "the fixed threshold does not find it in an hour");
  auto margin = worse("at the margin", 2);
  margin.noise = 0.5;
  const auto bad =
      play({margin, slots_an_hour, runs, o.seed}, {promote_rule(2, temper::recommended)}).front();
  expect(bad.share() <= 3.0 / runs, "twice the errors are promoted at most 3 of 40 times");
  const auto well =
      play({kind("N1"), slots_an_hour, runs, o.seed}, {promote_rule(2, temper::recommended)}).front();
  expect(well.quantile(0.5) > 0 && well.quantile(0.5) <= 20 * slots_a_minute,
         "a healthy canary is promoted in 20 m, half of the times");
  const auto usual = play_latency({"L2", 1, 0.02, 0}, slots_an_hour, 20, o.seed);
  const auto slower = play_latency({"L2", 1.5, 0.02, 0}, slots_an_hour, 20, o.seed);
  for (std::size_t i = 2; i < usual.size(); ++i) {
    expect(as_outcome(usual[i]).share() <= 0.1, usual[i].rule + ": at most 2 of 20 aborted");
    expect(as_outcome(slower[i]).quantile(0.5) <= slots_a_minute,
           usual[i].rule + ": 50 % slower is found in a minute");
  }
  return failures == 0 ? 0 : 1;
}

bool number(const char* text, auto& out) {
  const auto* end = text + std::strlen(text);
  return std::from_chars(text, end, out).ptr == end;
}

}  // namespace

int main(int count, char** arguments) {
  options o;
  for (int i = 1; i < count; ++i) {
    const std::string word = arguments[i];
    const bool more = i + 1 < count;
    if (word == "--check") {
      o.check = true;
    } else if (word == "--speed") {
      o.speed = true;
    } else if (word == "--runs" && more && number(arguments[i + 1], o.runs) && o.runs > 0) {
      ++i;
    } else if (word == "--part" && more) {
      o.part = arguments[++i];
    } else if (word == "--seed" && more && number(arguments[i + 1], o.seed)) {
      ++i;
    } else {
      std::cerr << "usage: bench_analysis [--runs N] [--seed N] [--part NAME | --check | --speed]\n";
      return 2;
    }
  }
  if (o.check) return check(o);
  if (o.speed) {
    speed(o);
    return 0;
  }
  report(o);
  return 0;
}
