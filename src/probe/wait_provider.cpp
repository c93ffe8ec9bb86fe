#include "base/wall_clock.hpp"
#include "probe/waiting.hpp"

#include <shipflow/probes.hpp>

#include <algorithm>
#include <map>
#include <mutex>

namespace shipflow {
namespace probing {
namespace {

// A lost wait only looks again from the beginning, so forgetting the oldest is harmless.
constexpr std::size_t most_waits = 1000;

// Counts of one waiting step, kept between its settle calls.
struct tally {
  std::mutex mutex;
  std::vector<awaited> probes;
};
using shared_tally = std::shared_ptr<tally>;

struct round {
  round(shared_tally t, std::optional<time_point> u, reply r, std::function<time_point()> now)
      : counts(std::move(t)), until(u), then(std::move(r)), clock(std::move(now)) {}
  shared_tally counts;
  std::optional<time_point> until;
  reply then;
  std::function<time_point()> clock;
  std::size_t open = 1;  // the one that starts the looks; guarded by the tally's mutex
};

// Called with the mutex held when the last look of a round came in.
answer verdict(const std::vector<awaited>& probes, std::optional<time_point> until, time_point now) {
  if (std::all_of(probes.begin(), probes.end(), [](const auto& p) { return p.up(); })) return answer::done();
  if (until && now >= *until)
    return answer::failed(make_error(errc::timeout, "not all probes are up in time: " + describe(probes)));
  auto soonest = probes.front().due;
  for (const auto& p : probes) soonest = std::min(soonest, p.due);
  if (until) soonest = std::min(soonest, *until);
  const auto up = std::count_if(probes.begin(), probes.end(), [](const auto& p) { return p.up(); });
  const auto percent = static_cast<int>(100 * up / static_cast<std::ptrdiff_t>(probes.size()));
  return answer::in_progress(percent, describe(probes), std::max(soonest - now, duration{1}));
}

void leave(const std::shared_ptr<round>& r) {
  answer a;
  {
    const std::lock_guard lock(r->counts->mutex);
    if (--r->open > 0) return;
    a = verdict(r->counts->probes, r->until, r->clock());
  }
  r->then(std::move(a));
}

class probe_provider final : public provider {
 public:
  probe_provider(std::vector<std::shared_ptr<probe_source>> sources, std::function<time_point()> now)
      : sources_(std::move(sources)), now_(std::move(now)) {}

  [[nodiscard]] std::string name() const override { return "probe"; }

  [[nodiscard]] std::vector<action_spec> actions() const override {
    action_spec wait;
    wait.name = "wait";
    wait.help = "looks until all probes are up";
    wait.repeat = effect_class::set_value;
    wait.undo = reversibility::forward_only;
    wait.inputs = {{"probes", "object", true, false, "the probes by name, from the environment"},
                   {"within", "duration", false, false, "how long they may take"}};
    return {std::move(wait)};
  }

  void call(request q, reply r) override {
    if (q.action != "wait")
      return r(answer::failed(make_error(errc::unsupported, "provider probe has no action " + q.action)));
    if (q.what == verb::observe || q.what == verb::undo || q.what == verb::diagnose) return r(answer::done());
    auto inputs = read_wait(q.inputs);
    if (!inputs) return r(answer::failed(inputs.error()));
    for (const auto& p : inputs->probes)
      if (source_of(p.kind) == nullptr)
        return r(
            answer::failed(make_error(errc::unsupported, "no source looks at probes of kind " + p.kind)));
    if (q.what != verb::settle) return r(answer::started(handle_for(q, *inputs), duration{0}));
    if (q.stop.stop_requested())
      return r(answer::failed(make_error(errc::cancelled, "the wait was asked to end")));
    settle(q, std::move(*inputs), std::move(r));
  }

 private:
  // The end of the wait survives a crash in the handle; the counts begin again.
  [[nodiscard]] json::value handle_for(const request& q, const wait_inputs& in) const {
    if (q.what == verb::resolve && q.handle.is_object()) return q.handle;
    json::object handle;
    if (in.within) handle["until"] = to_ms(now_() + *in.within);
    return handle;
  }

  static std::optional<time_point> until_of(const json::value& handle) {
    const auto* object = handle.if_object();
    const auto* until = object == nullptr ? nullptr : object->if_contains("until");
    if (until == nullptr || !until->is_int64()) return {};
    return from_ms(until->get_int64());
  }

  [[nodiscard]] probe_source* source_of(const std::string& kind) const {
    for (const auto& s : sources_) {
      const auto kinds = s->kinds();
      if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) return s.get();
    }
    return nullptr;
  }

  shared_tally tally_of(const request& q, std::vector<awaited> probes) {
    const std::lock_guard lock(mutex_);
    const auto key = q.run + " " + q.effect_key;
    const auto found = tallies_.find(key);
    if (found != tallies_.end()) return found->second;
    if (tallies_.size() >= most_waits) tallies_.erase(tallies_.begin());
    auto made = std::make_shared<tally>();
    made->probes = std::move(probes);
    tallies_.emplace(key, made);
    return made;
  }

  void settle(const request& q, wait_inputs in, reply r) {
    const auto counts = tally_of(q, std::move(in.probes));
    const auto turn = std::make_shared<round>(counts, until_of(q.handle), std::move(r), now_);
    const auto now = now_();
    std::vector<std::size_t> due;
    {
      const std::lock_guard lock(counts->mutex);
      for (std::size_t i = 0; i < counts->probes.size(); ++i) {
        auto& p = counts->probes.at(i);
        if (p.due > now) continue;
        p.due = now + p.every;
        due.push_back(i);
      }
      turn->open += due.size();
    }
    for (const auto i : due) look_at(q, turn, i, now);
    leave(turn);
  }

  void look_at(const request& q, const std::shared_ptr<round>& turn, std::size_t i, time_point now) {
    probe_request look;
    probe_source* source = nullptr;
    {
      const std::lock_guard lock(turn->counts->mutex);
      const auto& p = turn->counts->probes.at(i);
      source = source_of(p.kind);
      look.kind = p.kind;
      look.name = p.name;
      look.spec = p.spec;
      look.target = p.target;
      look.component = p.component;
      look.deadline = std::min(now + p.timeout, q.deadline);
    }
    look.environment = q.environment;
    look.stop = q.stop;
    source->look(std::move(look), [turn, i](const probe_answer& a) {
      {
        const std::lock_guard lock(turn->counts->mutex);
        turn->counts->probes.at(i).take(a);
      }
      leave(turn);
    });
  }

  std::vector<std::shared_ptr<probe_source>> sources_;
  std::function<time_point()> now_;
  std::mutex mutex_;
  std::map<std::string, shared_tally> tallies_;
};

}  // namespace
}  // namespace probing

inline namespace v1 {

std::shared_ptr<provider> make_probe_provider(std::vector<std::shared_ptr<probe_source>> sources,
                                              std::function<time_point()> now) {
  if (!now) now = wall_clock;
  return std::make_shared<probing::probe_provider>(std::move(sources), std::move(now));
}

}  // namespace v1
}  // namespace shipflow
