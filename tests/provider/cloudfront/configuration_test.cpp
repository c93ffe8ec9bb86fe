// What is changed in configurations and policies: tables, and properties over random configurations.
#include "provider/cloudfront/configuration.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace shipflow;
using namespace shipflow::cloudfront;

namespace {

json::object with_origins(json::value origins) {
  return {{"Origins", {{"Quantity", "2"}, {"Items", {{"Origin", std::move(origins)}}}}},
          {"HttpVersion", "http2"}};
}

json::value random_value(std::mt19937& dice, int depth) {
  if (depth == 0 || dice() % 3 == 0) return json::string("text " + std::to_string(dice() % 1'000));
  if (dice() % 3 == 0) {
    json::array out;
    for (std::size_t i = dice() % 4; i > 0; --i) out.push_back(random_value(dice, depth - 1));
    return out;
  }
  json::object out;
  for (std::size_t i = dice() % 4; i > 0; --i)
    out["Member" + std::to_string(dice() % 50)] = random_value(dice, depth - 1);
  return out;
}

/// Some known members, some that nobody knows, and an origin called `site`.
json::object random_config(std::mt19937& dice) {
  json::object out;
  for (const auto* name : {"Aliases", "Comment", "Logging", "DefaultCacheBehavior", "CacheBehaviors",
                           "Restrictions", "CallerReference", "Staging", "WebACLId"})
    if (dice() % 4 != 0) out[name] = random_value(dice, 3);
  for (std::size_t i = dice() % 6; i > 0; --i)
    out["Novel" + std::to_string(dice() % 40)] = random_value(dice, 4);
  json::array origins;
  for (std::size_t i = dice() % 4; i > 0; --i) {
    json::object one{{"Id", "other-" + std::to_string(i)}, {"OriginPath", ""}};
    one["Novel"] = random_value(dice, 2);
    origins.push_back(std::move(one));
  }
  json::object site{{"Id", "site"}, {"OriginPath", "/old"}};
  site["CustomHeaders"] = random_value(dice, 3);
  origins.insert(origins.begin() + static_cast<std::ptrdiff_t>(dice() % (origins.size() + 1)),
                 std::move(site));
  json::value items = origins.size() == 1 ? origins.front() : json::value(origins);
  out["Origins"] = json::object{{"Quantity", std::to_string(origins.size())}, {"Items", {{"Origin", items}}}};
  return out;
}

}  // namespace

TEST_CASE("provider/cloudfront: the path of one origin is changed, whether it is alone or one of several") {
  auto alone = with_origins({{"Id", "a"}, {"OriginPath", "/1"}});
  CHECK(put_path(alone, "", "/2"));
  CHECK(path_in(alone, "") == "/2");
  CHECK(path_in(alone, "a") == "/2");
  CHECK_FALSE(put_path(alone, "b", "/3"));
  auto two =
      with_origins(json::array{{{"Id", "a"}, {"OriginPath", "/1"}}, {{"Id", "b"}, {"OriginPath", ""}}});
  CHECK_FALSE(put_path(two, "", "/2"));  // it is not said which
  CHECK(put_path(two, "b", "/2"));
  CHECK(path_in(two, "a") == "/1");
  CHECK(path_in(two, "b") == "/2");
  json::object none;
  CHECK_FALSE(put_path(none, "", "/2"));
  CHECK(path_in(none, "a").empty());
  for (const auto* good : {"", "/a", "/releases/1.5.0"}) CHECK(is_origin_path(good));
  for (const auto* bad : {"a", "/a/", "/", "/a b", "/a*", "/a?b"}) CHECK_FALSE(is_origin_path(bad));
}

TEST_CASE(
    "provider/cloudfront: a staging configuration keeps what is its own and takes over the rest, whatever it "
    "is") {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 dice(seed);
    const auto primary = random_config(dice);
    const auto staging = random_config(dice);
    const auto made = staged(primary, staging, "site", "/new");
    CHECK(path_in(made, "site") == "/new");
    CHECK(differences(primary, made, "site").empty());
    CHECK(staged(primary, made, "site", "/new") == made);
    for (const auto* own : {"Aliases", "CallerReference", "Staging", "WebACLId"}) {
      CHECK(made.contains(own) == staging.contains(own));
      if (staging.contains(own)) CHECK(made.at(own) == staging.at(own));
    }
    for (const auto& m : staging)
      if (m.key().starts_with("Novel")) CHECK(made.at(m.key()) == m.value());
    auto back = made;
    REQUIRE(put_path(back, "site", path_in(primary, "site")));
    CHECK(back.at("Origins") == primary.at("Origins"));
  }
}

TEST_CASE("provider/cloudfront: what promoting would change beside the path is named") {
  const json::object primary = with_origins({{"Id", "a"}, {"OriginPath", "/1"}});
  auto staging = with_origins({{"Id", "a"}, {"OriginPath", "/2"}});
  CHECK(differences(primary, staging, "a").empty());
  staging["Comment"] = "tried";
  staging["CacheBehaviors"] = json::object{{"Quantity", "0"}};
  staging["Staging"] = "true";
  CHECK(differences(primary, staging, "a") == std::vector<std::string>{"CacheBehaviors", "Comment"});
  auto other = with_origins({{"Id", "a"}, {"OriginPath", "/2"}, {"DomainName", "elsewhere"}});
  CHECK(differences(primary, other, "a") == std::vector<std::string>{"Origins"});
}

TEST_CASE("provider/cloudfront: distributions that CloudFront has no canary of are told, with the way out") {
  CHECK(obstacle_in({}).empty());
  CHECK(obstacle_in({{"HttpVersion", "http2"}, {"Staging", "false"}}).empty());
  for (const auto* version : {"http3", "http2and3"})
    CHECK(obstacle_in({{"HttpVersion", version}}).find("set HttpVersion to http2") != std::string::npos);
  CHECK(obstacle_in({{"Staging", "true"}}).find("belongs to") != std::string::npos);
  CHECK(obstacle_in({{"ConnectionMode", "tenant-only"}}).find("switch_origin") != std::string::npos);
}

TEST_CASE(
    "provider/cloudfront: a share goes into a policy and comes out the same, and all else of it stays") {
  json::object names{{"Quantity", "1"}, {"Items", {{"DnsName", {"d1.cloudfront.net"}}}}};
  const json::object before{{"StagingDistributionDnsNames", names}, {"Enabled", "false"}, {"Novel", "kept"}};
  std::vector<share> all{{}, {0, "aws-cf-cd-shop", "next", false}};
  for (int percent = 1; percent <= most_percent; ++percent) all.push_back({percent, "", "", false});
  for (const auto& one : all) {
    CAPTURE(text_of(one));
    const auto set = with_share(before, one, {300, 900});
    CHECK(share_in(set) == one);
    CHECK(share_from(to_json(one)) == one);
    CHECK(set.at("StagingDistributionDnsNames") == before.at("StagingDistributionDnsNames"));
    CHECK(set.at("Novel") == "kept");
    CHECK((set.at("Enabled") == "true") == (one != share{}));
  }
  const auto five = with_share(before, {5, "", "", false}, {300, 900});
  CHECK(
      json::serialize(five.at("TrafficConfig")) ==
      R"({"SingleWeightConfig":{"Weight":"0.05","SessionStickinessConfig":{"IdleTTL":"300","MaximumTTL":"900"}},)"
      R"("Type":"SingleWeight"})");
  auto off = five;
  off["Enabled"] = "false";
  CHECK(share_in(off).stopped);
  CHECK(text_of(share_in(off)) == "5% of the viewers, but switched off");
  CHECK(text_of(all[1]) == "viewers who send aws-cf-cd-shop: next");
  CHECK(share_in(json::object{}) == share{});
}
