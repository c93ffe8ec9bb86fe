// Messages to people, as a memory store keeps them.
#include "store/memory/state.hpp"

#include <algorithm>

namespace shipflow::memory {

void state::keep_messages(const std::vector<stored_message>& messages) {
  for (const auto& m : messages) {
    const bool known =
        std::any_of(messages_.begin(), messages_.end(), [&](const auto& k) { return k.id == m.id; });
    if (!known) messages_.push_back(m);
  }
}

std::vector<std::size_t> state::oldest_waiting() const {
  std::vector<std::size_t> out;
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    const auto& m = messages_[i];
    if (m.status == message_status::waiting && seen.emplace(m.run, m.channel).second) out.push_back(i);
  }
  return out;
}

std::vector<stored_message> state::take_messages(std::int64_t now_ms, std::int64_t hold_until_ms,
                                                 std::size_t limit) {
  std::vector<stored_message> taken;
  for (const auto i : oldest_waiting()) {
    auto& m = messages_[i];
    if (taken.size() == limit) break;
    if (m.due_ms > now_ms) continue;
    m.due_ms = hold_until_ms;
    ++m.attempts;
    taken.push_back(m);
  }
  return taken;
}

result<void> state::settle_message(const stored_message& settled) {
  const auto found =
      std::find_if(messages_.begin(), messages_.end(), [&](const auto& m) { return m.id == settled.id; });
  if (found == messages_.end())
    return make_error(errc::not_found, "message \"" + settled.id + "\" is not in the store");
  if (found->status != message_status::waiting) return {};
  found->status = settled.status;
  found->due_ms = settled.due_ms;
  found->why = settled.why;
  return {};
}

std::optional<std::int64_t> state::next_message() const {
  std::optional<std::int64_t> first;
  for (const auto i : oldest_waiting())
    if (!first || messages_[i].due_ms < *first) first = messages_[i].due_ms;
  return first;
}

result<std::vector<stored_message>> state::read_messages(const std::string& run) const {
  if (!runs_.contains(run)) return make_error(errc::not_found, "run \"" + run + "\" does not exist");
  std::vector<stored_message> out;
  std::copy_if(messages_.begin(), messages_.end(), std::back_inserter(out),
               [&](const auto& m) { return m.run == run; });
  return out;
}

}  // namespace shipflow::memory
