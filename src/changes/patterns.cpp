#include <shipflow/changes.hpp>

#include <algorithm>
#include <iterator>

namespace shipflow {
inline namespace v1 {
namespace {

// Which prefixes of the text are matched by what was read of the pattern so far: O(pattern x text), whatever
// the pattern is.
class matcher {
 public:
  explicit matcher(std::string_view text) : text_(text), reached_(text.size() + 1, 0) { reached_[0] = 1; }

  bool run(std::string_view pattern) {
    for (std::size_t p = 0; p < pattern.size();) {
      const auto rest = pattern.substr(p);
      const bool begins = p == 0 || pattern[p - 1] == '/';
      if (begins && rest.starts_with("**/")) {
        folders();
        p += 3;
      } else if (rest.starts_with("**")) {
        stretch(true);
        p += 2;
      } else if (rest.front() == '*') {
        stretch(false);
        ++p;
      } else {
        one(rest.front());
        ++p;
      }
    }
    return reached_.back() != 0;
  }

 private:
  void one(char c) {
    for (std::size_t j = text_.size(); j > 0; --j) {
      const bool same = c == '?' ? text_[j - 1] != '/' : text_[j - 1] == c;
      reached_[j] = static_cast<char>(reached_[j - 1] != 0 && same);
    }
    reached_[0] = 0;
  }
  void stretch(bool over_slashes) {
    for (std::size_t j = 1; j <= text_.size(); ++j)
      if (reached_[j - 1] != 0 && (over_slashes || text_[j - 1] != '/')) reached_[j] = 1;
  }
  // "**/": no folder, or any number of them.
  void folders() {
    bool any = false;
    for (std::size_t j = 0; j <= text_.size(); ++j) {
      const bool here = reached_[j] != 0;
      if (any && j > 0 && text_[j - 1] == '/') reached_[j] = 1;
      any = any || here;
    }
  }

  std::string_view text_;
  std::vector<char> reached_;
};

bool matches(std::string_view pattern, std::string_view text) { return matcher(text).run(pattern); }

}  // namespace

bool fits(const std::vector<std::string>& patterns, std::string_view text) {
  bool in = !patterns.empty() && patterns.front().starts_with('!');
  for (const auto& p : patterns) {
    const bool back = p.starts_with('!');
    if (in == back && matches(std::string_view(p).substr(back ? 1 : 0), text)) in = !back;
  }
  return in;
}

std::vector<commit_info> commits_touching(const std::vector<std::string>& patterns,
                                          const std::vector<commit_info>& since) {
  std::vector<commit_info> out;
  std::copy_if(since.begin(), since.end(), std::back_inserter(out), [&](const auto& c) {
    return std::any_of(c.paths.begin(), c.paths.end(), [&](const auto& p) { return fits(patterns, p); });
  });
  return out;
}

std::set<std::string> changed_components(const std::map<std::string, std::vector<std::string>>& patterns,
                                         const std::vector<commit_info>& since) {
  std::set<std::string> out;
  std::set<std::string_view> seen;
  for (const auto& c : since) {
    for (const auto& path : c.paths) {
      if (!seen.insert(path).second) continue;
      for (const auto& [component, list] : patterns)
        if (!out.contains(component) && fits(list, path)) out.insert(component);
    }
  }
  return out;
}

}  // namespace v1
}  // namespace shipflow
