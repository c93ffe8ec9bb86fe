#include "aws/way.hpp"

#include <algorithm>

namespace shipflow::aws {
namespace {

constexpr std::string_view blank = " \t\r\n";

/// One word after the other; POSIX 2.2 without expansions.
class splitter {
 public:
  explicit splitter(std::string_view line) : line_(line) {}

  result<std::vector<std::string>> all() {
    std::vector<std::string> words;
    for (;;) {
      at_ = std::min(line_.find_first_not_of(blank, at_), line_.size());
      if (at_ == line_.size()) return words;
      word_.clear();
      while (at_ < line_.size() && blank.find(line_[at_]) == std::string_view::npos)
        if (!take()) return make_error(errc::invalid_argument, "a quote is open at the end of the line");
      words.push_back(word_);
    }
  }

 private:
  // False: the line ended too early.
  bool take() {
    const char c = line_[at_++];
    if (c == '\'' || c == '"') return quoted(c);
    if (c != '\\') return word_ += c, true;
    if (at_ == line_.size()) return false;
    return word_ += line_[at_++], true;
  }

  bool quoted(char quote) {
    while (at_ < line_.size()) {
      const char c = line_[at_++];
      if (c == quote) return true;
      const bool escapes =
          quote == '"' && c == '\\' && at_ < line_.size() && (line_[at_] == '"' || line_[at_] == '\\');
      word_ += escapes ? line_[at_++] : c;
    }
    return false;
  }

  std::string_view line_;
  std::size_t at_ = 0;
  std::string word_;
};

}  // namespace

result<std::vector<std::string>> split_words(std::string_view line) { return splitter(line).all(); }

}  // namespace shipflow::aws
