#include "health/chunk_rows.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <charconv>
#include <cmath>

namespace shipflow::health {
namespace {

// Depths: 1 the chunk, 2 the list of rows, 3 a row, 4 a sample.
constexpr int in_chunk = 1;
constexpr int in_list = 2;
constexpr int in_row = 3;
constexpr int in_sample = 4;
constexpr int members = 5;
constexpr std::int64_t largest_count = 9'000'000'000'000'000;

/// Takes the values of `rows` and `began` from the parser's events; everything else passes by.
class handler {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  handler(std::size_t inputs, chunk_rows& into) : inputs_(inputs), into_(into) {}

  /// Histograms and instances came along: the tree reads them.
  [[nodiscard]] bool needs_tree() const noexcept { return needs_tree_; }
  [[nodiscard]] bool found() const noexcept { return found_; }

  bool on_document_begin(json::error_code& /*ec*/) { return true; }
  bool on_document_end(json::error_code& /*ec*/) { return true; }
  bool on_comment_part(json::string_view /*s*/, json::error_code& /*ec*/) { return true; }
  bool on_comment(json::string_view /*s*/, json::error_code& /*ec*/) { return true; }

  bool on_object_begin(json::error_code& ec) {
    needs_tree_ = rows_ && depth_ >= in_list;
    ++depth_;
    return needs_tree_ ? bad(ec) : true;
  }
  bool on_object_end(std::size_t /*n*/, json::error_code& /*ec*/) {
    --depth_;
    return true;
  }
  bool on_array_begin(json::error_code& ec) {
    ++depth_;
    if (!rows_) return true;
    if (depth_ == in_list) return found_ = true;
    if (depth_ == in_row) return begin_row();
    return depth_ == in_sample && begin_sample() ? true : bad(ec);
  }
  bool on_array_end(std::size_t n, json::error_code& ec) {
    const int closed = depth_--;
    if (!rows_) return true;
    if (closed == in_sample) return n == members ? true : bad(ec);
    if (closed == in_row) return n == inputs_ + 1 ? true : bad(ec);
    return true;
  }
  bool on_key_part(json::string_view s, std::size_t /*n*/, json::error_code& /*ec*/) {
    text_.append(s.data(), s.size());
    return true;
  }
  bool on_key(json::string_view s, std::size_t /*n*/, json::error_code& /*ec*/) {
    text_.append(s.data(), s.size());
    if (depth_ == in_chunk) {
      rows_ = text_ == "rows";
      began_ = text_ == "began";
    }
    text_.clear();
    return true;
  }
  bool on_string_part(json::string_view s, std::size_t /*n*/, json::error_code& /*ec*/) {
    text_.append(s.data(), s.size());
    return true;
  }
  bool on_string(json::string_view s, std::size_t /*n*/, json::error_code& ec) {
    text_.append(s.data(), s.size());
    const bool good = !rows_ || take_sum(text_);
    text_.clear();
    return good ? true : bad(ec);
  }
  bool on_number_part(json::string_view /*s*/, json::error_code& /*ec*/) { return true; }
  bool on_int64(std::int64_t i, json::string_view /*s*/, json::error_code& ec) {
    if (began_ && depth_ == in_chunk) into_.began = i;
    return !rows_ || take(i) ? true : bad(ec);
  }
  bool on_uint64(std::uint64_t /*u*/, json::string_view /*s*/, json::error_code& ec) { return other(ec); }
  bool on_double(double /*d*/, json::string_view /*s*/, json::error_code& ec) { return other(ec); }
  bool on_bool(bool /*b*/, json::error_code& ec) { return other(ec); }
  bool on_null(json::error_code& ec) { return other(ec); }

  [[nodiscard]] std::size_t count() const noexcept { return count_; }

 private:
  static bool bad(json::error_code& ec) {
    ec = json::error::syntax;
    return false;
  }
  bool other(json::error_code& ec) const { return rows_ ? bad(ec) : true; }

  bool begin_row() {
    if (count_ == into_.rows.size()) into_.rows.emplace_back();
    row_ = &into_.rows[count_++];
    row_->samples.clear();
    at_ = 0;
    return true;
  }
  // A row begins with its slot.
  bool begin_sample() {
    if (at_ == 0 || row_->samples.size() == inputs_) return false;
    sample_ = &row_->samples.emplace_back();
    at_ = 0;
    return true;
  }
  bool take_sum(const std::string& written) {
    if (depth_ != in_sample || at_ != 2) return false;
    const auto [end, wrong] = std::from_chars(written.data(), written.data() + written.size(), sample_->sum);
    ++at_;
    return wrong == std::errc{} && end == written.data() + written.size() && std::isfinite(sample_->sum);
  }
  bool take(std::int64_t i) {
    if (depth_ == in_row) {
      row_->slot = i;
      return at_++ == 0 && row_->samples.empty();
    }
    if (depth_ != in_sample) return false;
    const auto within = [i](std::int64_t most) { return i >= 0 && i <= most; };
    switch (at_++) {
      case 0: sample_->state = static_cast<slot_state>(i); return within(3);
      case 1: sample_->kind = static_cast<series_kind>(i); return within(1);
      case 2: sample_->sum = static_cast<double>(i); return true;
      case 3: sample_->count = i; return within(largest_count);
      case 4: sample_->cause = static_cast<missing_cause>(i); return within(1);
      default: return false;
    }
  }

  std::size_t inputs_;
  chunk_rows& into_;
  chunk_row* row_ = nullptr;
  slot_sample* sample_ = nullptr;
  std::string text_;
  std::size_t count_ = 0;
  int depth_ = 0;
  int at_ = 0;  ///< members of the row before its first sample, then of the sample
  bool rows_ = false, began_ = false, found_ = false, needs_tree_ = false;
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
  if (const auto* began = o->if_contains("began"); began != nullptr && began->is_int64())
    into.began = began->get_int64();
  return true;
}

}  // namespace

bool read_chunk_rows(std::string_view body, std::size_t inputs, chunk_rows& into) {
  into.began.reset();
  json::basic_parser<handler> parser(json::parse_options{}, inputs, into);
  json::error_code ec;
  const auto used = parser.write_some(false, body.data(), body.size(), ec);
  if (parser.handler().needs_tree()) return read_tree(body, inputs, into);
  if (ec || used < body.size() || !parser.handler().found()) return false;
  into.rows.resize(parser.handler().count());
  return true;
}

}  // namespace shipflow::health
