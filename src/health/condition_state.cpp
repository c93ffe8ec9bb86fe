#include "health/condition_state.hpp"

#include "health/steady.hpp"

#include <algorithm>

namespace shipflow::health {

condition_state::condition_state(const bound_condition& c) : c_(&c) {
  atoms_.reserve(c.atoms.size());
  for (const auto& a : c.atoms) atoms_.emplace_back(a);
}

condition_finding condition_state::push(slot_index k, std::span<const slot_sample> inputs) {
  if (last_ && k > *last_ + 1) skip(*last_ + 1, k - *last_ - 1, inputs.size());
  return step(k, inputs);
}

void condition_state::begin(slot_index first, std::size_t inputs) {
  if (last_ && first > *last_ + 1) skip(*last_ + 1, first - *last_ - 1, inputs);
  begun_ = true;
  since_start_ = 0;
  cumulative_ = 0;
  for (std::size_t i = 0; i < atoms_.size(); ++i) atoms_[i].begin(c_->atoms[i]);
}

/// A jump of the clock by years must not take years: once steady, the rest is only counted.
void condition_state::skip(slot_index first, std::int64_t slots, std::size_t inputs) {
  const std::vector<slot_sample> nothing(inputs);
  const auto stepped = std::min(slots, memory_slots(*c_));
  for (auto k = first; k < first + stepped; ++k) static_cast<void>(step(k, nothing));
  const auto rest = slots - stepped;
  const bool steadily_held = held_ && *held_ == first + stepped - 1;
  if (steadily_held) held_ = *held_ + rest;
  if (gap_ > 0) gap_ += rest;
  since_start_ += rest;
  last_ = first + slots - 1;
}

condition_finding condition_state::step(slot_index k, std::span<const slot_sample> inputs) {
  last_ = k;
  ++since_start_;
  condition_finding out;
  if (begun_ && since_start_ <= c_->warmup) {
    out.atoms.resize(atoms_.size());
    for (auto& a : atoms_) a.pass_over();
    out.now = unknown(reason::warmup);
  } else {
    out.atoms.reserve(atoms_.size());
    const auto counted = begun_ ? since_start_ - c_->warmup : since_start_;
    for (std::size_t i = 0; i < atoms_.size(); ++i)
      out.atoms.push_back(atoms_[i].push(c_->atoms[i], k, inputs, c_->slot, counted, begun_));
    out.now = with_policies(expression(out.atoms));
  }
  out.holds = kept(over_slots(out.now), k);
  out.gap = gap_;
  out.seen = c_->hold == hold_kind::of_slots     ? ring_yes_
             : c_->hold == hold_kind::cumulative ? cumulative_
                                                 : accumulated_;
  return out;
}

judged condition_state::expression(const std::vector<atom_finding>& atoms) const {
  if (c_->program.size() == 1) return atoms[c_->program.front().operands].is;
  std::vector<judged> stack;
  for (const auto& s : c_->program) {
    if (s.logic == node_logic::atom) {
      stack.push_back(atoms[s.operands].is);
      continue;
    }
    if (s.logic == node_logic::negation) {
      stack.back() = negate(stack.back());
      continue;
    }
    for (std::size_t i = 1; i < s.operands; ++i) {
      const auto right = stack.back();
      stack.pop_back();
      stack.back() = s.logic == node_logic::all ? both(stack.back(), right) : either(stack.back(), right);
    }
  }
  return stack.back();
}

judged condition_state::with_policies(judged now) const {
  if (now.t != truth::unknown) return now;
  const bool alert = c_->role == condition_role::alert;
  const auto bad = alert ? yes() : no();
  if (now.why == reason::missing || now.why == reason::invalid) {
    if (c_->missing == missing_policy::breach) return bad;
    if (c_->missing == missing_policy::ok) return negate(bad);
  }
  if (now.why == reason::empty || now.why == reason::low_count) {
    if (c_->low == low_policy::breach) return bad;
    if (c_->low == low_policy::ok) return negate(bad);
  }
  return now;
}

judged condition_state::over_slots(judged now) {
  gap_ = now.t == truth::unknown ? gap_ + 1 : 0;
  switch (c_->hold) {
    case hold_kind::none: return now;
    case hold_kind::span:
    case hold_kind::consecutive: return hold_span(now);
    case hold_kind::of_slots: return hold_of_slots(now);
    case hold_kind::cumulative: return hold_cumulative(now);
  }
  return now;
}

judged condition_state::hold_span(judged now) {
  if (now.t == truth::yes) accumulated_ = std::min(accumulated_ + 1, c_->need);
  if (now.t == truth::no || gap_ > c_->longest_gap) accumulated_ = 0;
  if (accumulated_ >= c_->need) return yes();
  return now.t == truth::yes ? unknown(reason::pending) : now;
}

judged condition_state::hold_of_slots(judged now) {
  const auto count = [&](truth t, std::int64_t by) {
    if (t == truth::yes) ring_yes_ += by;
    if (t != truth::unknown) ring_known_ += by;
  };
  ring_.push_back(now.t);
  count(now.t, 1);
  if (static_cast<std::int64_t>(ring_.size()) > c_->of) {
    count(ring_.front(), -1);
    ring_.pop_front();
  }
  if (ring_yes_ >= c_->need) return yes();
  if (now.t == truth::yes) return unknown(reason::pending);
  if (now.t == truth::unknown) return now;
  return ring_known_ < c_->need ? unknown(reason::coverage) : no();
}

judged condition_state::hold_cumulative(judged now) {
  if (now.t == truth::yes) cumulative_ = std::min(cumulative_ + 1, c_->need);
  if (cumulative_ >= c_->need) return yes();
  return now.t == truth::yes ? unknown(reason::pending) : now;
}

judged condition_state::kept(judged holds, slot_index k) {
  if (holds.t == truth::yes) {
    held_ = k;
    return holds;
  }
  return held_ && k - *held_ < c_->keep ? yes() : holds;
}

}  // namespace shipflow::health
