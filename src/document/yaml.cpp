#include "document/readers.hpp"
#include "document/scalar.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

namespace shipflow::doc {
namespace {

/// What yaml-cpp reports for scalars without a tag: plain ones and quoted ones.
constexpr std::string_view plain_tag = "?";
constexpr std::string_view quoted_tag = "!";

class event_reader final : public YAML::EventHandler {
 public:
  event_reader(std::string_view text, tree_builder& tree) : text_(text), lines_(text), tree_(tree) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (tree_.complete())
      tree_.fail(lines_.at(mark.line, mark.column), "a second document begins here; a file holds one");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto written = null_text(mark);
    // yaml-cpp reads `[a,, b]` as three items.
    if (written.empty() && !open_.empty() && open_.back().flow && !tree_.in_mapping())
      tree_.fail(lines_.at(mark.line, mark.column), "not valid YAML: expected a value");
    scalar_event(mark, plain_tag, anchor, written);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto at = lines_.at(mark.line, mark.column);
    if (tree_.wants_key()) tree_.fail(at, "an alias cannot be a key; write the key itself");
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) tree_.fail(at, "the alias refers to a node that contains it");
    tree_.copy(at, found->second);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    scalar_event(mark, tag, anchor, value);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    begin(mark, tag, node_kind::sequence);
    open_.push_back({anchor, style == YAML::EmitterStyle::Flow});
  }
  void OnSequenceEnd() override { end(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    begin(mark, tag, node_kind::mapping);
    open_.push_back({anchor, style == YAML::EmitterStyle::Flow});
  }
  void OnMapEnd() override { end(); }

 private:
  struct open_node {
    YAML::anchor_t anchor;
    bool flow;
  };

  char char_at(const YAML::Mark& mark) const {
    const auto i = static_cast<std::size_t>(mark.pos);
    return mark.pos >= 0 && i < text_.size() ? text_[i] : '\0';
  }

  /// yaml-cpp does not pass on how a null was written.
  std::string null_text(const YAML::Mark& mark) const {
    const auto first = char_at(mark);
    if (first == '~') return "~";
    return first == 'n' || first == 'N' ? std::string(text_.substr(static_cast<std::size_t>(mark.pos), 4))
                                        : "";
  }

  void refuse_tag(const YAML::Mark& mark, std::string_view tag) {
    const bool untagged = tag.empty() || tag == plain_tag || (tag == quoted_tag && char_at(mark) != '!');
    if (!untagged) tree_.report(lines_.at(mark.line, mark.column), "tags are not supported; remove the tag");
  }

  void keep(YAML::anchor_t anchor, const node& value) {
    if (anchor == 0) return;
    tree_.charge(value);
    anchored_.insert_or_assign(anchor, value);
  }

  void scalar_event(const YAML::Mark& mark, std::string_view tag, YAML::anchor_t anchor,
                    const std::string& value) {
    const auto at = lines_.at(mark.line, mark.column);
    refuse_tag(mark, tag);
    if (value.find('\0') != std::string::npos)
      tree_.report(at, "a string must not contain the character U+0000");
    if (tag == quoted_tag && static_cast<std::size_t>(mark.pos) + 1 == text_.size())
      tree_.fail(at, "not valid YAML: the text ends after an opening quote");
    auto read = tag == plain_tag ? plain_scalar(value) : doc::scalar{string_scalar(value), {}};
    if (!read.problem.empty())
      tree_.report(at, std::string(read.problem) + "; put it in quotes to keep it as text");
    if (tree_.wants_key()) {
      if (!has_colon(mark, value))
        tree_.fail(at, "not valid YAML: expected `:` after the key " + quoted(value));
      return key(at, tag, anchor, value, read.value);
    }
    if (read.value.is(node_kind::integer) && looks_octal(value))
      tree_.warn(at, value + " is read as a decimal number; write 0o" + value.substr(1) +
                         " for octal, or put it in quotes");
    read.value.text_column = text_column(mark, at, value);
    keep(anchor, tree_.scalar(at, std::move(read.value)));
  }

  int text_column(const YAML::Mark& mark, position at, const std::string& value) const {
    const char first = char_at(mark);
    const bool quote = first == '"' || first == '\'';
    const auto start = static_cast<std::size_t>(std::max(mark.pos, 0)) + (quote ? 1U : 0U);
    const bool verbatim = text_.substr(std::min(start, text_.size()), value.size()) == value &&
                          value.find('\n') == std::string::npos;
    return verbatim ? at.column + (quote ? 1 : 0) : 0;
  }

  static bool looks_octal(const std::string& value) {
    return value.size() > 1 && value[0] == '0' && value.find_first_not_of("01234567") == std::string::npos;
  }

  /// yaml-cpp takes a line without a colon, inside a mapping, for a key without a value.
  bool has_colon(const YAML::Mark& mark, std::string_view key) const {
    const auto start = static_cast<std::size_t>(std::max(mark.pos, 0));
    const auto before = text_.substr(0, start).find_last_not_of(" \t");
    const bool explicit_key = before != std::string_view::npos && text_[before] == '?';
    if (explicit_key || start >= text_.size()) return explicit_key;
    const char first = text_[start];
    if (first == '&' || first == '!') return true;  // refused with a better message
    const auto end = first == '"' || first == '\'' ? end_of_quoted(start) : start + key.size();
    const auto next = text_.find_first_not_of(" \t", end);
    return next != std::string_view::npos && text_[next] == ':';
  }

  std::size_t end_of_quoted(std::size_t start) const {
    const char quote = text_[start];
    for (auto i = start + 1; i < text_.size(); ++i) {
      if (quote == '"' && text_[i] == '\\') {
        ++i;
      } else if (text_[i] == quote) {
        if (quote == '"' || i + 1 >= text_.size() || text_[i + 1] != quote) return i + 1;
        ++i;
      }
    }
    return text_.size();
  }

  void key(position at, std::string_view tag, YAML::anchor_t anchor, const std::string& name,
           const node& read) {
    if (anchor != 0) tree_.fail(at, "an anchor on a key is not supported");
    tree_.key(at, name);
    if (tag == plain_tag && name == "<<") tree_.report(at, "merge keys are not supported; repeat the fields");
    if (!read.is(node_kind::string))
      tree_.report(at, "a key must be a string, this one is a " + std::string(name_of(read.kind)) +
                           "; put it in quotes");
  }

  void begin(const YAML::Mark& mark, std::string_view tag, node_kind kind) {
    const auto at = lines_.at(mark.line, mark.column);
    if (tree_.wants_key())
      tree_.fail(at, "a key must be a string, this one is a " + std::string(name_of(kind)));
    refuse_tag(mark, tag);
    tree_.begin(at, kind);
  }

  void end() {
    const auto anchor = open_.back().anchor;
    open_.pop_back();
    keep(anchor, tree_.end());
  }

  std::string_view text_;
  line_index lines_;
  tree_builder& tree_;
  std::vector<open_node> open_;
  std::unordered_map<YAML::anchor_t, node> anchored_;
};

/// With a document end mark behind it: yaml-cpp 0.7 takes the end of the file for the end of an
/// open quoted scalar, but refuses the mark inside one.
std::string terminated(std::string_view text) {
  const auto last = text.substr(text.rfind('\n') + 1);
  const bool blank = last.find_first_not_of(" \t") == std::string_view::npos;
  std::string out(text);
  if (!last.empty() && blank) out += '\n';
  if (blank) out += "...\n";
  return out;
}

}  // namespace

void read_yaml(std::string_view text, tree_builder& tree) {
  std::istringstream in(terminated(text));
  event_reader events(text, tree);
  line_index lines(text);
  try {
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(events)) {
    }
  } catch (const YAML::Exception& e) {
    tree.fail(lines.at(e.mark.line, e.mark.column), "not valid YAML: " + e.msg);
  }
}

}  // namespace shipflow::doc
