// The state of a condition as JSON, so that a guard survives its process.
#include "health/condition_state.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace shipflow::health {
namespace {

constexpr std::int64_t farthest_slot = 1'000'000'000'000'000;  // differences of two stay small

json::value optional_slot(const std::optional<slot_index>& k) {
  return k ? json::value(*k) : json::value(nullptr);
}

bool read_slot(const json::object& o, std::string_view key, std::optional<slot_index>& out) {
  const auto* v = o.if_contains(key);
  if (v == nullptr || !(v->is_null() || v->is_int64())) return false;
  if (v->is_int64() && (v->get_int64() < -farthest_slot || v->get_int64() > farthest_slot)) return false;
  out = v->is_null() ? std::nullopt : std::optional(v->get_int64());
  return true;
}

bool read_count(const json::object& o, std::string_view key, std::int64_t& out) {
  const auto* v = o.if_contains(key);
  if (v == nullptr || !v->is_int64() || v->get_int64() < 0) return false;
  out = v->get_int64();
  return true;
}

}  // namespace

json::value condition_state::to_json() const {
  json::array atoms;
  for (const auto& a : atoms_) atoms.push_back(a.to_json());
  std::string ring;
  for (const auto t : ring_) ring += t == truth::yes ? 'T' : t == truth::no ? 'F' : 'U';
  return json::object{{"last", optional_slot(last_)},
                      {"held", optional_slot(held_)},
                      {"begun", begun_},
                      {"since_start", since_start_},
                      {"accumulated", accumulated_},
                      {"gap", gap_},
                      {"cumulative", cumulative_},
                      {"ring", ring},
                      {"atoms", std::move(atoms)}};
}

result<void> condition_state::from_json(const json::value& v) {
  const auto bad = [] {
    return make_error(errc::corrupt, "the stored state of a condition does not fit it");
  };
  const auto* o = v.if_object();
  if (o == nullptr) return bad();
  condition_state fresh(*c_);
  const std::array<std::pair<std::string_view, std::int64_t*>, 4> counts{
      {{"since_start", &fresh.since_start_},
       {"accumulated", &fresh.accumulated_},
       {"gap", &fresh.gap_},
       {"cumulative", &fresh.cumulative_}}};
  for (const auto& [key, field] : counts)
    if (!read_count(*o, key, *field)) return bad();
  const auto* begun = o->if_contains("begun");
  const auto* ring = o->if_contains("ring");
  const auto* atoms = o->if_contains("atoms");
  const bool shaped = begun != nullptr && begun->is_bool() && ring != nullptr && ring->is_string() &&
                      atoms != nullptr && atoms->is_array() && atoms->get_array().size() == atoms_.size() &&
                      static_cast<std::int64_t>(ring->get_string().size()) <= c_->of;
  if (!shaped || !read_slot(*o, "last", fresh.last_) || !read_slot(*o, "held", fresh.held_)) return bad();
  fresh.begun_ = begun->get_bool();
  for (const char c : ring->get_string()) {
    if (c != 'T' && c != 'F' && c != 'U') return bad();
    fresh.ring_.push_back(c == 'T' ? truth::yes : c == 'F' ? truth::no : truth::unknown);
    fresh.ring_yes_ += c == 'T' ? 1 : 0;
    fresh.ring_known_ += c == 'U' ? 0 : 1;
  }
  for (std::size_t i = 0; i < atoms_.size(); ++i)
    if (!fresh.atoms_[i].from_json(atoms->get_array()[i])) return bad();
  *this = std::move(fresh);
  return {};
}

}  // namespace shipflow::health
