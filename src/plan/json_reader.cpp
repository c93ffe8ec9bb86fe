#include "plan/json_reader.hpp"

#include <algorithm>
#include <utility>

namespace shipflow::planning {
namespace {

// A number from text is signed, one that was built from an index is not.
std::optional<int> whole(const json::value& from) {
  if (!from.is_int64() && !from.is_uint64()) return std::nullopt;
  boost::system::error_code ec;
  const auto number = from.to_number<int>(ec);
  if (ec || number < 0) return std::nullopt;
  return number;
}

}  // namespace

json_reader::json_reader(const json::value& from, std::string where, trouble& bad)
    : from_(from.if_object()), where_(std::move(where)), bad_(bad) {
  if (from_ == nullptr) fail("", "must be an object");
}

void json_reader::fail(std::string_view key, std::string_view what) {
  if (!bad_.what.empty()) return;
  bad_.what = where_;
  if (!key.empty()) bad_.what.append("/").append(key);
  bad_.what.append(" ").append(what);
}

const json::value* json_reader::member(std::string_view key) {
  if (from_ == nullptr) return nullptr;
  read_.push_back(key);
  return from_->if_contains(key);
}

void json_reader::require(std::string_view key) {
  if (from_ != nullptr && from_->if_contains(key) == nullptr) fail(key, "is missing");
}

void json_reader::text(std::string_view key, std::string& to) {
  const auto* found = member(key);
  if (found == nullptr) return;
  if (const auto* text = found->if_string())
    to = std::string(*text);
  else
    fail(key, "must be a string");
}

const json::array& json_reader::items(std::string_view key) {
  static const json::array nothing;
  const auto* found = member(key);
  if (found == nullptr) return nothing;
  if (const auto* list = found->if_array()) return *list;
  fail(key, "must be an array");
  return nothing;
}

void json_reader::texts(std::string_view key, std::vector<std::string>& to) {
  for (const auto& item : items(key)) {
    if (const auto* text = item.if_string())
      to.emplace_back(*text);
    else
      fail(key, "must hold strings");
  }
}

void json_reader::number(std::string_view key, int& to) {
  const auto* found = member(key);
  if (found == nullptr) return;
  const auto number = whole(*found);
  if (!number) return fail(key, "must be a whole number that is not negative");
  to = *number;
}

void json_reader::index(std::string_view key, std::uint32_t& to) {
  int number = 0;
  this->number(key, number);
  to = static_cast<std::uint32_t>(number);
}

void json_reader::index(std::string_view key, std::optional<std::uint32_t>& to) {
  if (from_ != nullptr && from_->if_contains(key) != nullptr) index(key, to.emplace());
}

void json_reader::indexes(std::string_view key, std::vector<std::uint32_t>& to) {
  for (const auto& item : items(key)) {
    const auto number = whole(item);
    if (!number) return fail(key, "must hold indexes of steps");
    to.push_back(static_cast<std::uint32_t>(*number));
  }
}

void json_reader::truth(std::string_view key, bool& to) {
  const auto* found = member(key);
  if (found == nullptr) return;
  if (const auto* truth = found->if_bool())
    to = *truth;
  else
    fail(key, "must be true or false");
}

void json_reader::time(std::string_view key, duration& to) {
  const auto* found = member(key);
  if (found == nullptr) return;
  const auto* number = found->if_int64();
  if (number == nullptr || *number < 0) return fail(key, "must be milliseconds");
  to = duration{*number};
}

void json_reader::object(std::string_view key, json::object& to) {
  const auto* found = member(key);
  if (found == nullptr) return;
  if (const auto* object = found->if_object())
    to = *object;
  else
    fail(key, "must be an object");
}

void json_reader::any(std::string_view key, json::value& to) {
  const auto* found = member(key);
  if (found != nullptr) to = *found;
}

void json_reader::end() {
  if (from_ == nullptr) return;
  for (const auto& entry : *from_) {
    const std::string_view key(entry.key().data(), entry.key().size());
    if (std::find(read_.begin(), read_.end(), key) == read_.end()) return fail(key, "is not known");
  }
}

}  // namespace shipflow::planning
