// Journals that earlier versions wrote are folded by this one: tests/engine/journals holds some of
// every format. A fold that gives another state has broken a promise.
#include <shipflow/engine.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace {

namespace json = shipflow::json;

json::object load(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return shipflow::parse_json(text.str(), 128).value().as_object();
}

std::unique_ptr<shipflow::store> store_of(const json::object& journal) {
  auto store = shipflow::make_memory_store();
  const std::string digest(journal.at("plan_digest").as_string());
  REQUIRE(store->put_plan(digest, std::string(journal.at("plan").as_string())).has_value());
  std::vector<shipflow::stored_fact> facts;
  for (const auto& f : journal.at("facts").as_array())
    facts.push_back({f.at("rev").as_int64(), static_cast<shipflow::fact_kind>(f.at("kind").as_int64()),
                     f.at("at_ms").as_int64(), static_cast<int>(f.at("format").as_int64()),
                     std::string(f.at("body").as_string()), std::string(f.at("hash").as_string())});
  shipflow::run_row row;
  row.id = std::string(journal.at("run").as_string());
  row.plan_digest = digest;
  row.rev = static_cast<std::int64_t>(facts.size());
  REQUIRE(store->create_run(row, facts, {}).has_value());
  return store;
}

std::vector<std::filesystem::path> journals() {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(SHIPFLOW_TEST_DATA "/journals"))
    out.push_back(entry.path());
  return out;
}

}  // namespace

TEST_CASE("engine/journal: journals of every released format fold to the state they had") {
  REQUIRE(journals().size() >= 3);
  for (const auto& path : journals()) {
    CAPTURE(path.string());
    const auto journal = load(path);
    const auto store = store_of(journal);
    const std::string run(journal.at("run").as_string());
    const auto state = shipflow::load_run(*store, run);
    REQUIRE(state.has_value());
    CHECK(std::string(name_of(state->phase)) == std::string(journal.at("phase").as_string()));
    CHECK(shipflow::verify_audit(*store, run).has_value());
  }
}

TEST_CASE("engine/journal: a fact of a newer format is refused by name, a changed one is found") {
  auto journal = load(journals().front());
  const std::string run(journal.at("run").as_string());
  auto& fact = journal.at("facts").as_array().at(1).as_object();
  SUBCASE("newer") {
    fact["format"] = shipflow::journal_format + 1;
    const auto store = store_of(journal);
    CHECK(shipflow::load_run(*store, run).error().code == shipflow::errc::newer_version);
  }
  SUBCASE("changed") {
    std::string body(fact.at("body").as_string());
    body.replace(body.find("\"at\":1"), 6, "\"at\":2");
    fact["body"] = body;
    const auto store = store_of(journal);
    CHECK(shipflow::load_run(*store, run).error().code == shipflow::errc::corrupt);
    CHECK(shipflow::verify_audit(*store, run).error().message.find("fact 2") != std::string::npos);
  }
}
