// Types whose values are written as strings.
#include "document/reference.hpp"
#include "document/schema_rule.hpp"
#include "document/suggestion.hpp"
#include "document/text.hpp"

#include <boost/regex.hpp>

#include <algorithm>

namespace shipflow::schema {
namespace {

constexpr std::string_view reference_mark = "${";
constexpr std::size_t longest_pattern_text = 256;

class string_kind : public rule {
 public:
  bool accepts(node_kind k) const override { return k == node_kind::string; }
};

class string_rule final : public string_kind {
 public:
  explicit string_rule(std::size_t least) : least_(least) {}
  std::string words() const override { return least_ == 0 ? "a string" : "a string that is not empty"; }
  void check(const node& n, checker& c) const override {
    if (n.text.size() < least_) c.wrong(n, "the string is empty");
    if (c.at() == stage::written && n.text.find(reference_mark) != std::string::npos)
      c.wrong(n, "references ${...} are not possible here");
  }
  json::object schema(definitions& /*d*/) const override {
    json::object out{{"type", "string"}};
    if (least_ != 0) out["minLength"] = least_;
    out["not"] = json::object{{"pattern", "\\$\\{"}};
    return out;
  }

 private:
  std::size_t least_;
};

class pattern_rule final : public string_kind {
 public:
  pattern_rule(std::string pattern, std::string words)
      : pattern_(std::move(pattern)), words_(std::move(words)), regex_(pattern_) {}
  std::string words() const override { return words_; }
  void check(const node& n, checker& c) const override {
    if (n.text.size() > longest_pattern_text || !matches(n.text))
      c.wrong(n, doc::quoted(n.text) + " is not " + words_);
  }
  json::object schema(definitions& /*d*/) const override {
    return {{"type", "string"}, {"pattern", "^(?:" + pattern_ + ")$"}, {"maxLength", longest_pattern_text}};
  }

 private:
  /// Boost gives up on a pattern that takes too long, which is then no match.
  bool matches(const std::string& text) const {
    try {
      return boost::regex_match(text, regex_);
    } catch (const std::runtime_error&) {
      return false;
    }
  }

  std::string pattern_;
  std::string words_;
  boost::regex regex_;  // std::regex calls itself for every character
};

class enumeration_rule final : public string_kind {
 public:
  explicit enumeration_rule(std::vector<std::string> values) : values_(std::move(values)) {}
  std::string words() const override {
    std::string out = values_.size() > 1 ? "one of " : "";
    for (const auto& value : values_) out += (&value == values_.data() ? "" : ", ") + value;
    return out;
  }
  void check(const node& n, checker& c) const override {
    if (std::find(values_.begin(), values_.end(), n.text) == values_.end())
      c.wrong(n, doc::quoted(n.text) + " is not " + words() + doc::did_you_mean(n.text, values_));
  }
  json::object schema(definitions& /*d*/) const override {
    json::array values;
    for (const auto& value : values_) values.emplace_back(value);
    return {{"enum", std::move(values)}};
  }

 private:
  std::vector<std::string> values_;
};

class duration_rule final : public string_kind {
 public:
  duration_rule(duration least, duration most) : least_(least), most_(most) {}
  std::string words() const override { return "a duration such as 30s, 10m or 1h30m"; }
  void check(const node& n, checker& c) const override {
    const auto value = parse_duration(n.text);
    if (!value)
      c.wrong(n, value.error().message);
    else if (*value < least_)
      c.wrong(n, n.text + " is below " + format_duration(least_));
    else if (*value > most_)
      c.wrong(n, n.text + " is above " + format_duration(most_));
  }
  json::object schema(definitions& /*d*/) const override {
    return {{"type", "string"}, {"pattern", "^(?:[0-9]+(?:ms|[dhms]))+$"}};
  }

 private:
  duration least_;
  duration most_;
};

}  // namespace

type string() { return make<string_rule>(0U); }
type non_empty_string() { return make<string_rule>(1U); }
type text() { return string().references(); }
type matching(std::string pattern, std::string words) {
  return make<pattern_rule>(std::move(pattern), std::move(words));
}
type identifier() {
  return matching("[A-Za-z][A-Za-z0-9_-]{0,63}", "a name: a letter, then up to 63 letters, digits, - and _");
}
type enumeration(std::vector<std::string> values) { return make<enumeration_rule>(std::move(values)); }
type duration_type(duration least, duration most) { return make<duration_rule>(least, most); }

}  // namespace shipflow::schema
