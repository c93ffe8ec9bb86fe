#include "moto.hpp"

#include <doctest/doctest.h>

using namespace shipflow;

TEST_CASE("aws/client: moto accepts what is signed, in json and in query, and nothing else") {
  if (tests::moto_program().empty()) return;
  const tests::moto server;
  aws::client good(server.keys.options());
  const auto who = tests::moto::try_call(good, aws::sts, "GetCallerIdentity", {});
  REQUIRE_MESSAGE(who.has_value(), (who ? "" : who.error().message));
  CHECK(std::string(who->at("Arn").as_string()).ends_with(":user/shop"));
  const auto metrics =
      tests::moto::try_call(good, aws::cloudwatch, "ListMetrics", {{"Namespace", "Shop/Über \"x\""}});
  REQUIRE_MESSAGE(metrics.has_value(), (metrics ? "" : metrics.error().message));
  CHECK(metrics->at("Metrics").as_array().empty());

  auto forged = server.keys;
  forged.variables["AWS_SECRET_ACCESS_KEY"] += "x";
  aws::client bad(forged.options());
  const auto refused = tests::moto::try_call(bad, aws::sts, "GetCallerIdentity", {});
  REQUIRE(!refused);
  CHECK(refused.error().code == errc::denied);
  CHECK(refused.error().aws_code == "SignatureDoesNotMatch");
  const auto also = tests::moto::try_call(bad, aws::cloudwatch, "ListMetrics", {});
  REQUIRE(!also);
  CHECK(also.error().code == errc::denied);

  auto stranger = server.keys;
  stranger.variables["AWS_ACCESS_KEY_ID"] = "AKIANOBODY0000000000";
  aws::client unknown(stranger.options());
  CHECK(tests::moto::try_call(unknown, aws::sts, "GetCallerIdentity", {}).error().aws_code ==
        "InvalidClientTokenId");
}
