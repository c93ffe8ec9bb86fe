// Evaluating a record again: does the same rule over the same samples say the same?
#include "decision/replay.hpp"

#include <algorithm>
#include <cmath>

namespace shipflow {
inline namespace v1 {
namespace {

using namespace decision_room;

constexpr double tolerance = 1e-9;

std::string as_text(std::string_view s) { return std::string(s); }

bool near(double a, double b) {
  return std::fabs(a - b) <= tolerance * std::max({1.0, std::fabs(a), std::fabs(b)});
}

// The first member in which two values differ, as a pointer; empty when they are alike. Doubles may
// differ by the tolerance. Members that only the newer evaluation has are no difference.
std::string differs(const json::value& recorded, const json::value& now, const std::string& at) {
  if (recorded.is_number() && now.is_number())
    return near(recorded.to_number<double>(), now.to_number<double>()) ? "" : at;
  if (recorded.kind() != now.kind()) return at;
  if (const auto* list = recorded.if_array()) {
    if (list->size() != now.get_array().size()) return at;
    for (std::size_t i = 0; i < list->size(); ++i)
      if (auto d = differs(list->at(i), now.get_array()[i], at + "/" + std::to_string(i)); !d.empty())
        return d;
    return "";
  }
  if (const auto* o = recorded.if_object()) {
    for (const auto& [key, value] : *o) {
      const auto* other = now.get_object().if_contains(key);
      auto here = at + "/" + std::string(key);
      if (other == nullptr) return here;
      if (auto d = differs(value, *other, here); !d.empty()) return d;
    }
    return "";
  }
  return recorded == now ? "" : at;
}

std::string shown(const json::value& v, const std::string& pointer) {
  boost::system::error_code ec;
  const auto* found = v.find_pointer(pointer, ec);
  return found == nullptr ? "nothing" : json::serialize(*found);
}

// One guard's decisions beside its replay.
class comparer {
 public:
  explicit comparer(const guard_decisions& g) : g_(g) {
    // Without numbers a fact is the reaction to a level, or says that the rule could not be built.
    for (const auto& d : g.decisions)
      if (d.numbers.contains("slot") || d.numbers.contains("looked_at")) wanted_.push_back(&d);
  }

  void see(const replayed& r, const health::trigger* t) {
    ++rows_;
    if (!difference_.empty() || !r.armed) return;
    const bool here = next_ < wanted_.size() && is_here(*wanted_[next_], r);
    if (here) return compare(*wanted_[next_++], r, t);
    if (missed_) return fail(*missed_);
    if (r.level != level_ && r.level != "none")
      missed_ = g_.rule.guard + ": the replay says " + as_text(r.level) + " at " + format_time(r.at) +
                ", the record has no such decision";
  }

  void finish() {
    if (difference_.empty() && next_ < wanted_.size())
      fail(name(*wanted_[next_]) + ": the samples of this decision are not in the record");
  }

  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t compared() const noexcept { return next_; }
  [[nodiscard]] const std::string& difference() const noexcept { return difference_; }

 private:
  [[nodiscard]] std::string name(const made_decision& d) const {
    return g_.rule.guard + ", fact " + std::to_string(d.rev);
  }
  void fail(std::string why) { difference_ = std::move(why); }

  static bool is_here(const made_decision& d, const replayed& r) {
    const auto* slot = d.numbers.if_contains("slot");
    if (r.verdict != nullptr) return slot != nullptr && slot->is_int64() && slot->get_int64() == r.slot;
    const auto* at = d.numbers.if_contains("looked_at");
    // A takeover may look again within the same millisecond; only what was seen tells the two apart.
    return at != nullptr && at->is_int64() && at->get_int64() == to_ms(r.at) &&
           (d.samples.empty() || d.samples == r.seen);
  }

  void compare(const made_decision& d, const replayed& r, const health::trigger* t) {
    level_ = d.level;
    missed_.reset();
    if (!d.samples.empty() && d.samples != r.seen)
      return fail(name(d) + ": what was seen by then is not what the record says was seen");
    if (d.level != r.level)
      return fail(name(d) + ": the record says " + d.level + ", the replay says " + as_text(r.level));
    if (r.verdict == nullptr) return;
    const json::value now = health::to_json(*t, *r.verdict);
    const auto at = differs(d.numbers, now, "");
    if (!at.empty())
      fail(name(d) + ": " + at + " is " + shown(d.numbers, at) + " in the record and " + shown(now, at) +
           " in the replay");
  }

  const guard_decisions& g_;
  std::vector<const made_decision*> wanted_;
  std::size_t next_ = 0;
  std::size_t rows_ = 0;
  std::string level_;
  std::string difference_;
  /// A change whose decision should stand at the next row at the latest; the run may have ended before.
  std::optional<std::string> missed_;
};

result<void> check_trigger(const guard_decisions& g, comparer& c) {
  const auto t = trigger_of(g.rule);
  if (!t && g.slots.empty() && g.conditions.empty()) return {};
  if (!t) return make_error(errc::corrupt, t.error().text());
  if (inputs_of(**t) != g.inputs || (*t)->digest() != g.conditions)
    return make_error(errc::corrupt, g.rule.guard + ": `conditions` and `inputs` are not those of the rule");
  return replay_trigger(
      g, *t, [&](const replayed& r) { c.see(r, t->get()); }, digests::all);
}

}  // namespace

result<decision_check> decide_again(const decision_record& r) {
  decision_check out;
  for (const auto& g : r.guards) {
    comparer c(g);
    const auto done = g.rule.is_probe() ? replay_probe(
                                              g, [&](const replayed& x) { c.see(x, nullptr); }, digests::all)
                                        : check_trigger(g, c);
    if (!done) return done.error();
    c.finish();
    ++out.guards;
    out.slots += c.rows();
    out.decisions += c.compared();
    if (out.difference.empty()) out.difference = c.difference();
  }
  return out;
}

}  // namespace v1
}  // namespace shipflow
