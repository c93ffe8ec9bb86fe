// New revisions of any definition: everything is copied, and AWS takes what comes out.
#include "aws_double/clients.hpp"
#include "provider/ecs/services.hpp"

#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <random>

using namespace shipflow;
using tests::client_program;
using tests::said_by;

namespace {

constexpr std::array output_only{"taskDefinitionArn",  "revision",        "status",
                                 "requiresAttributes", "compatibilities", "registeredAt",
                                 "registeredBy",       "deregisteredAt",  "deleteRequestedAt"};

/// Any JSON, up to some depth; empty texts, lists and objects among it, which are legal and stay.
class anything {
 public:
  explicit anything(std::uint32_t seed) : dice_(seed) {}
  json::value value(int depth) {
    switch (dice_() % (depth > 0 ? 8 : 6)) {
      case 0: return nullptr;
      case 1: return dice_() % 2 == 0;
      case 2: return static_cast<std::int64_t>(dice_()) - (1 << 30);
      case 3: return static_cast<double>(dice_() % 1'000) / 8;
      case 4: return "";
      case 5: return json::string(text());
      case 6: {
        json::array all;
        for (auto n = dice_() % 4; n > 0; --n) all.push_back(value(depth - 1));
        return all;
      }
      default: return object(depth - 1);
    }
  }
  json::object object(int depth) {
    json::object all;
    for (auto n = dice_() % 5; n > 0; --n) all["m-" + text()] = value(depth);
    return all;
  }
  std::string text() {
    std::string out;
    for (auto n = 1 + dice_() % 6; n > 0; --n) out += static_cast<char>('a' + dice_() % 26);
    return out;
  }
  std::uint32_t dice() { return static_cast<std::uint32_t>(dice_()); }

 private:
  std::mt19937 dice_;
};

json::object described(anything& any) {
  auto definition = any.object(3);
  json::array containers;
  const auto count = 1 + any.dice() % 3;
  for (std::uint32_t i = 0; i < count; ++i) {
    auto one = any.object(3);
    one["name"] = "c" + std::to_string(i);
    one["image"] = "r/" + any.text() + ":1";
    containers.push_back(std::move(one));
  }
  definition["containerDefinitions"] = std::move(containers);
  definition["family"] = "f";
  for (const auto* name : output_only)
    if (any.dice() % 2 == 0) definition[name] = any.value(2);
  return {{"taskDefinition", std::move(definition)},
          {"tags", json::array{json::object{{"key", "k"}, {"value", ""}}}}};
}

/// What should come out, made another way: from what goes in, with one image set by its place.
json::object expected(const json::object& from, std::size_t container, const std::string& image) {
  json::object out;
  for (const auto& m : from.at("taskDefinition").as_object()) {
    const bool dropped =
        std::any_of(output_only.begin(), output_only.end(), [&](const char* n) { return m.key() == n; });
    if (!dropped) out[m.key()] = m.value();
  }
  out["containerDefinitions"].as_array()[container].as_object()["image"] = image;
  out["tags"] = from.at("tags");
  return out;
}

}  // namespace

TEST_CASE("provider/ecs: of any definition everything but what AWS adds is in the new revision, as it was") {
  const auto seed = std::random_device{}();
  INFO("seed ", seed);
  anything any(seed);
  for (int i = 0; i < 2'000; ++i) {
    const auto from = described(any);
    const auto all = from.at("taskDefinition").at("containerDefinitions").as_array().size();
    const auto which = any.dice() % all;
    REQUIRE(ecs::with_image(from, "c" + std::to_string(which), "new:2") == expected(from, which, "new:2"));
  }
}

TEST_CASE("provider/ecs: definitions with every member that AWS knows are taken by AWS's own validation") {
  const auto python = client_program("moto/bin/python", "provider_ecs, shapes of botocore");
  if (python.empty()) return;
  const auto seed = std::random_device{}();
  INFO("seed ", seed);
  const std::string script = python + " " + SHIPFLOW_TEST_DATA + "/definitions.py";
  int status = 0;
  const auto made = said_by(script + " make " + std::to_string(seed) + " 40", status);
  REQUIRE_MESSAGE(status == 0, made);
  const auto all = parse_json(made);
  REQUIRE_MESSAGE(all, made.substr(0, 400));
  json::array results;
  for (const auto& one : all->as_array()) {
    const auto& from = one.as_object();
    const auto result = ecs::with_image(from, "c0", "new:2");
    CHECK(result == expected(from, 0, "new:2"));
    results.push_back(result);
  }
  REQUIRE(results.size() == 40);
  const auto path = std::filesystem::temp_directory_path() / ("shipflow-definitions-" + std::to_string(seed));
  std::ofstream(path) << json::serialize(results);
  const auto said = said_by(script + " check " + path.string(), status);
  std::filesystem::remove(path);
  CHECK_MESSAGE(status == 0, said);
}
