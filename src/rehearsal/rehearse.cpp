// The three modes, and the report over all runs.
#include "rehearsal/explorer.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace shipflow {
inline namespace v1 {
namespace {

using rehearsal::ending;
using rehearsal::scene;
using rehearsal::staged;

class explorer {
 public:
  explorer(staged s, const rehearsal_options& options) : staged_(std::move(s)), options_(options) {
    const auto& what = *staged_.what;
    out_.plan = what.name;
    out_.plan_digest = what.digest();
    out_.environment = what.environment;
    out_.version = what.release.version;
    out_.mode = options.mode;
    out_.seed = options.seed;
    for (const auto& id : what.point_of_no_return)
      out_.point_of_no_return.push_back({id, "it is irreversible: a rollback after it leaves it as it is"});
  }

  result<rehearsal_report> explore() {
    const auto smooth = run({}, options_.seed, [this](scene& s) {
      if (options_.undisturbed && !s.run().empty()) options_.undisturbed(s.record(), s.run());
    });
    if (!smooth.released) return unplayable(smooth);
    out_.undisturbed = cell_of(smooth, {}, options_.seed);
    rows_of(smooth);
    staged_.earliest = earliest_of(smooth);
    if (options_.mode == rehearsal_mode::single && !options_.faults.empty())
      out_.cells.push_back(cell_of(run(options_.faults, options_.seed), options_.faults, options_.seed));
    if (options_.mode == rehearsal_mode::exhaustive) every_fault_everywhere();
    if (options_.mode == rehearsal_mode::swarm) swarm();
    finish();
    return std::move(out_);
  }

 private:
  error unplayable(const ending& e) const {
    auto why = e.why.empty() ? e.action : e.why;
    if (why.empty() && !e.findings.empty()) why = e.findings.front().what;
    if (!staged_.known.unsolved.empty()) why += (why.empty() ? "" : "; ") + staged_.known.unsolved;
    return make_error(errc::unsupported,
                      "without any fault the plan does not reach its end in this world: it is " +
                          std::string(name_of(e.outcome)) + ", " + why);
  }

  /// `see` is shown the scene when the run is over.
  ending run(const std::vector<fault>& faults, std::uint64_t seed,
             const std::function<void(scene&)>& see = {}) {
    scene played(staged_, faults, seed);
    auto e = played.play();
    if (see) see(played);
    const auto number = ++played_;
    if (options_.compare_every != 0 && number % options_.compare_every == 0) {
      const auto again = scene(staged_, faults, seed).play();
      if (again.hash != e.hash) {
        e.findings.push_back({"same_again", "the same seed gave other facts"});
        e.outcome = rehearsed::violated;
      }
    }
    chain_ = sha256_hex(chain_ + "\n" + e.hash);
    for (const auto& step : e.undone) undone_.insert(step);
    return e;
  }

  void count(const ending& e) {
    ++out_.runs;
    out_.virtual_time += e.virtual_time;
    out_.released += e.outcome == rehearsed::released ? 1 : 0;
    out_.restored += e.outcome == rehearsed::restored ? 1 : 0;
    out_.parked += e.outcome == rehearsed::parked ? 1 : 0;
    if (e.restoring) restoring_.push_back(*e.restoring);
  }

  rehearsal_cell cell_of(const ending& e, const std::vector<fault>& faults, std::uint64_t seed) {
    count(e);
    rehearsal_cell c;
    c.outcome = e.outcome;
    c.why = e.why;
    c.action = e.action;
    c.lasted = e.lasted;
    c.restoring = e.restoring;
    for (const auto& q : e.questions)
      if (std::find(c.questions.begin(), c.questions.end(), q) == c.questions.end()) c.questions.push_back(q);
    c.replay = rehearsal::replay_line(seed, faults);
    std::set<std::string> shrunk;
    for (const auto& f : e.findings) {
      // One check fails for one reason; its first finding is shrunk, the others come along.
      auto fewest = faults;
      if (shrunk.insert(f.check).second && f.check != "same_again")
        fewest = rehearsal::shrink(staged_, faults, seed, f.check);
      c.violations.push_back({f.check, f.what, rehearsal::replay_line(seed, fewest)});
      out_.violations.push_back(c.violations.back());
    }
    return c;
  }

  void rows_of(const ending& smooth) {
    const auto& steps = staged_.what->steps;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      rehearsal_row r;
      r.id = steps[i].id;
      r.title = steps[i].title;
      r.kind = steps[i].kind;
      if (i < smooth.steps.size()) {
        const auto& st = smooth.steps[i];
        if (st.began != time_point{}) r.began = st.began - smooth.created;
        if (st.ended != time_point{}) r.ended = st.ended - smooth.created;
      }
      out_.rows.push_back(std::move(r));
    }
  }

  // What is not waiting takes a little more or less with every seed.
  [[nodiscard]] std::vector<std::pair<duration, duration>> earliest_of(const ending& smooth) const {
    constexpr duration slack{60'000};
    const auto& steps = staged_.what->steps;
    const auto at_least = [&](time_point at) {
      duration waited{0};
      for (std::size_t i = 0; i < steps.size(); ++i)
        if (smooth.steps[i].ended <= at) waited += steps[i].lasts;
      const auto passed = at - smooth.created;
      return passed - std::max(duration{0}, passed - waited) / 10 - slack;
    };
    std::vector<std::pair<duration, duration>> out;
    for (const auto& s : smooth.steps) out.emplace_back(at_least(s.began), at_least(s.ended));
    return out;
  }

  bool go_on(std::size_t done, std::size_t of) { return !options_.progress || options_.progress(done, of); }

  void every_fault_everywhere() {
    const auto& kinds = fault_catalogue();
    const auto& what = *staged_.what;
    std::vector<std::pair<step_index, std::size_t>> places;
    for (step_index i = 0; i < what.steps.size(); ++i)
      for (std::size_t k = 0; k < kinds.size(); ++k)
        if (rehearsal::may_happen(what, i, kinds[k].name)) places.emplace_back(i, k);
    std::vector<std::size_t> column(kinds.size(), SIZE_MAX);
    std::set<std::size_t> used;
    for (std::size_t n = 0; n < places.size(); ++n) {
      const auto [step, kind] = places[n];
      auto faults = options_.faults;
      faults.push_back({what.steps[step].id, kinds[kind].name, "apply"});
      const auto e = run(faults, options_.seed);
      if (e.happened) {
        auto c = cell_of(e, faults, options_.seed);
        c.row = step;
        c.column = kind;
        used.insert(kind);
        out_.cells.push_back(std::move(c));
      }
      if (!go_on(n + 1, places.size())) break;
    }
    for (const auto kind : used) {
      column[kind] = out_.columns.size();
      out_.columns.push_back(kinds[kind]);
    }
    for (auto& c : out_.cells) c.column = column[c.column];
    never_undone();
  }

  // In an exhaustive rehearsal every compensation has been needed at least once.
  void never_undone() {
    const auto& steps = staged_.what->steps;
    for (const auto& step : steps) {
      const bool undoable =
          step.kind == step_kind::action && !step.resources.empty() &&
          (step.undo == reversibility::reversible || step.undo == reversibility::destructive);
      const bool first = std::none_of(steps.begin(), steps.end(), [&](const plan_step& other) {
        if (&other >= &step) return false;
        return std::all_of(step.resources.begin(), step.resources.end(), [&](const auto& r) {
          return std::find(other.resources.begin(), other.resources.end(), r) != other.resources.end();
        });
      });
      if (undoable && first && !undone_.contains(step.id))
        out_.violations.push_back({"compensated", "the compensation of " + step.id + " was never carried out",
                                   "--seed " + std::to_string(options_.seed) + " --exhaustive"});
    }
  }

  void swarm() {
    for (std::size_t n = 0; n < options_.runs; ++n) {
      const auto seed = options_.seed + n;
      std::mt19937_64 random(seed);
      auto faults = options_.faults;
      for (auto& f : rehearsal::random_faults(*staged_.what, random)) faults.push_back(std::move(f));
      const auto e = run(faults, seed);
      if (e.findings.empty())
        count(e);
      else
        out_.cells.push_back(cell_of(e, faults, seed));
      if (!go_on(n + 1, options_.runs)) break;
    }
  }

  void finish() {
    for (auto& r : out_.rows) r.undone = undone_.contains(r.id);
    out_.hash = chain_;
    if (restoring_.empty()) return;
    std::sort(restoring_.begin(), restoring_.end());
    out_.restoring_median = restoring_[restoring_.size() / 2];
    out_.restoring_worst = restoring_.back();
  }

  staged staged_;
  const rehearsal_options& options_;
  rehearsal_report out_;
  std::size_t played_ = 0;
  std::string chain_;
  std::set<std::string> undone_;
  std::vector<duration> restoring_;
};

}  // namespace

result<rehearsal_report> rehearse(const plan& what, const rehearsal_options& options) {
  auto ready = rehearsal::stage(what, options);
  if (!ready) return ready.error();
  return explorer(std::move(*ready), options).explore();
}

}  // namespace v1
}  // namespace shipflow
