// Recorded metrics as comma separated values.
#include "backtest/collect.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace shipflow {
inline namespace v1 {
namespace {

using namespace backtest_room;

std::string_view trimmed(std::string_view s) {
  const auto first = s.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(" \t\r") - first + 1);
}

// Quotes are allowed around a field; a doubled quote in it is one.
result<std::vector<std::string>> fields_of(std::string_view line) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      out.back() += line[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  if (quoted) return make_error(errc::invalid_document, "a quote is not closed");
  for (auto& f : out) f = std::string(trimmed(f));
  return out;
}

class csv_reader {
 public:
  explicit csv_reader(const std::string& name) { release_.name = name; }

  result<past_release> read(std::string_view text) {
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      const auto line = trimmed(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      ++number_;
      if (auto taken = take(line); !taken)
        return make_error(errc::invalid_document, taken.error().message, "line " + std::to_string(number_));
    }
    if (!columns_) return make_error(errc::invalid_document, "there is no header `time,series,arm,value`");
    return collected_.finish(std::move(release_));
  }

 private:
  enum column { time, series, arm, value, kind, none };
  static constexpr std::array<std::string_view, 5> names{"time", "series", "arm", "value", "kind"};

  result<void> take(std::string_view line) {
    if (line.empty()) return {};
    if (line.front() == '#') return note(trimmed(line.substr(1)));
    auto fields = fields_of(line);
    if (!fields) return fields.error();
    return columns_ ? row(*fields) : header(*fields);
  }

  result<void> note(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return {};
    return take_label(release_, trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
  }

  result<void> header(const std::vector<std::string>& fields) {
    columns_.emplace();
    for (const auto& f : fields) {
      const auto found = std::find(names.begin(), names.end(), f);
      if (found == names.end())
        return make_error(errc::invalid_document,
                          "column `" + f + "` is none of time, series, arm, value and kind");
      columns_->push_back(static_cast<column>(found - names.begin()));
    }
    for (const auto needed : {time, series, value})
      if (std::find(columns_->begin(), columns_->end(), needed) == columns_->end())
        return make_error(errc::invalid_document,
                          "the header has no column `" + std::string(names.at(needed)) + "`");
    return {};
  }

  result<void> row(const std::vector<std::string>& fields) {
    if (fields.size() != columns_->size())
      return make_error(errc::invalid_document, "has " + std::to_string(fields.size()) +
                                                    " fields, the header has " +
                                                    std::to_string(columns_->size()));
    std::array<std::string_view, 5> found{};
    for (std::size_t i = 0; i < fields.size(); ++i) found.at((*columns_)[i]) = fields[i];
    const auto at = time_of(found[time]);
    if (!at) return at.error();
    const auto side = arm_of(found[arm]);
    if (!side) return side.error();
    const auto sort = kind_of(found[kind]);
    if (!sort) return sort.error();
    if (found[series].empty()) return make_error(errc::invalid_document, "the series has no name");
    if (found[value].empty()) return {};
    const auto number = number_of(found[value]);
    if (!number) return number.error();
    return collected_.add(std::string(found[series]), *side, *sort, {*at, *number});
  }

  past_release release_;
  collector collected_;
  std::optional<std::vector<column>> columns_;
  std::size_t number_ = 0;
};

}  // namespace

result<past_release> release_from_csv(const std::string& name, std::string_view text) {
  return csv_reader(name).read(text);
}

}  // namespace v1
}  // namespace shipflow
