#include "health/sample_book.hpp"

#include <algorithm>
#include <utility>

namespace shipflow::health {

sample_book::sample_book(std::string series, std::shared_ptr<const trigger> t)
    : series_(std::move(series)), trigger_(std::move(t)), digest_(trigger_->digest()) {}

void sample_book::restore(const std::vector<sample_chunk>& kept, std::optional<slot_index> first,
                          trigger_state& state, slot_maker& maker) {
  for (const auto& chunk : kept)
    if (chunk.series == series_) static_cast<void>(read(chunk));
  if (!counters_.is_null() && !maker.from_json(counters_)) counters_ = nullptr;
  if (!began_) began_ = first;
  for (const auto& row : std::exchange(read_, {})) {
    if (began_ && row.slot >= *began_) state.begin(*began_);
    static_cast<void>(state.push(row.slot, row.samples));
  }
  if (began_) state.begin(*began_);
}

// All of a chunk or nothing.
bool sample_book::read(const sample_chunk& chunk) {
  const auto parsed = parse_json(chunk.body);
  const auto* o = parsed ? parsed->if_object() : nullptr;
  const auto* digest = o == nullptr ? nullptr : o->if_contains("trigger");
  const auto* rows = o == nullptr ? nullptr : o->if_contains("rows");
  if (digest == nullptr || *digest != json::value(trigger_->digest()) || rows == nullptr || !rows->is_array())
    return false;
  std::vector<kept_row> found;
  auto newest = last_;
  for (const auto& r : rows->get_array()) {
    const auto* list = r.if_array();
    const bool shaped = list != nullptr && list->size() == trigger_->inputs().size() + 1 &&
                        list->front().is_int64() && (!newest || list->front().get_int64() > *newest);
    if (!shaped) return false;
    kept_row row{list->front().get_int64(), {}};
    for (std::size_t i = 1; i < list->size(); ++i) {
      auto sample = sample_from_json(list->at(i));
      if (!sample) return false;
      row.samples.push_back(*sample);
    }
    newest = row.slot;
    found.push_back(std::move(row));
  }
  rows_.clear();
  minute_ = chunk.minute;
  for (const auto& r : rows->get_array()) add(r.get_array());
  std::move(found.begin(), found.end(), std::back_inserter(read_));
  if (const auto* began = o->if_contains("began"); began != nullptr && began->is_int64())
    began_ = began->get_int64();
  const auto* counters = o->if_contains("counters");
  counters_ = counters == nullptr ? json::value{} : *counters;
  return true;
}

void sample_book::add(json::array row) {
  last_ = row.front().get_int64();
  digest_ = sha256_hex(digest_ + "\n" + json::serialize(row));
  rows_.push_back(std::move(row));
}

void sample_book::begin(slot_index k) {
  if (!began_) began_ = last_ ? std::max(k, *last_ + 1) : k;
}

void sample_book::note(slot_index k, const std::vector<slot_sample>& samples, const slot_maker& maker) {
  const auto minute = to_ms(slot_begin(k, trigger_->slot())) / 60'000;
  if (minute != minute_) {
    if (fresh_) whole_.push_back(present());
    rows_.clear();
  }
  minute_ = minute;
  counters_ = maker.to_json();
  json::array row{k};
  for (const auto& s : samples) row.push_back(to_json(s));
  add(std::move(row));
  fresh_ = true;
}

sample_chunk sample_book::present() const {
  json::object body{{"trigger", trigger_->digest()}, {"rows", rows_}, {"counters", counters_}};
  if (began_) body["began"] = *began_;
  return {series_, minute_, json::serialize(body)};
}

std::vector<sample_chunk> sample_book::take() {
  auto out = std::exchange(whole_, {});
  if (std::exchange(fresh_, false)) out.push_back(present());
  return out;
}

}  // namespace shipflow::health
