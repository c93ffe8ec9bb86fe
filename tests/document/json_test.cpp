#include "parsing.hpp"

#include <random>

using namespace shipflow;
using namespace shipflow::test;

namespace {

json::value random_value(std::mt19937& random, int depth) {
  const auto pick = [&](unsigned n) { return static_cast<int>(random() % n); };
  switch (pick(depth > 0 ? 8 : 6)) {
    case 0: return nullptr;
    case 1: return pick(2) == 0;
    case 2: return static_cast<std::int64_t>(random()) * (pick(2) == 0 ? 1 : -4'000'000);
    case 3: return static_cast<double>(pick(2000)) / 64 - 7.25;
    case 4: return json::string("text \"\\/ \t é \xf0\x9f\x98\x80 ");
    case 5: return json::string(std::to_string(pick(100)));
    case 6: {
      json::array out;
      for (int i = pick(5); i > 0; --i) out.push_back(random_value(random, depth - 1));
      return out;
    }
    default: {
      json::object out;
      for (int i = pick(5); i > 0; --i)
        out["k" + std::to_string(pick(50)) + ": é"] = random_value(random, depth - 1);
      return out;
    }
  }
}

bool same_tree(const node& a, const node& b) {
  if (a.kind != b.kind || a.pointer != b.pointer || a.boolean != b.boolean || a.integer != b.integer ||
      a.number != b.number || a.text != b.text || a.items.size() != b.items.size() ||
      a.fields.size() != b.fields.size())
    return false;
  for (std::size_t i = 0; i < a.items.size(); ++i)
    if (!same_tree(a.items[i], b.items[i])) return false;
  for (std::size_t i = 0; i < a.fields.size(); ++i)
    if (a.fields[i].first != b.fields[i].first || !same_tree(a.fields[i].second, b.fields[i].second))
      return false;
  return true;
}

}  // namespace

TEST_CASE("document/json: values, escapes and surrogate pairs are read") {
  CHECK(tree_of(R"({"a": "\/\u00e9\ud83d\ude00\n\"", "b": [1, -0, 1.5e3, true, false, null, {}]})") ==
        json::parse(R"({"a": "/é😀\n\"", "b": [1, 0, 1500.0, true, false, null, {}]})"));
  CHECK(tree_of("[]") == json::array{});
  CHECK(tree_of("\t[\t1\t,\r\n\t2]\t") == json::array{1, 2});
}

TEST_CASE("document/json: comments begin with #") {
  CHECK(tree_of("# head\n{ # one\n\"a\": [1, # two\n2]# three\n, \"b#c\": \"#d\"}\n# end") ==
        json::parse(R"({"a": [1, 2], "b#c": "#d"})"));
}

TEST_CASE("document/json: nodes know their places") {
  const auto p = parse("{\n  \"é\": {\"k\": [true,\n 7]}}");
  const auto& list = *p.doc.root.find("é")->find("k");
  CHECK(list.place == source_place{"d.yaml", 2, 14});
  CHECK(list.key_place() == source_place{"d.yaml", 2, 9});
  CHECK(list.items[1].place == source_place{"d.yaml", 3, 2});
  CHECK(list.items[1].pointer == "/é/k/1");
}

TEST_CASE("document/json: bad text is refused with its place") {
  const auto check = [](std::string_view text, std::string_view expected) {
    CAPTURE(text);
    const auto finding = finding_of(text);
    CHECK_MESSAGE(finding.find(expected) != std::string::npos, finding);
  };
  check("{\"a\": 1,}", "d.yaml:1:9: not valid JSON: no comma may stand before `}`");
  check("[1 2]", "d.yaml:1:4 /1: not valid JSON: expected `,` or `]`");
  check("{a: 1}", "d.yaml:1:2: not valid JSON: keys need double quotes");
  check("{\"a\" 1}", "expected `:`");
  check("[01]", "found \"01\"");
  check("[+1]", "found \"+1\"");
  check("[1.]", "found \"1.\"");
  check("[.5]", "found \".5\"");
  check("[NaN]", "found \"NaN\"");
  check("['a']", "expected a value");
  check("[True]", "found \"True\"");
  check("[", "the text ends too early");
  check("[\"a", "the text ends too early");
  check("[\"\\", "unknown escape");
  check("[\"\\x\"]", "unknown escape");
  check("[\"\\u12g4\"]", "four hexadecimal digits");
  check("[\"\\ud800\"]", "half of a surrogate pair");
  check("[\"\\udc00\"]", "half of a surrogate pair");
  check("[\"\\ud800\\u0041\"]", "half of a surrogate pair");
  check("[\"\\u0000\"]", "U+0000");
  check("[\"a\nb\"]", "must not contain a line end or tab");
  check("[1] 2", "nothing may follow");
  check("[1]]", "nothing may follow");
  check("[12345678901234567890]", "d.yaml:1:2 /0: the integer does not fit");
  check("[1e400]", "out of range");
  check("{\"a\": 1, \"a\": 2}", "d.yaml:1:10 /a: the key \"a\" stands here and at 1:2; remove one");
}

TEST_CASE("document/json: JSON and YAML give the same tree") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    json::value value = random_value(random, 4);
    if (!value.is_object()) value = json::object{{"v", value}};
    const auto text = json::serialize(value);
    const auto as_json = parse(text);
    const auto as_yaml = parse("--- " + text);
    REQUIRE_MESSAGE(as_json.findings.items().empty(), as_json.text());
    REQUIRE_MESSAGE(as_yaml.findings.items().empty(), as_yaml.text());
    CHECK(as_json.doc.root.to_json() == value);
    CHECK(same_tree(as_json.doc.root, as_yaml.doc.root));
  }
}
