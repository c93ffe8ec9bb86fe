// The same random operations on both stores must give the same answers.
#include "conformance/printing.hpp"
#include "conformance/store_support.hpp"
#include "conformance/temporary_directory.hpp"

#include <map>
#include <random>
#include <sstream>

using namespace shipflow;

namespace {

// Answers as text: easy to compare and to read when they differ.
std::string text(const run_row& r) {
  std::ostringstream out;
  out << r.id << '/' << r.external_id << '/' << r.plan << '/' << r.environment << '/' << name_of(r.status)
      << '/' << (r.due_ms ? std::to_string(*r.due_ms) : "-") << '/' << r.owner << '/' << r.fence << '/'
      << r.rev << '/' << r.created_ms << '/' << r.updated_ms << '/' << r.finished_ms << '/' << r.reason;
  return out.str();
}
std::string text(const stored_fact& f) {
  return std::to_string(f.rev) + ":" + std::string(name_of(f.kind)) + ":" + f.hash.substr(0, 8);
}
std::string text(const stored_signal& s) { return s.id + ":" + s.run + ":" + s.name; }
std::string text(const sample_chunk& c) { return c.series + ":" + std::to_string(c.minute) + ":" + c.body; }
std::string text(const std::pair<std::string, std::string>& p) { return p.first + "=" + p.second; }
std::string text(const std::string& s) { return s; }
std::string text(std::size_t n) { return std::to_string(n); }
std::string text(const std::optional<std::int64_t>& n) { return n ? std::to_string(*n) : "-"; }
template <class T>
std::string text(const std::vector<T>& items) {
  std::string out;
  for (const auto& i : items) out += text(i) + "; ";
  return out;
}
std::string text(const commit_result& r) {
  return std::to_string(static_cast<int>(r.status)) + " rev " + std::to_string(r.rev) + " holder " +
         r.holder + " " + r.problem.text() + (r.signals_waiting ? " signals" : "");
}

struct answer {
  std::string text;
  bool success = false;  // or a refusal
};

answer of(const result<void>& r) { return {r ? "fine" : r.error().text(), bool(r)}; }
template <class T>
answer of(const result<T>& r) {
  return {r ? text(*r) : r.error().text(), bool(r)};
}
template <class T>
answer of_many(const result<T>& r) {
  auto a = of(r);
  a.success = r && !r->empty();
  return a;
}

class generator {
 public:
  explicit generator(std::uint32_t seed) : random_(seed) {}
  std::int64_t number(std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(0, most)(random_);
  }
  bool chance(int percent) { return number(99) < percent; }
  std::string run() { return "run-" + std::to_string(number(14)); }
  std::string engine() { return chance(4) ? "" : "engine-" + std::to_string(number(2)); }
  std::string signal() { return chance(3) ? "" : "signal-" + std::to_string(number(60)); }
  std::string plan() { return chance(5) ? "" : "plan-" + std::to_string(number(9)); }
  std::string environment() { return "env-" + std::to_string(number(2)); }
  run_status status() {
    constexpr std::array all{run_status::ready,   run_status::waiting,  run_status::owned,
                             run_status::owned,   run_status::watching, run_status::parked,
                             run_status::waiting, run_status::released, run_status::failed};
    return all[static_cast<std::size_t>(number(all.size() - 1))];
  }
  std::optional<std::int64_t> due() {
    if (chance(30)) return {};
    return number(2000);
  }
  std::vector<std::string> locks() {
    std::vector<std::string> out;
    while (chance(35)) out.push_back("lock-" + std::to_string(number(7)));
    return out;
  }
  std::vector<std::string> signals() {
    std::vector<std::string> out;
    while (chance(50)) out.push_back(signal());
    return out;
  }

 private:
  std::mt19937 random_;
};

// An operation with its arguments drawn, to be carried out on each store.
using operation = std::function<answer(store&)>;

operation make_create(generator& g, std::int64_t now) {
  auto row = conformance::a_run(g.run(), g.status());
  if (g.chance(40)) row.external_id = "external-" + std::to_string(g.number(12));
  row.environment = g.environment();
  row.plan = g.plan();
  row.due_ms = g.due();
  row.created_ms = now;
  if (is_terminal(row.status)) row.finished_ms = now;
  const auto facts =
      conformance::facts_after(row.id, g.chance(3) ? 1 : 0, "p", static_cast<std::size_t>(g.number(3)));
  const auto locks = g.locks();
  return [=](store& s) { return of(s.create_run(row, facts, locks)); };
}

// Mostly what the present row allows, sometimes stale.
operation make_commit(generator& g, std::int64_t now, store& oracle) {
  run_row row = conformance::a_run(g.run());
  if (const auto known = oracle.get_run(row.id)) row = *known;
  if (g.chance(10)) row.fence -= 1;
  if (g.chance(10)) row.rev += g.number(2) - 1;
  auto change = conformance::next_commit(row, static_cast<std::size_t>(g.number(3)));
  if (g.chance(3) && !change.facts.empty()) change.facts.front().rev += 1;
  change.status = g.status();
  change.due_ms = g.due();
  change.release = g.chance(40);
  change.reason = "reason " + std::to_string(now);
  change.now_ms = now;
  change.acquire = g.locks();
  change.release_locks = g.locks();
  change.used_signals = g.signals();
  while (g.chance(40))
    change.samples.push_back(
        {"series-" + std::to_string(g.number(2)), g.number(5), std::to_string(g.number(999))});
  return [=](store& s) {
    const auto done = conformance::commit_now(s, change);
    return answer{text(done), done.status == commit_status::committed};
  };
}

operation make_list(generator& g) {
  run_filter filter;
  if (g.chance(50)) filter.environment = g.environment();
  if (g.chance(30)) filter.plan = g.plan();
  if (g.chance(60)) filter.terminal = g.chance(50);
  filter.limit = static_cast<std::size_t>(g.number(6));
  return [=](store& s) { return of_many(s.list_runs(filter)); };
}

operation make_purge(generator& g, std::int64_t now) {
  const auto before = now - g.number(1500);
  std::optional<std::int64_t> rows;
  if (g.chance(40)) rows = now - g.number(3000);
  return [=](store& s) {
    auto done = of(s.purge(before, rows));
    done.success = done.text != "0";
    return done;
  };
}

operation make_reading(generator& g, std::int64_t which) {
  const auto run = g.run();
  const auto rev = g.number(4);
  const auto external = "external-" + std::to_string(g.number(14));
  const auto plan = g.plan();
  switch (which) {
    case 0: return [=](store& s) { return of(s.get_plan(plan)); };
    case 1: return [=](store& s) { return of(s.get_run(run)); };
    case 2: return [=](store& s) { return of(s.find_external(external)); };
    case 3: return [=](store& s) { return of(s.read_facts(run, rev)); };
    case 4: return [=](store& s) { return of(s.unused_signals(run)); };
    default: return [=](store& s) { return of(s.read_samples(run)); };
  }
}

struct named_operation {
  std::string name;
  operation run;
};

named_operation draw(generator& g, std::int64_t now, store& oracle) {
  const auto run = g.run();
  const auto engine = g.engine();
  const auto limit = static_cast<std::size_t>(g.number(4));
  const auto plan = g.plan();
  const auto which = g.number(99);
  if (which < 3) return {"put_plan", [=](store& s) { return of(s.put_plan(plan, "body of " + plan)); }};
  if (which < 18) return {"create_run", make_create(g, now)};
  if (which < 28) return {"claim", [=](store& s) { return of_many(s.claim(engine, now, limit)); }};
  if (which < 36) return {"claim_run", [=](store& s) { return of(s.claim_run(engine, run, now)); }};
  if (which < 39)
    return {"adopt", [=](store& s) {
              auto done = of(s.adopt(engine, now));
              done.success = done.success && done.text != "0";
              return done;
            }};
  if (which < 65) return {"commit", make_commit(g, now, oracle)};
  if (which < 75) {
    const stored_signal signal{g.signal(), run, "approve", "user:bob", now, "{}"};
    return {"put_signal", [=](store& s) { return of(s.put_signal(signal)); }};
  }
  if (which < 78) return {"purge", make_purge(g, now)};
  if (which < 88) return {"list_runs", make_list(g)};
  if (which < 93) {
    return {"next_due", [=](store& s) {
              auto done = of(s.next_due());
              done.success = done.text != "-";
              return done;
            }};
  }
  const auto reading = g.number(5);
  return {"reading " + std::to_string(reading), make_reading(g, reading)};
}

std::string everything(store& s) {
  std::string out = "locks " + of(s.locks()).text + "\nnext " + of(s.next_due()).text + "\n";
  const auto rows = s.list_runs({"", "", {}, 1000});
  REQUIRE(rows);
  for (const auto& row : *rows)
    out += text(row) + "\n facts " + of(s.read_facts(row.id)).text + "\n signals " +
           of(s.unused_signals(row.id)).text + "\n samples " + of(s.read_samples(row.id)).text + "\n";
  return out;
}

// The first line in which two texts differ, or nothing.
std::string difference(const std::string& a, const std::string& b) {
  std::istringstream left(a);
  std::istringstream right(b);
  std::string x;
  std::string y;
  while (bool(std::getline(left, x)) | bool(std::getline(right, y))) {
    if (x != y) return x + "\n" + y;
    x.clear();
    y.clear();
  }
  return {};
}

struct outcomes {
  int successes = 0;
  int refusals = 0;
};

bool complete(const std::map<std::string, outcomes>& seen) {
  if (seen.size() < 16) return false;
  for (const auto& [name, counts] : seen)
    if (counts.successes == 0 || counts.refusals == 0) return false;
  return true;
}

// At least so many operations, and until each kind was accepted and refused once.
void compare(std::uint32_t seed, int least) {
  INFO("seed ", seed);
  const conformance::temporary_directory directory;
  const auto oracle = make_memory_store();
  const auto opened = open_sqlite_store({directory.file("store"), "", false});
  REQUIRE(opened);
  generator g(seed);
  std::map<std::string, outcomes> seen;
  std::int64_t now = 1;
  for (int i = 0; i < least || !complete(seen); ++i) {
    REQUIRE_MESSAGE(i < 200'000, "some kind of operation was never accepted or never refused");
    now += g.number(10);
    const auto op = draw(g, now, *oracle);
    const auto expected = op.run(*oracle);
    const auto actual = op.run(**opened);
    INFO("operation ", i, ": ", op.name);
    REQUIRE(actual.text == expected.text);
    ++(expected.success ? seen[op.name].successes : seen[op.name].refusals);
    if (i % 50 == 0) REQUIRE(difference(everything(**opened), everything(*oracle)) == "");
  }
  CHECK(difference(everything(**opened), everything(*oracle)) == "");
}

}  // namespace

TEST_CASE("store: memory and SQLite give the same answers to the same random operations") {
  compare(1, 700);
  compare(std::random_device{}(), 700);
}
