// The sample language of the schema tests.
#include "document/agreement/corpus.hpp"
#include "document/sample_tables.hpp"

#include <array>

using namespace shipflow;

namespace {

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

}  // namespace

int main() {
  std::vector<json::value> documents;
  for (const auto text : good) documents.push_back(json::parse(text));
  std::cout << test::suite(documents, test::plan_type(), 1500);
}
