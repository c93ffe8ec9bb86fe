// A small mutation fuzzer over both readers: whatever comes in, a tree or findings come out.
#include "parsing.hpp"

#include <array>
#include <random>

using namespace shipflow;
using namespace shipflow::test;

namespace {

constexpr std::array<std::string_view, 4> samples{
    R"(# a plan
shipflow: 1
plan: shop
parameters: { bake: 10m, "wä tch": 24h }
steps:
  - { id: ready, checklist: pre-deployment }
  - id: api
    needs: [ready, &n go, *n]
    canary: { component: api, version: "${release.version}", weights: [10, 50, 100] }
    text: |
      two
      lines
  - ? x
    : >-
     folded
     text
)",
    R"({"shipflow": 1, "steps": [{"id": "a\ud83d\ude00\n", "n": [-1.5e3, 0, true, null]}, {}], "x": {"y": []}} # end
)",
    "a: &a [1, 0x1f, 0o17, 1e3, .inf, ~]\nb: {c: *a, d: 'it''s', e: \"\\x41\\u00e9\"}\n...\n",
    "%YAML 1.2\n---\n!!map {? [a] : b, ? c}\n---\n- - - x\n  -\n    y: z\n"};

constexpr std::array<std::string_view, 24> tokens{
    "[",  "]",    "{",  "}",  ": ", "- ", "? ",    "&a ",   "*a",  "!!str ",           "|\n",  ">-\n",
    "\n", "\n  ", "\t", "\"", "'",  "#",  "---\n", "...\n", "\\u", "\xf0\x9f\x98\x80", "<<: ", "%TAG ! x\n"};

std::string mutate(std::string text, std::mt19937& random) {
  const auto below = [&](std::size_t n) { return n == 0 ? 0 : random() % n; };
  for (auto n = 1 + below(6); n > 0; --n) {
    const auto at = below(text.size() + 1);
    switch (below(6)) {
      case 0: text.insert(at, tokens.at(below(tokens.size()))); break;
      case 1: text.erase(at, below(12)); break;
      case 2: text.insert(at, text.substr(below(text.size()), below(40))); break;
      case 3: text.insert(at, 1, static_cast<char>(random() % 256)); break;
      case 4: text.resize(at); break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(32 + random() % 95);
    }
  }
  return text;
}

std::size_t count(const node& n) {
  std::size_t total = 1;
  for (const auto& item : n.items) total += count(item);
  for (const auto& field : n.fields) total += count(field.second);
  return total;
}

}  // namespace

TEST_CASE("document/fuzz: mutated documents give a tree or findings, never a crash") {
  constexpr unsigned seed = 20261121;
  CAPTURE(seed);
  std::mt19937 random(seed);
  std::size_t good = 0;
  for (int round = 0; round < 4000; ++round) {
    const auto text =
        mutate(std::string(samples.at(static_cast<std::size_t>(round) % samples.size())), random);
    const auto p = parse(text, {.bytes = 4096, .depth = 20, .nodes = 200});
    if (p.findings.has_errors()) {
      for (const auto& item : p.findings.items()) REQUIRE(item.message.find('\n') == std::string::npos);
      continue;
    }
    ++good;
    REQUIRE(count(p.doc.root) <= 200);
    static_cast<void>(json::serialize(p.doc.root.to_json()));
  }
  CHECK(good > 200);
}
