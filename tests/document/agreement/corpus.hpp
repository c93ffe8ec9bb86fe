// Documents near valid ones, each with the validator's verdict, for an independent validator.
#pragma once

#include "document/schema.hpp"

#include <iostream>
#include <random>

namespace shipflow::test {

inline constexpr unsigned corpus_seed = 20261121;

inline const json::array& values() {
  static const auto pool =
      json::parse(R"([null, true, false, 0, -1, 1.5, 3.0, 1e3, 120, "", "x", "yes", "10m", "1h1h", "10",
    "10 m", "${x}", "$", "none", "ask", "high", "a-b", "9a", [], ["a"], [1], ["${x}"], {}, {"a": 1}, {"A": "b"}])")
          .as_array();
  return pool;
}

/// Changes a document at one place: a value, or a key gone, new or changed.
class mutator {
 public:
  mutator(std::mt19937& random, const std::vector<std::string>& keys) : random_(random), keys_(keys) {}

  void change(json::value& v) {
    if (auto* object = v.if_object(); object != nullptr && !object->empty()) return change(*object);
    if (auto* array = v.if_array(); array != nullptr && !array->empty() && below(3) != 0)
      return change((*array)[below(array->size())]);
    v = any();
  }

 private:
  std::size_t below(std::size_t n) { return random_() % n; }
  const json::value& any() { return values()[below(values().size())]; }

  void change(json::object& object) {
    auto member = object.begin() + static_cast<std::ptrdiff_t>(below(object.size()));
    switch (below(6)) {
      case 0: object.erase(member); return;
      case 1: object[keys_[below(keys_.size())]] = any(); return;
      case 2: member->value() = any(); return;
      default: change(member->value());
    }
  }

  std::mt19937& random_;
  const std::vector<std::string>& keys_;
};

inline json::object judged(const json::value& document, const schema::type& type) {
  diagnostics out;
  const auto parsed = parse_document(json::serialize(document), "d", out);
  schema::validate(parsed.root, type, out);
  return {{"document", document}, {"valid", !out.has_errors()}, {"findings", out.text()}};
}

/// All keys of the documents, so that changes put known words in the wrong places too.
inline void collect_keys(const json::value& v, std::vector<std::string>& out) {
  if (const auto* array = v.if_array())
    for (const auto& item : *array) collect_keys(item, out);
  const auto* object = v.if_object();
  if (object == nullptr) return;
  for (const auto& member : *object) {
    out.emplace_back(member.key());
    collect_keys(member.value(), out);
  }
}

/// The schema, the documents and as many changed ones, as one JSON object for check.py.
inline json::object suite(const std::vector<json::value>& good, const schema::type& type, int changed) {
  std::mt19937 random(corpus_seed);
  std::vector<std::string> keys{"extra"};
  for (const auto& document : good) collect_keys(document, keys);
  json::array cases;
  for (const auto& document : good) cases.push_back(judged(document, type));
  for (int i = 0; i < changed; ++i) {
    auto document = good[static_cast<std::size_t>(i) % good.size()];
    for (auto n = 1 + random() % 2; n > 0; --n) mutator(random, keys).change(document);
    cases.push_back(judged(document, type));
  }
  return {{"seed", corpus_seed},
          {"good", good.size()},
          {"schema", schema::json_schema(type, "corpus")},
          {"cases", std::move(cases)}};
}

}  // namespace shipflow::test
