// Prints the sample table's JSON Schema, and documents with the validator's verdict on each.
#include "document/sample_tables.hpp"

#include <array>
#include <iostream>
#include <random>

using namespace shipflow;

namespace {

constexpr unsigned seed = 20261121;

const std::array<std::string_view, 4> good{
    R"({"plan": "p", "level": "high", "steps": [
      {"id": "a", "command": ["ls", "${dir:-/}"], "env": {"LOG_LEVEL": "info", "N": 3}, "timeout": "${limit}",
       "skippable": "${skip}", "wait": "1s"},
      {"id": "b", "action": "api.shift", "with": {"weight": [1, {"x": null}]}, "at": "noon",
       "retry": {"attempts": 3, "backoff": "1m30s", "jitter": 0.5}, "needs": ["a"], "note": "text"}]})",
    R"({"plan": "q", "steps": [{"id": "c", "undo": "none", "group": {"steps": [
      {"id": "d", "command": "ls", "undo": ["rm", "x"], "wait": "0s"}]}}]})",
    R"({"plan": "r", "steps": [{"id": "e", "action": "x", "skippable": true, "timeout": "10m"}],
      "limits": {"all": -5, "x-y": 1, "z": 2.0}})",
    R"({"plan": "s", "steps": [{"id": "f", "command": "x", "retry": {"attempts": "${n}"}}]})"};

const json::array& values() {
  static const auto pool =
      json::parse(R"([null, true, false, 0, -1, 1.5, 3.0, 1e3, 120, "", "x", "yes", "10m", "1h1h", "10",
    "10 m", "${x}", "$", "none", "ask", "high", "a-b", "9a", [], ["a"], [1], ["${x}"], {}, {"a": 1}, {"A": "b"}])")
          .as_array();
  return pool;
}

const std::array<std::string_view, 14> keys{"id",  "action", "command", "group", "wait", "at",    "with",
                                            "env", "retry",  "extra",   "steps", "idd",  "needs", "level"};

class mutator {
 public:
  explicit mutator(std::mt19937& random) : random_(random) {}

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
      case 1: object[keys.at(below(keys.size()))] = any(); return;
      case 2: member->value() = any(); return;
      default: change(member->value());
    }
  }

  std::mt19937& random_;
};

json::object judged(const json::value& document) {
  diagnostics out;
  const auto parsed = parse_document(json::serialize(document), "d", out);
  schema::validate(parsed.root, test::plan_type(), out);
  return {{"document", document}, {"valid", !out.has_errors()}, {"findings", out.text()}};
}

}  // namespace

int main() {
  std::mt19937 random(seed);
  json::array cases;
  for (const auto text : good) cases.push_back(judged(json::parse(text)));
  for (int i = 0; i < 1500; ++i) {
    auto document = json::parse(good.at(static_cast<std::size_t>(i) % good.size()));
    for (auto n = 1 + random() % 2; n > 0; --n) mutator(random).change(document);
    cases.push_back(judged(document));
  }
  std::cout << json::value{{"seed", seed},
                           {"schema", schema::json_schema(test::plan_type(), "sample")},
                           {"cases", std::move(cases)}};
}
