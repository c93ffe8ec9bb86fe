#include "health/chunk_rows.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace shipflow::health {
namespace {

constexpr std::int64_t largest_count = 9'000'000'000'000'000;

/// Reads a chunk letter by letter as `sample_book` writes it. Whatever is written otherwise, broken or not, is left to
/// the tree: this reader says no more than that.
class reader {
 public:
  explicit reader(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool chunk(std::size_t inputs, chunk_rows& into) {
    return is(R"({"trigger":")") && text() && is(R"(,"rows":[)") && rows(inputs, into) &&
           is(R"(,"counters":{"trigger":")") && text() && is(R"(,"counters":[)") && counters() && is('}') &&
           began(into) && is('}') && at_ == end_;
  }

 private:
  bool rows(std::size_t inputs, chunk_rows& into) {
    std::size_t count = 0;
    if (!is(']')) {
      do {
        if (count == into.rows.size()) into.rows.emplace_back();
        if (!row(inputs, into.rows[count++])) return false;
      } while (is(','));
      if (!is(']')) return false;
    }
    into.rows.resize(count);
    return true;
  }
  // Nobody here needs them, but a chunk that is broken further on is broken.
  bool counters() {
    if (is(']')) return true;
    do {
      std::int64_t any = 0;
      const bool read =
          is("null") || (is('[') && (is('"') ? text() : whole(any)) && is(',') && whole(any) && is(']'));
      if (!read) return false;
    } while (is(','));
    return is(']');
  }
  bool began(chunk_rows& into) {
    into.began.reset();
    if (!is(R"(,"began":)")) return true;
    return whole(into.began.emplace());
  }
  bool is(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool is(std::string_view text) {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(text)) return false;
    at_ += text.size();
    return true;
  }
  /// The rest of a text of plain letters. Most are the one before, the trigger's.
  bool text() {
    const auto* const begin = at_;
    if (!before_.empty() && is(before_)) return true;
    at_ = std::find_if_not(at_, end_, [](char c) { return c >= '+' && c <= 'z' && c != '\\'; });
    if (!is('"')) return false;
    before_ = {begin, static_cast<std::size_t>(at_ - begin)};
    return true;
  }
  bool row(std::size_t inputs, chunk_row& to) {
    to.samples.resize(inputs);
    if (!is('[') || !whole(to.slot)) return false;
    for (auto& s : to.samples)
      if (!is(',') || !sample(s)) return false;
    return is(']');
  }
  bool sample(slot_sample& to) {
    to.buckets.clear();
    to.instances.clear();
    return is('[') && one_of(slot_state::invalid, to.state) && is(',') &&
           one_of(series_kind::gauge, to.kind) && is(',') && sum(to.sum) && is(',') && whole(to.count) &&
           to.count >= 0 && to.count <= largest_count && is(',') && one_of(missing_cause::series, to.cause) &&
           is(']');
  }
  template <class Enum>
  bool one_of(Enum last, Enum& to) {
    if (at_ == end_ || *at_ < '0' || *at_ > '0' + static_cast<int>(last)) return false;
    to = static_cast<Enum>(*at_++ - '0');
    return true;
  }
  // What has more digits, or could be written shorter, is the tree's.
  bool whole(std::int64_t& to) {
    constexpr std::ptrdiff_t most_digits = 18;
    const bool below = is('-');
    const auto* const begin = at_;
    const auto* const last = begin + std::min(most_digits, end_ - begin);
    const auto* at = begin;
    std::int64_t number = 0;
    for (; at != last && *at >= '0' && *at <= '9'; ++at) number = number * 10 + (*at - '0');
    const bool plain = at != begin && (*begin != '0' || (at - begin == 1 && !below));
    at_ = at;
    to = below ? -number : number;
    return plain;
  }
  // `exact` writes whole numbers as they are and others as texts.
  bool sum(double& to) {
    if (is('"')) {
      const auto [end, wrong] = std::from_chars(at_, end_, to);
      at_ = end;
      return wrong == std::errc{} && std::isfinite(to) && is('"');
    }
    std::int64_t number = 0;
    if (!whole(number)) return false;
    to = static_cast<double>(number);
    return true;
  }

  const char* at_;
  const char* end_;
  std::string_view before_;  ///< up to its quotation mark
};

bool read_tree(std::string_view body, std::size_t inputs, chunk_rows& into) {
  const auto parsed = parse_json(body);
  const auto* o = parsed ? parsed->if_object() : nullptr;
  const auto* rows = o == nullptr ? nullptr : o->if_contains("rows");
  if (rows == nullptr || !rows->is_array()) return false;
  into.rows.clear();
  for (const auto& item : rows->get_array()) {
    const auto* list = item.if_array();
    if (list == nullptr || list->size() != inputs + 1 || !list->front().is_int64()) return false;
    auto& row = into.rows.emplace_back();
    row.slot = list->front().get_int64();
    for (std::size_t i = 1; i < list->size(); ++i) {
      auto sample = sample_from_json(list->at(i));
      if (!sample) return false;
      row.samples.push_back(std::move(*sample));
    }
  }
  into.began.reset();
  if (const auto* began = o->if_contains("began"); began != nullptr && began->is_int64())
    into.began = began->get_int64();
  return true;
}

}  // namespace

bool read_chunk_rows(std::string_view body, std::size_t inputs, chunk_rows& into) {
  return reader(body).chunk(inputs, into) || read_tree(body, inputs, into);
}

}  // namespace shipflow::health
