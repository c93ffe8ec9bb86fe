// The corpus through the C++ interface. SHIPFLOW_CORPUS_PRINT=1 prints what came of each scenario.
#include "answers.hpp"
#include "player.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

using namespace shipflow_corpus;

std::vector<std::filesystem::path> scenarios() {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(SHIPFLOW_TEST_DATA))
    if (entry.path().extension() == ".json") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

json::object read(const std::filesystem::path& file) {
  std::ifstream in(file);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return shipflow::parse_json(text).value().as_object();
}

std::vector<std::string> texts(const json::object& o, std::string_view key) {
  std::vector<std::string> out;
  if (const auto* list = o.if_contains(key))
    for (const auto& text : list->as_array()) out.emplace_back(text.as_string());
  return out;
}

std::string lines(std::vector<std::string> all, bool unordered) {
  if (unordered) std::sort(all.begin(), all.end());
  std::string out;
  for (const auto& line : all) out += line + "\n";
  return out;
}

void print(const outcome& seen) {
  const auto list = [](const char* name, const std::vector<std::string>& all) {
    std::printf("    \"%s\": [", name);
    for (std::size_t i = 0; i < all.size(); ++i)
      std::printf("%s\n      %s", i == 0 ? "" : ",", json::serialize(json::value(all[i])).c_str());
    std::printf("\n    ]\n");
  };
  std::printf("%s %s: phase %s, reason `%s`, parked `%s`\n", seen.refused.c_str(), seen.message.c_str(),
              seen.phase.c_str(), seen.reason.c_str(), seen.parked.c_str());
  list("calls", seen.calls);
  list("facts", seen.facts);
}

void compare(const json::object& scenario, const outcome& seen) {
  const auto& expect = scenario.at("expect").as_object();
  for (const auto& trouble : seen.trouble) FAIL_CHECK(trouble);
  if (const auto* refused = expect.if_contains("refused")) {
    CHECK(seen.refused == text_in(refused->as_object(), "status"));
    CHECK(seen.message.find(text_in(refused->as_object(), "message")) != std::string::npos);
    return;
  }
  CHECK_MESSAGE(seen.refused.empty(), seen.message);
  const bool unordered = scenario.contains("unordered");
  CHECK(seen.phase == text_in(expect, "phase"));
  CHECK(seen.folded_phase == seen.phase);
  CHECK(seen.audited > 0);
  CHECK(seen.reason.find(text_in(expect, "reason")) != std::string::npos);
  CHECK(seen.parked.find(text_in(expect, "parked")) != std::string::npos);
  CHECK(lines(seen.calls, unordered) == lines(texts(expect, "calls"), unordered));
  CHECK(lines(seen.facts, unordered) == lines(texts(expect, "facts"), unordered));
  for (const auto& text : texts(expect, "reached")) CHECK(seen.bodies.find(text) != std::string::npos);
  for (const auto& text : texts(expect, "never")) CHECK(seen.written.find(text) == std::string::npos);
}

}  // namespace

TEST_CASE("corpus: every scenario comes out as written, through the C++ interface") {
  const auto files = scenarios();
  CHECK(files.size() >= 12);
  for (const auto& file : files) {
    CAPTURE(file.filename().string());
    const auto scenario = read(file);
    const auto seen = play(scenario);
    if (std::getenv("SHIPFLOW_CORPUS_PRINT") != nullptr) {
      std::printf("== %s\n", file.filename().c_str());
      print(seen);
    }
    compare(scenario, seen);
  }
}
