// Commits that take others back.
#include <shipflow/changes.hpp>

#include <unordered_set>

namespace shipflow {
inline namespace v1 {
namespace {

// The ids after "This reverts commit ": git revert writes one, people who write messages themselves may name several.
std::vector<std::string_view> taken_back_by(std::string_view message) {
  constexpr std::string_view words = "This reverts commit ";
  std::vector<std::string_view> out;
  for (auto at = message.find(words); at != std::string_view::npos; at = message.find(words, at)) {
    at += words.size();
    const auto end = std::min(message.find_first_not_of("0123456789abcdef", at), message.size());
    if (end - at >= 7) out.push_back(message.substr(at, end - at));
  }
  return out;
}

// A commit by the id that a message names, which may be cut short.
class commits_by_id {
 public:
  explicit commits_by_id(const std::vector<commit_info>& all) {
    for (const auto& c : all) ids_.emplace(c.id, &c);
  }
  [[nodiscard]] const commit_info* find(std::string_view id) const {
    const auto found = ids_.lower_bound(id);
    return found != ids_.end() && found->first.starts_with(id) ? found->second : nullptr;
  }

 private:
  std::map<std::string_view, const commit_info*, std::less<>> ids_;
};

}  // namespace

std::vector<const commit_info*> without_reverted(const std::vector<commit_info>& newest_first) {
  std::unordered_set<const commit_info*> gone;
  std::optional<commits_by_id> known;  // most histories take nothing back
  for (const auto& c : newest_first) {
    // A revert that was taken back itself takes nothing back.
    if (gone.contains(&c)) continue;
    const auto ids = taken_back_by(c.message);
    if (ids.empty()) continue;
    if (!known) known.emplace(newest_first);
    std::size_t found = 0;
    for (const auto id : ids) {
      const auto* other = known->find(id);
      if (other == nullptr || other == &c) continue;
      gone.insert(other);
      ++found;
    }
    // What else it takes back is older, so it still changes something.
    if (found == ids.size()) gone.insert(&c);
  }
  std::vector<const commit_info*> out;
  out.reserve(newest_first.size() - gone.size());
  for (const auto& c : newest_first)
    if (!gone.contains(&c)) out.push_back(&c);
  return out;
}

}  // namespace v1
}  // namespace shipflow
