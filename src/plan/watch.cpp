// The watch after a release, in one piece or in phases.
#include "plan/builder.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace shipflow::planning {
namespace {

// "First hour" -> "first-hour": a part of an id.
std::string slug(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (letter)
      out += c;
    else if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c - 'A' + 'a');
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

std::string phase_title(const builder& b, const std::string& name, const node& phase) {
  std::string out = "watch, " + name;
  const auto* words = phase.find("look_at");
  std::string list;
  for (const auto& word : words == nullptr ? std::vector<std::string>{} : b.read().texts(*words))
    list += (list.empty() ? ": look at " : ", ") + word;
  return out + list;
}

// One watch after the other; each guards its own stretch of time.
class phases {
 public:
  phases(builder& b, duration total) : b_(b), total_(total) {}

  void add(const node& phase) {
    const auto text = [&](const char* key) { return phase.find(key); };
    if (text("name") == nullptr || text("from") == nullptr || text("to") == nullptr)
      return b_.error(phase, "a phase needs `name`, `from` and `to`");
    const auto name = b_.read().text(*text("name")).value_or("");
    const auto from = b_.read().time(*text("from")).value_or(at_);
    const auto to = b_.read().time(*text("to")).value_or(from);
    if (slug(name).empty() || !names_.insert(slug(name)).second)
      return b_.error(phase, "the name of a phase needs letters or digits and must be its own");
    if (from != end_)
      return b_.error(phase, "the phase must begin where the one before ends, at " + format_duration(end_));
    if (to <= from) return b_.error(phase, "the phase ends before it begins");
    end_ = to;
    if (from >= total_) return;
    const auto i = append(slug(name), std::min(to, total_) - from, phase_title(b_, name, phase));
    if (phase.find("abort") != nullptr || phase.find("pause") != nullptr) b_.guard_at(i, phase);
  }

  void rest() {
    if (at_ < total_) append("rest", total_ - at_, "watch, the rest");
  }

 private:
  draft_index append(const std::string& part, duration lasts, std::string title) {
    const auto i = b_.add(part, step_kind::watch, last_ ? std::vector{*last_} : std::vector<draft_index>{});
    b_.at(i).step.lasts = lasts;
    b_.at(i).step.title = std::move(title) + ", for " + format_duration(lasts);
    last_ = i;
    at_ += lasts;
    return i;
  }

  builder& b_;
  duration total_;
  duration at_{0};   // what the steps so far cover
  duration end_{0};  // where the next phase has to begin
  std::optional<draft_index> last_;
  std::set<std::string> names_{"rest"};
};

}  // namespace

void build_watch(builder& b) {
  const auto& body = b.source().body;
  const auto* span = body.is(node_kind::mapping) ? b.body("for") : &body;
  const auto* written = body.is(node_kind::mapping) ? b.body("phases") : nullptr;
  if (written != nullptr && span != nullptr) {
    phases parts(b, b.read().time(*span).value_or(duration{0}));
    for (const auto& phase : written->items) parts.add(phase);
    return parts.rest();
  }
  const auto i = b.add("", step_kind::watch, {});
  if (span == nullptr) return b.error(body, "`watch` needs `for`, how long it lasts");
  auto& s = b.at(i).step;
  s.lasts = b.read().time(*span).value_or(duration{0});
  s.title = "watch for " + format_duration(s.lasts);
}

}  // namespace shipflow::planning
