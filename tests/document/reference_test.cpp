#include "document/reference.hpp"

#include "parsing.hpp"

#include <random>

using namespace shipflow;
using namespace shipflow::test;

namespace {

const json::value world =
    json::parse(R"({"version": "1.5.0", "count": 3, "ratio": 0.5, "on": true, "none": null,
  "list": [1, {"a/b": 2}], "nested": {"x": "y"}, "evil": "${version}"})");

std::optional<json::value> find(const std::string& path) {
  const auto* found = world.as_object().if_contains(path);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

json::value rendered(std::string_view text) {
  node string;
  string.kind = node_kind::string;
  string.text = text;
  diagnostics findings;
  const auto out = reference::render(string, find, findings);
  REQUIRE_MESSAGE(!findings.has_errors(), findings.text());
  return out.to_json();
}

std::string render_findings(std::string_view text) {
  auto p = parse(text);
  static_cast<void>(reference::render(p.doc.root, find, p.findings));
  return p.text();
}

}  // namespace

TEST_CASE("document/reference: one reference keeps the type, in a longer text it becomes text") {
  CHECK(rendered("${count}") == 3);
  CHECK(rendered("${ratio}") == 0.5);
  CHECK(rendered("${on}") == true);
  CHECK(rendered("${none}") == nullptr);
  CHECK(rendered("${nested}") == json::object{{"x", "y"}});
  CHECK(rendered("v${version}-${count}/${on}${none}.") == "v1.5.0-3/true.");
  CHECK(rendered("plain $ text } {") == "plain $ text } {");
  CHECK(rendered("") == "");
}

TEST_CASE("document/reference: defaults stand in for what is not known") {
  CHECK(rendered("${missing:-some text}") == "some text");
  CHECK(rendered("${missing:-}") == "");
  CHECK(rendered("${count:-9}") == 3);
  CHECK(rendered("a${missing:-:-b}c") == "a:-bc");
}

TEST_CASE("document/reference: $${ is a literal, and rendered text is not read again") {
  CHECK(rendered("$${version}") == "${version}");
  CHECK(rendered("$$${version}") == "$${version}");
  CHECK(rendered("${count}$${count}${count}") == "3${count}3");
  CHECK(rendered("${evil}") == "${version}");
}

TEST_CASE("document/reference: bad references are errors with their place") {
  CHECK(render_findings("a: x ${count} ${missing}") ==
        "d.yaml:1:15 /a: nothing is known by the name ${missing}; give it a value, or a default with "
        "${missing:-...}\n");
  CHECK(render_findings("a: [\"é ${missing}\"]").substr(0, 17) == "d.yaml:1:8 /a/0: ");
  CHECK(render_findings("a: |\n  one\n  ${missing}\n").substr(0, 14) == "d.yaml:1:4 /a:");
  CHECK(render_findings("a: x ${list}") ==
        "d.yaml:1:6 /a: `${list}` is a list or mapping and cannot stand inside a text\n");
  for (const std::string_view bad :
       {"${", "${}", "${a", "${a b}", "${.a}", "${a.}", "${a..b}", "${:-x}", "${a[}", "${a[]}", "${[x]}",
        "${a[x]y}", "${a:-${b}}", "${ a }", "${a\n}"}) {
    CAPTURE(bad);
    CHECK(reference::parse(bad).bad.has_value());
  }
}

TEST_CASE("document/reference: paths have segments, and segments may have an instance") {
  CHECK(reference::segments("steps.api[eu].output") ==
        std::vector<std::string>{"steps", "api[eu]", "output"});
  CHECK(reference::parse("${steps.api[eu].output}").value.parts.front().path == "steps.api[eu].output");
  const auto parts = reference::parse("ab${x:-y}c$${d").value.parts;
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].literal == "ab");
  CHECK(parts[1].path == "x");
  CHECK(parts[1].fallback == "y");
  CHECK(parts[1].offset == 2);
  CHECK(parts[2].literal == "c${d");
  CHECK(parts[2].offset == 9);
}

TEST_CASE("document/reference: a tree is rendered as a whole, with places and pointers") {
  auto p = parse("a: ${list}\nb: {c: [\"${count}\", 7, \"t\"]}\n");
  const auto out = reference::render(p.doc.root, find, p.findings);
  CHECK(p.text() == "");
  CHECK(out.to_json() == json::parse(R"({"a": [1, {"a/b": 2}], "b": {"c": [3, 7, "t"]}})"));
  CHECK(out.find("a")->items[1].fields[0].second.pointer == "/a/1/a~1b");
  CHECK(out.find("a")->items[0].place == source_place{"d.yaml", 1, 4});
  CHECK(out.find("b")->find("c")->items[0].kind == node_kind::integer);
  CHECK(out.find("b")->key_place() == source_place{"d.yaml", 2, 1});
}

TEST_CASE("document/reference: all references are collected with their places") {
  auto p = parse("a: x ${one} ${two:-2}\nb: ['${three.x}', 1]\n");
  const auto uses = reference::collect(p.doc.root, p.findings);
  REQUIRE(uses.size() == 3);
  CHECK(uses[0].path == "one");
  CHECK(uses[0].place() == source_place{"d.yaml", 1, 6});
  CHECK(uses[1].place() == source_place{"d.yaml", 1, 13});
  CHECK(uses[1].has_fallback);
  CHECK(uses[2].path == "three.x");
  CHECK(uses[2].place() == source_place{"d.yaml", 2, 6});
  CHECK(uses[2].pointer() == "/b/0");
}

TEST_CASE("document/reference: named values are ordered, and cycles are named") {
  const auto naming = [](const std::string& path) { return std::optional(path); };
  const auto order_of = [&](std::string_view text, diagnostics& out) {
    auto p = parse(text);
    return reference::order(p.doc.root.fields, naming, out);
  };
  diagnostics none;
  CHECK(order_of("a: ${b} ${c}\nb: ${c}\nc: 1\nd: ${x}\n", none) ==
        std::vector<std::string>{"c", "b", "a", "d"});
  CHECK(none.items().empty());
  diagnostics cycle;
  CHECK(order_of("a: 1\nb: x ${c}\nc: [\"${b}\"]\nd: ${b}\ne: ${a}\n", cycle) ==
        std::vector<std::string>{"a", "e"});
  CHECK(cycle.text() == "d.yaml:3:6 /c/0: the values refer to each other: b -> c -> b\n");
  diagnostics self;
  CHECK(order_of("a: ${a}\n", self).empty());
  CHECK(self.text() == "d.yaml:1:4 /a: the values refer to each other: a -> a\n");
}

TEST_CASE("document/reference: a chain of 20000 values is no deep recursion") {
  std::vector<std::pair<std::string, node>> values(20'000);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i].first = "v" + std::to_string(i);
    values[i].second.kind = node_kind::string;
    values[i].second.text = "${v" + std::to_string(i + 1) + "}";
  }
  diagnostics out;
  const auto order = reference::order(
      values, [](const std::string& path) { return std::optional(path); }, out);
  CHECK(order.size() == values.size());
  CHECK(order.front() == "v19999");
}

TEST_CASE("document/reference: values that refer to values cannot grow without end") {
  json::object values{
      {"text0", std::string(1000, 'x')}, {"list0", json::array{1, 2}}, {"deep0", json::array{1}}};
  const auto find_value = [&](const std::string& path) -> std::optional<json::value> {
    const auto* found = values.if_contains(path);
    return found == nullptr ? std::nullopt : std::optional(*found);
  };
  const auto grow = [&](const std::string& name, const std::string& pattern) {
    std::string findings;
    for (int i = 1; i < 200 && findings.empty(); ++i) {
      auto text = pattern;
      const auto before = "${" + name + std::to_string(i - 1) + "}";
      for (auto at = text.find('@'); at != std::string::npos; at = text.find('@'))
        text.replace(at, 1, before);
      auto p = parse("--- " + text);
      values[name + std::to_string(i)] = reference::render(p.doc.root, find_value, p.findings).to_json();
      findings = p.text();
    }
    return findings;
  };
  CHECK(grow("text", "\"@@\"").find("longer than 1 MiB") != std::string::npos);
  CHECK(grow("list", "[\"@\", \"@\"]").find("more than 200000 nodes") != std::string::npos);
  CHECK(grow("deep", "[\"@\"]").find("deeper than 100 levels") != std::string::npos);
}

TEST_CASE("document/reference: a string of very many references is no more than one pass") {
  std::string text = "a: \"";
  for (int i = 0; i < 300'000; ++i) text += "${x}";
  auto p = parse(text + "\"\n");
  const auto uses = reference::collect(p.doc.root, p.findings);
  REQUIRE(uses.size() == 300'000);
  CHECK(uses.back().column == 5 + 4 * 299'999);
}

TEST_CASE("document/reference: any string parses or names a place inside it; escaping is its inverse") {
  for (unsigned seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::string text;
    for (auto n = random() % 20; n > 0; --n) text += "${}a.-:[]x"[random() % 10];
    const auto read = reference::parse(text);
    if (read.bad) CHECK(read.bad->offset < text.size());
    std::string escaped;
    for (std::size_t i = 0; i < text.size(); ++i)
      escaped += text.compare(i, 2, "${") == 0 ? "$$" : std::string(1, text[i]);
    CHECK(rendered(escaped) == json::value(json::string(text)));
  }
}
