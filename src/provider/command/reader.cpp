#include "provider/command/reader.hpp"

#include <algorithm>

namespace shipflow::commands {

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

void reader::fail(std::string message) {
  if (!problem_) problem_ = make_error(errc::invalid_argument, what_ + ": " + std::move(message));
}

void reader::take(const error& e) {
  if (!problem_) problem_ = e;
}

void reader::expect(std::string_view name, std::string_view wanted) {
  fail("`" + std::string(name) + "` must be " + std::string(wanted));
}

const json::value* reader::raw(std::string_view name) {
  seen_.emplace_back(name);
  const auto* value = from_.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string reader::text(std::string_view name, std::string otherwise) {
  const auto* value = raw(name);
  if (value == nullptr) return otherwise;
  if (value->is_string()) return std::string(value->get_string());
  expect(name, "text");
  return otherwise;
}

std::vector<std::string> reader::texts(std::string_view name) {
  const auto* value = raw(name);
  if (value == nullptr) return {};
  std::vector<std::string> out;
  const auto* list = value->if_array();
  const bool fits = list != nullptr && std::none_of(list->begin(), list->end(), [](const json::value& item) {
                      return item.is_object() || item.is_array() || item.is_null();
                    });
  if (!fits)
    expect(name, "a list of texts");
  else
    for (const auto& item : *list) out.push_back(text_of(item));
  return out;
}

std::vector<std::string> reader::arguments(std::string_view name) {
  auto out = texts(name);
  if (has(name) && (out.empty() || out.front().empty()))
    expect(name, "an argument list that starts with a program");
  return out;
}

duration reader::span(std::string_view name, duration otherwise) {
  const auto* value = raw(name);
  if (value == nullptr) return otherwise;
  const auto* written = value->if_string();
  const auto read = written == nullptr ? result<duration>(make_error(errc::invalid_argument, ""))
                                       : parse_duration(std::string_view(*written));
  if (read) return *read;
  expect(name, "a duration such as 30s");
  return otherwise;
}

std::int64_t reader::whole(std::string_view name, std::int64_t least, std::int64_t most,
                           std::int64_t otherwise) {
  const auto* value = raw(name);
  if (value == nullptr) return otherwise;
  if (value->is_int64() && value->get_int64() >= least && value->get_int64() <= most)
    return value->get_int64();
  expect(name, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return otherwise;
}

text_pairs reader::pairs(std::string_view name) {
  const auto* value = raw(name);
  if (value == nullptr) return {};
  text_pairs out;
  const auto* object = value->if_object();
  if (object == nullptr) {
    expect(name, "a mapping");
    return out;
  }
  for (const auto& member : *object) {
    if (member.value().is_null()) continue;
    if (member.value().is_structured()) {
      expect(std::string(name) + "." + std::string(member.key()), "text");
      continue;
    }
    out.emplace_back(member.key(), text_of(member.value()));
  }
  return out;
}

std::vector<int> reader::codes(std::string_view name, std::vector<int> otherwise) {
  const auto* value = raw(name);
  if (value == nullptr) return otherwise;
  std::vector<int> out;
  const auto* list = value->if_array();
  const bool fits = list != nullptr && !list->empty() &&
                    std::all_of(list->begin(), list->end(), [](const json::value& item) {
                      return item.is_int64() && item.get_int64() >= 0 && item.get_int64() <= 255;
                    });
  if (!fits) {
    expect(name, "a list of exit codes from 0 to 255");
    return otherwise;
  }
  for (const auto& item : *list) out.push_back(static_cast<int>(item.get_int64()));
  return out;
}

std::size_t reader::choice(std::string_view name, const std::vector<std::string_view>& words,
                           std::size_t otherwise) {
  if (raw(name) == nullptr) return otherwise;
  const auto written = text(name);
  const auto found = std::find(words.begin(), words.end(), written);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string all;
  for (const auto word : words) all += (all.empty() ? "" : ", ") + std::string(word);
  expect(name, "one of " + all);
  return otherwise;
}

void reader::refuse_others() {
  for (const auto& member : from_) {
    const std::string_view name(member.key());
    if (std::find(seen_.begin(), seen_.end(), name) != seen_.end()) continue;
    std::string known;
    for (const auto& one : seen_)
      if (known.find("`" + one + "`") == std::string::npos)
        known += (known.empty() ? "`" : ", `") + one + "`";
    fail("`" + std::string(name) + "` is not known; known are " + known);
  }
}

}  // namespace shipflow::commands
