// A guard over a probe: looks at its interval, counts rise and fall, tells changes of level.
#include "engine/probe_watch.hpp"

#include "engine/actor.hpp"
#include "engine/secret_fetch.hpp"
#include "health/look_book.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <stop_token>

namespace shipflow::engine_room {
namespace {

guard_level level_named(std::string_view word) {
  for (const auto l : {guard_level::pass, guard_level::alert, guard_level::unavailable})
    if (name_of(l) == word) return l;
  return guard_level::none;
}

class probe_watch final : public guard_watch {
 public:
  probe_watch(actor& run, std::size_t guard, const std::vector<sample_chunk>& kept)
      : run_(run),
        guard_(guard),
        health_(planned().rise, planned().fall),
        book_(planned().id),
        alive_(std::make_shared<bool>(true)) {
    book_.restore(kept, health_);
    later(duration{0});
  }
  ~probe_watch() override {
    *alive_ = false;
    stop_.request_stop();
    run_.shared().time.cancel(timer_);
  }

  std::vector<sample_chunk> take_samples() override { return book_.take(); }

 private:
  [[nodiscard]] const plan_guard& planned() const { return run_.state().what->guards.at(guard_); }

  void later(duration wait) {
    timer_ = run_.shared().time.call_after(wait, [this] { look_now(); });
  }

  // The next look that can see something new. Looks stay on the grid of the interval.
  void later(look outcome) {
    row_ = outcome == last_ ? row_ + 1 : 1;
    last_ = outcome;
    const auto& p = planned();
    const auto now = run_.shared().time.now();
    const bool settled = row_ >= std::max({p.rise, p.fall, health::blind_looks});
    if (!settled || !steady_ || *steady_ <= now + p.every) return later(p.every);
    if (*steady_ == time_point::max()) return;  // nothing will ever change
    const auto looks = (*steady_ - now + p.every - duration{1}) / p.every;
    later(p.every * looks);
  }

  void look_now() {
    const auto& p = planned();
    auto& time = run_.shared().time;
    auto* source = run_.shared().find_probe(p.probe_kind);
    if (source == nullptr) {
      seen({look::unavailable, "no source for probes of kind " + p.probe_kind, duration{0}, {}});
      return;
    }
    auto q = std::make_shared<probe_request>();
    q->kind = p.probe_kind;
    q->name = p.probe;
    q->spec = p.probe_spec;
    q->target = p.target;
    q->environment = run_.state().what->environment;
    q->component = p.component;
    q->deadline = time.now() + p.timeout;
    q->stop = stop_.get_token();
    fetch_secrets(run_.shared(), *run_.state().what, secret_names(q->spec),
                  [this, alive = alive_, source, q](const result<secret_values>& known) {
                    if (*alive) ask(*source, std::move(*q), known);
                  });
  }

  // A secret that cannot be had makes the look unavailable, which is no failure of what is looked at.
  void ask(probe_source& source, probe_request q, const result<secret_values>& known) {
    std::vector<std::string> values;
    if (auto revealed = reveal_spec(q.spec, known, values); !revealed) {
      seen({look::unavailable, revealed.error().text(), duration{0}, {}});
      return;
    }
    steady_ = source.steady_until(q);
    source.look(std::move(q), [this, alive = alive_, back = run_.shared().back, values](probe_answer a) {
      a.text = redact(a.text, values);
      back->post([this, alive, a = std::move(a)] {
        if (*alive) seen(a);
      });
    });
  }

  void seen(const probe_answer& a) {
    const auto now = run_.shared().time.now();
    later(a.outcome);
    health_.push(a.outcome, now);
    book_.note(now, a);
    const auto level = level_named(health::guard_word(health_));
    if (level != guard_level::none && level != run_.state().guards.at(guard_).level) tell(level, now, a);
    if (book_.full()) run_.keep_samples();
  }

  void tell(guard_level level, time_point at, const probe_answer& a) {
    json::object numbers = a.details;
    numbers["latency_ms"] = a.latency.count();
    numbers["looked_at"] = to_ms(at);
    const auto reason = level == guard_level::pass ? "well" : a.text;
    run_.tell(guard_event{guard_, level, reason, std::move(numbers), book_.digest()});
  }

  actor& run_;
  std::size_t guard_;
  health::probe_health health_;
  health::look_book book_;
  std::shared_ptr<bool> alive_;
  std::stop_source stop_;
  scheduler::timer_id timer_ = 0;
  std::optional<time_point> steady_;  // what the source promised at the last look
  look last_ = look::unavailable;
  int row_ = 0;  // looks with that outcome
};

}  // namespace

std::unique_ptr<guard_watch> make_probe_watch(actor& run, std::size_t guard,
                                              const std::vector<sample_chunk>& kept) {
  return std::make_unique<probe_watch>(run, guard, kept);
}

}  // namespace shipflow::engine_room
