// A guard over metrics: one look per slot and source, folded by the health room. The samples are
// kept, so that a verdict can be evaluated again and a takeover goes on where the last engine was.
// Before the guard is armed the slots give the baseline: what was red already is not blamed. Where a calibration
// was asked for, it is made once the guard is armed, when the version before is known; the slots wait for it.
#include "engine/trigger_watch.hpp"

#include "engine/calibrator.hpp"
#include "engine/metric_questions.hpp"
#include "health/sample_book.hpp"
#include "health/slot_maker.hpp"
#include "health/steady.hpp"
#include "health/trigger.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <stop_token>

namespace shipflow::engine_room {
namespace {

constexpr duration longest_look{5'000};
constexpr duration longest_history{60'000};
constexpr std::int64_t most_past_slots = 10'000;
constexpr std::size_t most_held_rows = 2'000;

guard_level level_named(std::string_view word) {
  for (auto l = guard_level::none; l <= guard_level::unavailable;
       l = static_cast<guard_level>(static_cast<int>(l) + 1))
    if (name_of(l) == word) return l;
  return guard_level::unavailable;
}

result<std::shared_ptr<const health::trigger>> build(const plan_guard& g, const json::value& calibration) {
  auto lanes = health::lanes_of(calibration, g.slot);
  if (!lanes) return lanes.error();
  auto metrics = read_metrics(g.metrics);
  if (!metrics) return metrics.error();
  health::trigger_spec spec;
  spec.id = g.id;
  spec.normal = g.normal;
  spec.alert = g.alert;
  spec.severity = g.severity;
  spec.slot = g.slot;
  spec.whom = g.attributable_only ? health::blame::attributable_only : health::blame::always;
  spec.metrics = std::move(*metrics);
  spec.lanes = std::move(*lanes);
  return health::make_trigger(spec);
}

class trigger_watch final : public guard_watch {
 public:
  trigger_watch(actor& run, std::size_t guard, std::shared_ptr<const health::trigger> t,
                const std::vector<sample_chunk>& kept)
      : run_(run),
        guard_(guard),
        ask_(run, guard),
        trigger_(std::move(t)),
        maker_(trigger_),
        state_(trigger_),
        book_(planned().id, trigger_),
        enough_(health::slots_to_steady(*trigger_)),
        alive_(std::make_shared<bool>(true)),
        holding_(planned().calibrate.count() > 0 && run_.state().guards.at(guard_).calibration.is_null()) {
    lag_ = ask_.lag(trigger_->looks());
    const auto since = armed_since(run_.state(), guard_);
    const auto first = since ? std::optional(health::slot_of(*since, trigger_->slot())) : std::nullopt;
    if (!holding_) book_.restore(kept, first, state_, maker_);
    reported_ = book_.began() && book_.last() && *book_.last() >= *book_.began();
    // Slots never run backwards, also when the clock was set back before a takeover.
    if (book_.last()) {
      const auto next = health::slot_begin(*book_.last() + 1, trigger_->slot());
      ahead_ = std::max(duration{0}, next - run_.shared().time.now());
    }
    // The first look closes the slot that is running; it gives counters their first reading.
    slot_ = present_slot();
    at_slot_end();
  }

  ~trigger_watch() override {
    *alive_ = false;
    stop_.request_stop();
    run_.shared().time.cancel(timer_);
  }

  void arm() override {
    if (state_.begun() || calibrator_) return;
    if (asleep_) go_on_at(present_slot());
    row_ = 0;
    // The clock may have been set back since it was armed.
    const auto now = run_.shared().time.now();
    const auto since = std::min(now, armed_since(run_.state(), guard_).value_or(now));
    const auto begin = health::slot_of(since + ahead_, trigger_->slot());
    if (holding_) return calibrate(begin);
    begin_at(begin);
  }

  void clock_jumped(duration by) override {
    if (asleep_) go_on_at(health::slot_of(run_.shared().time.now() - by + ahead_ - lag_, trigger_->slot()));
    ahead_ = std::max(duration{0}, ahead_ - by);
    if (waiting_ != 0) return;
    run_.shared().time.cancel(timer_);
    at_slot_end();
  }

  std::vector<sample_chunk> take_samples() override { return book_.take(); }

 private:
  [[nodiscard]] const plan_guard& planned() const { return run_.state().what->guards.at(guard_); }

  [[nodiscard]] health::slot_index present_slot() const {
    return health::slot_of(run_.shared().time.now() + ahead_ - lag_, trigger_->slot());
  }

  void calibrate(health::slot_index begin) {
    const auto slots = std::clamp<std::int64_t>(planned().calibrate / trigger_->slot(), 1, most_past_slots);
    const auto ask = [this, begin, slots](const health::trigger_look& l, auto told) {
      auto q = ask_.about(l, begin_of(begin - slots), begin_of(begin));
      q.deadline = run_.shared().time.now() + longest_history;
      q.stop = stop_.get_token();
      ask_.remember(std::move(q), trigger_->slot(), std::move(told));
    };
    calibrator_ = std::make_unique<calibrator>(
        run_.shared().time, run_.shared().back, trigger_, begin - slots, ask,
        [this, begin](json::object calibration) { calibrated(begin, std::move(calibration)); });
  }

  // From here on the rule is the one that was calibrated; what was seen meanwhile is folded by it.
  void calibrated(health::slot_index begin, json::object calibration) {
    auto t = build(planned(), calibration);
    if (t) trigger_ = std::move(*t);
    state_ = health::trigger_state(trigger_);
    book_ = health::sample_book(planned().id, trigger_);
    maker_.adopt(trigger_);
    holding_ = false;
    const auto rows = std::exchange(held_, {});
    const auto alive = alive_;
    run_.tell(
        note_event{planned().id, {{"text", calibration_text(calibration)}, {"calibration", calibration}}});
    for (const auto& row : rows) {
      if (!*alive) return;
      if (row.slot >= begin) begin_at(begin);
      if (const auto verdict = fold(row.slot, row.samples)) report(*verdict);
    }
    if (*alive) begin_at(begin);
  }

  void begin_at(health::slot_index begin) {
    book_.begin(begin);
    state_.begin(*book_.began());
  }

  // While a calibration is under way rows are held; of very many the newest, which is all that rules remember.
  std::optional<health::trigger_verdict> fold(health::slot_index k,
                                              const std::vector<health::slot_sample>& samples) {
    if (holding_) {
      if (held_.size() >= most_held_rows) held_.pop_front();
      held_.push_back({k, samples});
      return std::nullopt;
    }
    auto verdict = state_.push(k, samples);
    if (verdict) book_.note(k, samples, maker_);
    return verdict;
  }

  void at_slot_end() {
    const auto due = health::slot_end(slot_, trigger_->slot()) - ahead_ + lag_;
    timer_ = run_.shared().time.call_at(due, [this] { look(); });
  }

  // Where slot `k` begins on the wall clock.
  [[nodiscard]] time_point begin_of(health::slot_index k) const {
    return health::slot_begin(k, trigger_->slot()) - ahead_;
  }

  [[nodiscard]] metric_request question(const health::trigger_look& l) const {
    auto q = ask_.about(l, begin_of(slot_), begin_of(slot_ + 1));
    q.deadline = run_.shared().time.now() + std::min(trigger_->slot(), longest_look);
    q.stop = stop_.get_token();
    return q;
  }

  void look() {
    const auto& looks = trigger_->looks();
    waiting_ = looks.size();
    steady_ = time_point::max();
    const auto closing = slot_;
    trouble_.clear();
    for (std::size_t i = 0; i < looks.size(); ++i) {
      auto q = question(looks[i]);
      steady_ = std::min(steady_, ask_.steady_until(q));
      ask_.read(std::move(q), [this, alive = alive_, back = run_.shared().back, i, closing](metric_answer a) {
        back->post([this, alive, i, closing, a = std::move(a)]() mutable {
          if (*alive && closing == slot_ && waiting_ != 0) take(i, std::move(a));
        });
      });
    }
    // A source that does not answer leaves its samples missing, it does not hold the slot open.
    timer_ = run_.shared().time.call_after(std::min(trigger_->slot(), longest_look), [this] { close(); });
  }

  // What a source says about its trouble is for people; verdicts are made of samples alone.
  void note_trouble(const std::string& source, const std::string& why) {
    if (trouble_.empty() && !why.empty()) trouble_ = source + ": " + why;
  }

  void take(std::size_t i, metric_answer a) {
    const auto& source = trigger_->looks()[i].source;
    note_trouble(source, a.why);
    for (const auto& r : a.readings) note_trouble(source, r.why);
    maker_.answer(i, std::move(a));
    if (--waiting_ == 0) close();
  }

  void close() {
    run_.shared().time.cancel(timer_);
    auto samples = maker_.close(slot_);
    if (std::exchange(awoken_, false)) samples = same_;
    const auto verdict = fold(slot_, samples);
    if (waiting_ != 0) note_trouble("metrics", "no answer in time");
    waiting_ = 0;
    row_ = samples == same_ ? row_ + 1 : 0;
    same_ = std::move(samples);
    slot_ = present_slot();
    if (!skip_ahead()) at_slot_end();
    if (verdict) report(*verdict);
  }

  void report(const health::trigger_verdict& v) {
    const auto level = level_named(health::guard_word(v));
    auto text = health::describe(*trigger_, v);
    if (v.already_red) text += "; red since before the release";
    if (!trouble_.empty()) text += "; " + trouble_;
    tell_observers(level, text);
    if (state_.begun() && !std::exchange(reported_, true) && v.already_red)
      run_.tell(
          note_event{planned().id, {{"text", text}, {"already_red", true}, {"samples", book_.digest()}}});
    if (state_.begun() && level != run_.state().guards.at(guard_).level)
      run_.tell(guard_event{guard_, level, text, health::to_json(*trigger_, v), book_.digest()});
    // While all is well a crash may cost a minute of samples; what builds up must survive it.
    if (v.level != health::health_level::normal || book_.full()) run_.keep_samples();
  }

  // Slots that are certain to say the same as all that the trigger remembers are left out.
  bool skip_ahead() {
    if (!enough_ || row_ < *enough_ || holding_) return false;
    if (steady_ == time_point::max()) {
      asleep_ = true;
      return true;
    }
    const auto last = health::slot_of(steady_, trigger_->slot()) - 1;
    if (last <= slot_ + *enough_) return false;
    asleep_ = true;
    const auto due = health::slot_begin(last, trigger_->slot()) - ahead_ + lag_;
    timer_ = run_.shared().time.call_at(due, [this, last] { go_on_at(last); });
    return true;
  }

  // What was left out before slot `k` is folded as far as it is remembered. The slot itself is looked at,
  // so that counters have a reading, and is known already.
  void go_on_at(health::slot_index k) {
    run_.shared().time.cancel(timer_);
    for (auto missed = std::max(slot_, k - *enough_); missed < k; ++missed) (void)fold(missed, same_);
    slot_ = k;
    asleep_ = false;
    awoken_ = true;
    at_slot_end();
  }

  void tell_observers(guard_level level, const std::string& text) {
    engine_event e;
    e.what_kind = engine_event::kind::sample;
    e.run = run_.state().id;
    e.body = {{"guard", planned().id}, {"level", std::string(name_of(level))}, {"reason", text}};
    run_.shared().emit(std::move(e));
  }

  actor& run_;
  std::size_t guard_;
  metric_questions ask_;
  std::shared_ptr<const health::trigger> trigger_;
  health::slot_maker maker_;
  health::trigger_state state_;
  health::sample_book book_;
  std::optional<std::int64_t> enough_;  // equal slots after which nothing new is said
  std::shared_ptr<bool> alive_;
  std::stop_source stop_;
  scheduler::timer_id timer_ = 0;
  health::slot_index slot_ = 0;
  duration lag_{0};
  duration ahead_{0};  // of the wall clock, after it was set back
  std::size_t waiting_ = 0;
  bool reported_ = false;  // what was red before the release
  time_point steady_{};    // until when all sources promised to go on as they do
  std::vector<health::slot_sample> same_;
  std::int64_t row_ = 0;  // slots in a row that were like the newest one
  bool asleep_ = false;   // slots are being left out
  bool awoken_ = false;   // the slot at hand follows on those
  std::string trouble_;   // of the slot being closed
  struct held_row {
    health::slot_index slot = 0;
    std::vector<health::slot_sample> samples;
  };
  bool holding_;  // for a calibration
  std::deque<held_row> held_;
  std::unique_ptr<calibrator> calibrator_;
};

// A trigger that cannot be built (a plan of another version) has no verdict: it holds, it never passes.
class blind_watch final : public guard_watch {
 public:
  blind_watch(actor& run, std::size_t guard, std::string why) : run_(run) {
    auto& time = run_.shared().time;
    timer_ = time.call_at(time.now(), [this, guard, why = std::move(why)] {
      run_.tell(guard_event{guard, guard_level::unavailable, why, {}});
    });
  }
  ~blind_watch() override { run_.shared().time.cancel(timer_); }

 private:
  actor& run_;
  scheduler::timer_id timer_ = 0;
};

}  // namespace

std::unique_ptr<guard_watch> make_trigger_watch(actor& run, std::size_t guard,
                                                const std::vector<sample_chunk>& kept) {
  auto built = build(run.state().what->guards.at(guard), run.state().guards.at(guard).calibration);
  if (!built) return std::make_unique<blind_watch>(run, guard, built.error().text());
  return std::make_unique<trigger_watch>(run, guard, std::move(*built), kept);
}

}  // namespace shipflow::engine_room
