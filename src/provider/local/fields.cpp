#include "provider/local/fields.hpp"

#include <algorithm>
#include <charconv>

namespace shipflow::local {

const json::value* fields::find(std::string_view key) const {
  const auto* member = from_.if_contains(key);
  return member == nullptr || member->is_null() ? nullptr : member;
}

bool fields::has(std::string_view key) const { return find(key) != nullptr; }

void fields::fail(std::string_view key, std::string_view why) {
  if (failed_) return;
  failed_ = true;
  problem_ = make_error(errc::invalid_argument, where_ + ": " + std::string(key) + " " + std::string(why));
}

void fields::adopt(const fields& nested) {
  if (failed_ || nested.good()) return;
  failed_ = true;
  problem_ = nested.problem_;
}

void fields::require(std::string_view key) {
  if (!has(key)) fail(key, "is missing");
}

void fields::only(std::initializer_list<std::string_view> names) {
  for (const auto& member : from_)
    if (std::find(names.begin(), names.end(), std::string_view(member.key())) == names.end())
      fail(member.key(), "is not known here");
}

std::string fields::text(std::string_view key, std::string fallback) {
  const auto* member = find(key);
  if (member == nullptr) return fallback;
  if (member->is_string()) return std::string(member->get_string());
  fail(key, "must be a text");
  return fallback;
}

std::string fields::scalar(std::string_view key, std::string fallback) {
  const auto* member = find(key);
  if (member == nullptr) return fallback;
  if (member->is_string()) return std::string(member->get_string());
  if (member->is_int64() || member->is_uint64() || member->is_double() || member->is_bool())
    return canonical(*member);
  fail(key, "must be a text");
  return fallback;
}

std::int64_t fields::integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                             std::int64_t most) {
  const auto* member = find(key);
  if (member == nullptr) return fallback;
  std::int64_t number = 0;
  bool is_number = member->is_int64();
  if (is_number) number = member->get_int64();
  if (member->is_uint64() && member->get_uint64() <= INT64_MAX) {
    is_number = true;
    number = static_cast<std::int64_t>(member->get_uint64());
  }
  if (member->is_string()) {  // a rendered reference is a text
    const auto& s = member->get_string();
    const auto parsed = std::from_chars(s.data(), s.data() + s.size(), number);
    is_number = parsed.ec == std::errc{} && parsed.ptr == s.data() + s.size();
  }
  if (is_number && number >= least && number <= most) return number;
  fail(key, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return fallback;
}

duration fields::span(std::string_view key, duration fallback, duration least, duration most) {
  const auto* member = find(key);
  if (member == nullptr) return fallback;
  if (member->is_string()) {
    const auto parsed = parse_duration(member->get_string());
    if (parsed && *parsed >= least && *parsed <= most) return *parsed;
  }
  fail(key, "must be a duration from " + format_duration(least) + " to " + format_duration(most) +
                ", for example \"" + format_duration(std::clamp(duration{30'000}, least, most)) + "\"");
  return fallback;
}

std::vector<std::string> fields::texts(std::string_view key) {
  std::vector<std::string> all;
  const auto* member = find(key);
  if (member == nullptr) return all;
  const auto* list = member->if_array();
  if (list == nullptr) {
    fail(key, "must be a list of texts");
    return all;
  }
  for (const auto& entry : *list) {
    if (entry.is_string())
      all.emplace_back(entry.get_string());
    else if (entry.is_int64() || entry.is_uint64() || entry.is_double())
      all.push_back(canonical(entry));
    else
      fail(key, "must be a list of texts");
  }
  return all;
}

json::object fields::object(std::string_view key) {
  const auto* member = find(key);
  if (member == nullptr) return {};
  if (const auto* o = member->if_object()) return *o;
  fail(key, "must be a mapping");
  return {};
}

}  // namespace shipflow::local
