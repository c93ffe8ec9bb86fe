#include "parsing.hpp"

using namespace shipflow;
using namespace shipflow::test;

TEST_CASE("document/yaml: scalars follow the core schema of YAML 1.2") {
  const auto check = [](std::string_view scalar, const json::value& expected) {
    CAPTURE(scalar);
    CHECK(tree_of("v: " + std::string(scalar)).at("v") == expected);
  };
  for (const auto* word :
       {"yes",  "no",         "on",  "off",   "Yes", "ON",  "y", "n", ".inf", "-.inf", ".nan", "1_000", "0b1",
        "1:30", "2026-11-21", "10m", "1.2.3", "0o8", "0xg", "+", "-", ".",    "e3",    "1e",   "tRue"})
    if (std::string_view(word) != "-") check(word, word);
  for (const auto* word : {"~", "null", "Null", "NULL", ""}) check(word, nullptr);
  for (const auto* word : {"true", "True", "TRUE"}) check(word, true);
  for (const auto* word : {"false", "False", "FALSE"}) check(word, false);
  check("0", 0);
  check("-17", -17);
  check("+17", 17);
  check("0o17", 15);
  check("0xfF", 255);
  check("9223372036854775807", INT64_MAX);
  check("-9223372036854775808", INT64_MIN);
  check("1e3", 1000.0);
  check("-1.5E-2", -0.015);
  check(".5", 0.5);
  check("5.", 5.0);
  check("+0.25", 0.25);
  check("\"12\"", "12");
  check("'null'", "null");
  check("\"\"", "");
}

TEST_CASE("document/yaml: a scalar keeps how it was written") {
  const auto p = parse("a: 1.10\nb: 0x10\nc: TRUE\nd: ~\ne: Null\n");
  CHECK(p.doc.root.find("a")->text == "1.10");
  CHECK(p.doc.root.find("b")->text == "0x10");
  CHECK(p.doc.root.find("c")->text == "TRUE");
  CHECK(p.doc.root.find("d")->text == "~");
  CHECK(p.doc.root.find("e")->text == "Null");
}

TEST_CASE("document/yaml: every node knows its place and pointer") {
  const auto p = parse("# head\nsteps:\n  - id: \"é\"\n    needs: [ä, b]\n  - {id: y, 'a/b~c': 1}\n");
  REQUIRE_MESSAGE(p.findings.items().empty(), p.text());
  const auto& steps = *p.doc.root.find("steps");
  CHECK(steps.place == source_place{"d.yaml", 3, 3});
  CHECK(steps.key_place() == source_place{"d.yaml", 2, 1});
  CHECK(steps.items[0].place == source_place{"d.yaml", 3, 5});
  CHECK(steps.items[0].key_line == 0);
  const auto& needs = *steps.items[0].find("needs");
  CHECK(needs.place == source_place{"d.yaml", 4, 12});
  CHECK(needs.items[1].place == source_place{"d.yaml", 4, 16});
  CHECK(needs.items[1].pointer == "/steps/0/needs/1");
  CHECK(steps.items[1].find("a/b~c")->pointer == "/steps/1/a~1b~0c");
  CHECK(steps.items[1].find("a/b~c")->key_place() == source_place{"d.yaml", 5, 13});
}

TEST_CASE("document/yaml: a duplicate key names both places") {
  CHECK(finding_of("a: 1\nb: 2\n  \na: 3\n") ==
        "d.yaml:4:1 /a: the key \"a\" stands here and at 1:1; remove one");
  CHECK(finding_of("x:\n  - {k: 1, k: {k: 2}}") ==
        "d.yaml:2:12 /x/0/k: the key \"k\" stands here and at 2:6; remove one");
  std::string many;
  for (int i = 0; i < 40; ++i) many += "k" + std::to_string(i) + ": 1\n";
  CHECK(finding_of(many + "k30: 2\n") ==
        "d.yaml:41:1 /k30: the key \"k30\" stands here and at 31:1; remove one");
}

TEST_CASE("document/yaml: findings that allow going on are reported in one go") {
  const auto p = parse("a: !!str 1\na: 2\n1: x\n<<: {}\nbig: 99999999999999999999\nmode: 0644\n");
  CHECK(p.text() ==
        "d.yaml:1:4 /a: tags are not supported; remove the tag\n"
        "d.yaml:2:1 /a: the key \"a\" stands here and at 1:1; remove one\n"
        "d.yaml:3:1 /1: a key must be a string, this one is a integer; put it in quotes\n"
        "d.yaml:4:1 /<<: merge keys are not supported; repeat the fields\n"
        "d.yaml:5:6 /big: the integer does not fit in 64 bits; put it in quotes to keep it as text\n"
        "d.yaml:6:7 /mode: warning: 0644 is read as a decimal number; write 0o644 for octal, or put it in "
        "quotes\n");
  CHECK(p.findings.to_error().text() == "d.yaml:1:4 /a: tags are not supported; remove the tag (and 5 more)");
}

TEST_CASE("document/yaml: what the language leaves out is refused by name") {
  const auto has = [](std::string_view text, std::string_view part) {
    const auto finding = finding_of(text);
    CAPTURE(text);
    CHECK_MESSAGE(finding.find(part) != std::string::npos, finding);
  };
  has("a: ! x", "tags are not supported");
  has("a: !!seq [1]", "tags are not supported");
  has("a: !custom {b: 1}", "tags are not supported");
  has("? [a, b]\n: 1", "d.yaml:1:3: a key must be a string, this one is a sequence");
  has("{[a]: 1}", "not valid JSON: keys need double quotes");
  has("null: 1", "a key must be a string, this one is a null");
  has("a: 1\n---\nb: 2\n", "d.yaml:2:1: a second document begins here; a file holds one");
  has("a: &a [*a]", "the alias refers to a node that contains it");
  has("a: *nowhere", "not valid YAML: the referenced anchor is not defined");
  has("a: &x b\n*x : 1", "an alias cannot be a key");
  has("&x a: 1", "an anchor on a key is not supported");
  has("", "d.yaml: the document is empty");
  has("# nothing\n", "d.yaml: the document is empty");
  has("a: \"\\0\"", "must not contain the character U+0000");
  has("a: 1e999", "the number is out of range");
}

TEST_CASE("document/yaml: a key needs its colon and a list its values") {
  CHECK(finding_of("é: 1\r\nü: 2\r\ntimeout 10m\r\n") ==
        "d.yaml:3:1: not valid YAML: expected `:` after the key \"timeout 10m\"");
  CHECK(finding_of("x: {a, b: 1}") == "d.yaml:1:5 /x: not valid YAML: expected `:` after the key \"a\"");
  CHECK(finding_of("x: [a,, b]").find("expected a value") != std::string::npos);
  CHECK(tree_of("é: 1\r\n\"ü\\\"\" : {'it''s':1, ? x : y, z: }\r\n? q\r\n: [a: b, c, ]\r\nn:\r\n- \r\n") ==
        json::parse(
            R"({"é": 1, "ü\"": {"it's": 1, "x": "y", "z": null}, "q": [{"a": "b"}, "c"], "n": [null]})"));
}

TEST_CASE("document/yaml: syntax errors have a place") {
  for (const std::string_view text :
       {"a: [1, 2", "a: {b: 1", "a: \"open", "a: b: c", "a: 'x\n", "- a\nb: 1", "a: 1\n  b: 2", "a: %x: @",
        "a: `b`", "\tb: 1", "a:\n\tb: 1", "key: [a]]", "a: }", "--- [a\nb: c]", "a: 'x\nb: 1\n", "a: \"x\n  ",
        "'", "a: \"", "%YAML 3.0\n---\na: 1"}) {
    CAPTURE(text);
    const auto p = parse(text);
    CHECK(p.findings.has_errors());
    for (const auto& item : p.findings.items()) CHECK_MESSAGE(item.place.line > 0, item.text());
  }
}

TEST_CASE("document/yaml: an alias stands for its anchor's value under its own pointer") {
  const auto p = parse("base: &b {x: [1, 2]}\nuse: *b\nlist: [*b, &c v, *c]\n");
  REQUIRE_MESSAGE(p.findings.items().empty(), p.text());
  const auto& use = *p.doc.root.find("use");
  CHECK(use.to_json() == p.doc.root.find("base")->to_json());
  CHECK(use.pointer == "/use");
  CHECK(use.find("x")->items[1].pointer == "/use/x/1");
  CHECK(use.place == source_place{"d.yaml", 1, 7});
  CHECK(use.key_place() == source_place{"d.yaml", 2, 1});
  CHECK(p.doc.root.find("list")->items[2].text == "v");
}

TEST_CASE("document/yaml: block scalars, folding and multi-line strings are values") {
  CHECK(tree_of("a: |\n  one\n  two\nb: >-\n  one\n  two\nc: \"x\\ty\\u00e9\"\n").at("a") == "one\ntwo\n");
  CHECK(tree_of("b: >-\n  one\n  two\n").at("b") == "one two");
  CHECK(tree_of("---\r\na: 1\r\nb: [x,\r\n  y]\r\n...\r\n").at("b").at(1) == "y");
  CHECK(tree_of("\xef\xbb\xbf"
                "a: 1")
            .at("a") == 1);
  CHECK(tree_of("just text") == "just text");
}
