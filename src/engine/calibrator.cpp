#include "engine/calibrator.hpp"

#include <map>
#include <optional>
#include <utility>

namespace shipflow::engine_room {
namespace {

constexpr duration longest_wait{60'000};

json::object as_recommended(const std::string& why) {
  return {{"why", "not calibrated, as recommended: " + why}};
}

}  // namespace

struct calibrator::work : std::enable_shared_from_this<work> {
  work(scheduler& s, std::shared_ptr<const health::trigger> of, health::slot_index begin, result_taker then)
      : time(s), t(std::move(of)), wishes(health::wishes_of(*t)), first(begin), done(std::move(then)) {}

  void begin(const past_reader& read, const std::shared_ptr<way_back>& back) {
    for (const auto& w : wishes) past.emplace(w.look, std::nullopt);
    waiting = past.size();
    timer = time.call_after(longest_wait, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->replay();
    });
    for (const auto& [look, none] : past)
      read(t->looks()[look], [weak = weak_from_this(), back, look = look](metric_history h) {
        back->post([weak, look, h = std::move(h)]() mutable {
          if (const auto self = weak.lock()) self->take(look, std::move(h));
        });
      });
    if (wishes.empty())
      time.post([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->replay();
      });
  }

  void take(std::size_t look, metric_history h) {
    auto& known = past[look];
    if (replaying || known) return;
    known = std::move(h);
    if (--waiting == 0) replay();
  }

  void replay() {
    if (std::exchange(replaying, true)) return;
    time.cancel(timer);
    next_wish();
  }

  void next_wish() {
    for (; at < wishes.size(); ++at) {
      if (begin_wish()) return go_on();
    }
    if (done) std::exchange(done, {})(json::object{{"found", found}});
  }

  // False: there is nothing to replay, and why is noted.
  bool begin_wish() {
    const auto& w = wishes[at];
    const auto& h = past[w.look];
    if (!h || !h->why.empty()) {
      found[w.text] =
          as_recommended(h ? h->why : "the source did not tell the past in " + format_duration(longest_wait));
      return false;
    }
    auto begun = calibrating::begin(w.question, health::fleet_of(w, *h, first));
    if (!begun) {
      found[w.text] = as_recommended(begun.error().message);
      return false;
    }
    running.emplace(std::move(*begun));
    return true;
  }

  void go_on() {
    time.post([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      if (self->running->step()) return self->go_on();
      self->found[self->wishes[self->at].text] = to_json(self->running->found());
      self->running.reset();
      ++self->at;
      self->next_wish();
    });
  }

  scheduler& time;
  std::shared_ptr<const health::trigger> t;
  std::vector<health::calibration_wish> wishes;
  health::slot_index first;
  result_taker done;
  std::map<std::size_t, std::optional<metric_history>> past;
  std::size_t waiting = 0;
  bool replaying = false;
  std::size_t at = 0;
  std::optional<calibrating> running;
  json::object found;
  scheduler::timer_id timer = 0;
};

calibrator::calibrator(scheduler& time, const std::shared_ptr<way_back>& back,
                       std::shared_ptr<const health::trigger> t, health::slot_index first,
                       const past_reader& read, result_taker done)
    : work_(std::make_shared<work>(time, std::move(t), first, std::move(done))) {
  work_->begin(read, back);
}

calibrator::~calibrator() { work_->time.cancel(work_->timer); }

std::string calibration_text(const json::object& calibration) {
  std::string out;
  for (const auto& entry : calibration.at("found").as_object()) {
    if (!out.empty()) out += "; ";
    out += std::string(entry.key()) + ": " + std::string(entry.value().as_object().at("why").as_string());
  }
  return out;
}

}  // namespace shipflow::engine_room
