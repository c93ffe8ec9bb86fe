#include "health/slot_maker.hpp"

#include "health/slot_parts.hpp"

namespace shipflow::health {

slot_maker::slot_maker(std::shared_ptr<const trigger> t)
    : trigger_(std::move(t)), answers_(trigger_->looks().size()), memory_(trigger_->inputs().size()) {}

void slot_maker::answer(std::size_t look, metric_answer a) {
  if (look < answers_.size()) answers_[look] = std::move(a);
}

std::vector<slot_sample> slot_maker::close(slot_index k) {
  std::vector<slot_sample> out;
  out.reserve(memory_.size());
  for (std::size_t i = 0; i < memory_.size(); ++i) {
    const auto place = trigger_->places()[i];
    const auto& a = answers_[place.look];
    if (!a || !a->why.empty()) {
      out.emplace_back();
    } else if (a->readings.size() != trigger_->looks()[place.look].series.size()) {
      const bool gauge = a->kind == series_kind::gauge;
      out.push_back({slot_state::invalid, gauge ? series_kind::gauge : series_kind::counter, 0, 0,
                     missing_cause::source});
    } else {
      out.push_back(sample_of(a->readings[place.series], a->kind, k, memory_[i]));
    }
  }
  for (auto& a : answers_) a.reset();
  return out;
}

json::value slot_maker::to_json() const {
  json::array memory;
  for (const auto& m : memory_) memory.push_back(m ? health::to_json(*m) : json::value(nullptr));
  return json::object{{"trigger", trigger_->digest()}, {"counters", std::move(memory)}};
}

result<void> slot_maker::from_json(const json::value& v) {
  const auto bad = [&] {
    return make_error(errc::corrupt,
                      "trigger \"" + trigger_->id() + "\": the stored counters are not readable");
  };
  const auto* o = v.if_object();
  const auto* digest = o == nullptr ? nullptr : o->if_contains("trigger");
  const auto* counters = o == nullptr ? nullptr : o->if_contains("counters");
  const bool shaped = digest != nullptr && *digest == json::value(trigger_->digest()) &&
                      counters != nullptr && counters->is_array() &&
                      counters->get_array().size() == memory_.size();
  if (!shaped) return bad();
  std::vector<std::optional<counter_memory>> fresh(memory_.size());
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const auto& item = counters->get_array()[i];
    if (item.is_null()) continue;
    fresh[i] = memory_from_json(item);
    if (!fresh[i]) return bad();
  }
  memory_ = std::move(fresh);
  return {};
}

}  // namespace shipflow::health
