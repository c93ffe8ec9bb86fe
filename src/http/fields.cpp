#include "http/fields.hpp"

namespace shipflow::http {

std::string fields::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void fields::wrong(std::string_view name, std::string_view why) {
  wrong(make_error(errc::invalid_argument, "`" + path_of(name) + "` " + std::string(why)));
}

void fields::wrong(error e) {
  if (!first_) first_ = std::move(e);
}

const json::value* fields::any(std::string_view name) {
  asked_.emplace(name);
  return from_.if_contains(name);
}

const json::object* fields::object(std::string_view name) {
  const auto* value = any(name);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) wrong(name, "must be a mapping");
  return value->if_object();
}

std::string fields::text(std::string_view name, std::string_view absent) {
  const auto* value = any(name);
  if (value == nullptr) return std::string(absent);
  if (const auto* s = value->if_string()) return std::string(*s);
  wrong(name, "must be text");
  return std::string(absent);
}

std::vector<std::string> fields::texts(std::string_view name) {
  std::vector<std::string> out;
  const auto* value = any(name);
  if (value == nullptr) return out;
  const auto* list = value->if_array();
  if (list == nullptr) wrong(name, "must be a list of texts");
  for (const auto& item : list == nullptr ? json::array{} : *list) {
    if (!item.is_string()) wrong(name, "must be a list of texts");
    if (item.is_string()) out.emplace_back(item.get_string());
  }
  return out;
}

bool fields::flag(std::string_view name, bool absent) {
  const auto* value = any(name);
  if (value == nullptr) return absent;
  if (const auto* b = value->if_bool()) return *b;
  wrong(name, "must be true or false");
  return absent;
}

std::int64_t fields::whole(std::string_view name, std::int64_t absent, std::int64_t least,
                           std::int64_t most) {
  const auto* value = any(name);
  if (value == nullptr) return absent;
  json::error_code ec;
  const auto n = value->is_number() ? value->to_number<std::int64_t>(ec) : least - 1;
  if (!ec && n >= least && n <= most) return n;
  wrong(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return absent;
}

duration fields::time(std::string_view name, duration absent) {
  const auto* value = any(name);
  if (value == nullptr) return absent;
  const auto* s = value->if_string();
  const auto parsed = s == nullptr ? result<duration>(duration{0}) : parse_duration(*s);
  if (parsed && *parsed > duration{0}) return *parsed;
  wrong(name, "must be a time above zero with a unit, for example 5s");
  return absent;
}

void fields::leave(std::initializer_list<std::string_view> names) {
  for (const auto name : names) asked_.emplace(name);
}

result<void> fields::finish() {
  if (first_) return *first_;
  for (const auto& member : from_) {
    if (asked_.contains(std::string_view(member.key()))) continue;
    std::string known;
    for (const auto& name : asked_) known += (known.empty() ? "" : ", ") + name;
    wrong(std::string_view(member.key()), "is not known here, known are " + known);
    return *first_;
  }
  return {};
}

}  // namespace shipflow::http
