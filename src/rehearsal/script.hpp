// The faults of one run, and which of them have happened.
#pragma once

#include <shipflow/rehearsal.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace shipflow::rehearsal {

class script {
 public:
  explicit script(const std::vector<fault>& faults) {
    for (const auto& f : faults) lines_.push_back({f, false});
  }

  /// Is such a fault still to come?
  [[nodiscard]] bool pending(std::string_view step, std::string_view at, std::string_view kind) const {
    return std::any_of(lines_.begin(), lines_.end(), [&](const entry& l) { return is(l, step, at, kind); });
  }
  /// Takes it: it happens now, and once.
  bool take(std::string_view step, std::string_view at, std::string_view kind) {
    auto* found = find(step, at, kind);
    if (found == nullptr) return false;
    found->done = true;
    return true;
  }
  [[nodiscard]] std::vector<fault> to_come() const {
    std::vector<fault> out;
    for (const auto& l : lines_)
      if (!l.done) out.push_back(l.what);
    return out;
  }
  /// Faults of a kind, come or not.
  [[nodiscard]] std::ptrdiff_t count(std::string_view kind) const {
    return std::count_if(lines_.begin(), lines_.end(), [&](const entry& l) { return l.what.kind == kind; });
  }
  /// It was taken and turned out not to apply.
  void give_back(std::string_view step, std::string_view kind) {
    for (auto& l : lines_)
      if (l.what.step == step && l.what.kind == kind) l.done = false;
  }
  [[nodiscard]] bool all_happened() const {
    return std::all_of(lines_.begin(), lines_.end(), [](const entry& l) { return l.done; });
  }
  [[nodiscard]] bool has(std::string_view step, std::string_view kind) const {
    return std::any_of(lines_.begin(), lines_.end(),
                       [&](const entry& l) { return l.what.step == step && l.what.kind == kind; });
  }

 private:
  struct entry {
    fault what;
    bool done = false;
  };
  static bool is(const entry& l, std::string_view step, std::string_view at, std::string_view kind) {
    return !l.done && l.what.step == step && l.what.at == at && l.what.kind == kind;
  }
  entry* find(std::string_view step, std::string_view at, std::string_view kind) {
    const auto found =
        std::find_if(lines_.begin(), lines_.end(), [&](const entry& l) { return is(l, step, at, kind); });
    return found == lines_.end() ? nullptr : &*found;
  }
  std::vector<entry> lines_;
};

}  // namespace shipflow::rehearsal
