#include "health/look_book.hpp"

#include <utility>

namespace shipflow::health {
namespace {

struct kept_look {
  time_point at;
  look outcome;
};

std::optional<kept_look> look_from(const json::value& v) {
  const auto* row = v.if_array();
  if (row == nullptr || row->size() < 2 || !row->at(0).is_int64() || !row->at(1).is_string())
    return std::nullopt;
  const auto& word = row->at(1).get_string();
  const auto outcome = look_named({word.data(), word.size()});
  if (!outcome) return std::nullopt;
  return kept_look{from_ms(row->at(0).get_int64()), *outcome};
}

}  // namespace

std::string_view name_of(look l) noexcept {
  if (l == look::pass) return "pass";
  return l == look::fail ? "fail" : "unavailable";
}

std::optional<look> look_named(std::string_view word) noexcept {
  for (const auto l : {look::pass, look::fail, look::unavailable})
    if (name_of(l) == word) return l;
  return std::nullopt;
}

void look_book::restore(const std::vector<sample_chunk>& kept, probe_health& state) {
  for (const auto& chunk : kept)
    if (chunk.series == series_) read(chunk, state);
}

// All of a chunk or nothing.
void look_book::read(const sample_chunk& chunk, probe_health& state) {
  const auto parsed = parse_json(chunk.body);
  const auto* o = parsed ? parsed->if_object() : nullptr;
  const auto* rows = o == nullptr ? nullptr : o->if_contains("rows");
  if (rows == nullptr || !rows->is_array()) return;
  std::vector<kept_look> found;
  for (const auto& r : rows->get_array()) {
    const auto one = look_from(r);
    if (!one) return;
    found.push_back(*one);
  }
  for (const auto& one : found) state.push(one.outcome, one.at);
  minute_ = chunk.minute;
  rows_.clear();
  for (const auto& r : rows->get_array()) add(r.get_array());
}

void look_book::add(json::array row) {
  digest_ = sha256_hex(digest_ + "\n" + json::serialize(row));
  rows_.push_back(std::move(row));
}

void look_book::note(time_point at, const probe_answer& a) {
  const auto minute = to_ms(at) / 60'000;
  if (minute != minute_) {
    if (fresh_) whole_.push_back(present());
    rows_.clear();
  }
  minute_ = minute;
  const auto word = name_of(a.outcome);
  json::array row{to_ms(at), json::string(json::string_view(word.data(), word.size()))};
  if (a.outcome != look::pass) row.emplace_back(a.text);
  add(std::move(row));
  fresh_ = true;
}

sample_chunk look_book::present() const {
  return {series_, minute_, json::serialize(json::object{{"rows", rows_}})};
}

std::vector<sample_chunk> look_book::take() {
  auto out = std::exchange(whole_, {});
  if (std::exchange(fresh_, false)) out.push_back(present());
  return out;
}

}  // namespace shipflow::health
