#include "answers.hpp"

#include <array>
#include <limits>
#include <stdexcept>

namespace shipflow_corpus {
namespace {

std::int64_t integer_in(const json::object& o, std::string_view key, std::int64_t otherwise) {
  const auto* v = o.if_contains(key);
  return v == nullptr ? otherwise : v->to_number<std::int64_t>();
}

shipflow::answer_kind kind_named(const std::string& word) {
  for (auto k = shipflow::answer_kind::done; k <= shipflow::answer_kind::conflict;
       k = static_cast<shipflow::answer_kind>(static_cast<int>(k) + 1))
    if (name_of(k) == word) return k;
  throw std::runtime_error("no kind of answer: " + word);
}

shipflow::errc code_for(shipflow::answer_kind kind) {
  switch (kind) {
    case shipflow::answer_kind::unknown: return shipflow::errc::unknown_outcome;
    case shipflow::answer_kind::conflict: return shipflow::errc::conflict;
    default: return shipflow::errc::failed;
  }
}

shipflow::reading full_reading(const json::object& o) {
  shipflow::reading out;
  const auto state = text_in(o, "state");
  if (state == "value") out.what = shipflow::reading::state::value;
  if (state == "empty") out.what = shipflow::reading::state::empty;
  if (state == "invalid") out.what = shipflow::reading::state::invalid;
  out.why = text_in(o, "why");
  if (const auto* number = o.if_contains("number")) out.number = number->to_number<double>();
  if (const auto* buckets = o.if_contains("buckets"))
    for (const auto& b : buckets->as_array()) {
      const auto& upper = b.at(0);
      out.buckets.push_back(
          {upper.is_null() ? std::numeric_limits<double>::infinity() : upper.to_number<double>(),
           b.at(1).to_number<double>()});
    }
  if (const auto* instances = o.if_contains("instances"))
    for (const auto& one : instances->as_object())
      out.instances.push_back({std::string(one.key()), one.value().to_number<double>()});
  return out;
}

shipflow::reading reading_of(const json::value& v) {
  if (v.is_object()) return full_reading(v.get_object());
  shipflow::reading out;
  if (v.is_null()) return out;
  out.what = shipflow::reading::state::value;
  out.number = v.to_number<double>();
  return out;
}

shipflow::series_kind series_kind_named(const std::string& word) {
  if (word == "gauge") return shipflow::series_kind::gauge;
  return word == "delta" ? shipflow::series_kind::delta : shipflow::series_kind::counter;
}

}  // namespace

std::string text_in(const json::object& o, std::string_view key, std::string otherwise) {
  const auto* v = o.if_contains(key);
  return v == nullptr || !v->is_string() ? otherwise : std::string(v->get_string());
}

std::string name_of_code(shipflow::errc code) {
  std::string out;
  for (const char c : name_of(code)) out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

shipflow::errc code_named(const std::string& name) {
  for (auto c = shipflow::errc::invalid_argument; c <= shipflow::errc::internal;
       c = static_cast<shipflow::errc>(static_cast<int>(c) + 1))
    if (name_of_code(c) == name) return c;
  throw std::runtime_error("no status " + name);
}

shipflow::answer action_answer(const json::object& given) {
  if (given.contains("fail")) {
    const auto code = code_named(text_in(given, "fail"));
    const auto why = text_in(given, "message");
    return code == shipflow::errc::unknown_outcome
               ? shipflow::answer::unknown(why)
               : shipflow::answer::failed(shipflow::make_error(code, why));
  }
  shipflow::answer out;
  out.kind = kind_named(text_in(given, "kind", "done"));
  const auto* value = given.if_contains("value");
  out.value = value == nullptr ? json::value(json::object{}) : *value;
  out.percent = static_cast<int>(integer_in(given, "percent", -1));
  out.text = text_in(given, "text");
  out.look_again = shipflow::duration{integer_in(given, "look_again_ms", 1'000)};
  out.problem = {code_for(out.kind), text_in(given, "message", "the provider gave no reason"), ""};
  return out;
}

shipflow::probe_answer probe_answer_of(const json::object& given) {
  shipflow::probe_answer out;
  const auto outcome = text_in(given, "outcome");
  if (outcome == "pass") out.outcome = shipflow::look::pass;
  if (outcome == "fail") out.outcome = shipflow::look::fail;
  out.text = text_in(given, given.contains("fail") ? "message" : "text");
  return out;
}

shipflow::metric_answer metric_answer_of(const json::object& given) {
  shipflow::metric_answer out;
  out.kind = series_kind_named(text_in(given, "kind"));
  out.why = text_in(given, given.contains("fail") ? "message" : "why");
  if (const auto* readings = given.if_contains("readings"))
    for (const auto& r : readings->as_array()) out.readings.push_back(reading_of(r));
  return out;
}

shipflow::delivery_answer delivery_answer_of(const json::object& given) {
  const auto outcome = text_in(given, "outcome");
  auto out = shipflow::delivery_answer::again(text_in(given, given.contains("fail") ? "message" : "why"));
  if (outcome == "delivered") out = shipflow::delivery_answer::delivered();
  if (outcome == "refused") out = shipflow::delivery_answer::refused(text_in(given, "why"));
  out.not_before = shipflow::duration{integer_in(given, "not_before_ms", 0)};
  return out;
}

}  // namespace shipflow_corpus
