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

TEST_CASE("aws/client: objects go to moto's S3 and come back byte for byte") {
  if (tests::moto_program().empty()) return;
  const tests::moto server;
  aws::client c(server.keys.options());
  const auto ask = [&](aws::wire_request q) {
    q.bucket = "site.example";
    return tests::moto::try_send(c, aws::s3, std::move(q));
  };
  REQUIRE(ask({"CreateBucket",
               "PUT",
               "",
               "/",
               {},
               {},
               aws::xml_text("CreateBucketConfiguration", {{"LocationConstraint", "eu-central-1"}})})
              .has_value());
  std::string bytes = "\r\n";
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  const auto key = aws::key_path("a b/(x)!*'=&.bin");
  const auto put = ask({"PutObject", "PUT", "", key, {}, {{"Content-Type", "x/y"}}, bytes});
  REQUIRE_MESSAGE(put.has_value(), (put ? "" : put.error().message));
  const auto got = ask({"GetObject", "GET", "", key});
  REQUIRE_MESSAGE(got.has_value(), (got ? "" : got.error().message));
  CHECK(got->body == bytes);
  CHECK(*http::find(got->headers, "Content-Type") == "x/y");
  const auto list = ask({"ListObjectsV2", "GET", "", "/", {{"list-type", "2"}, {"prefix", "a b/"}}});
  REQUIRE_MESSAGE(list.has_value(), (list ? "" : list.error().message));
  const auto read = aws::xml_to_json(list->body);
  REQUIRE(read.has_value());
  CHECK(aws::text_at(*read, "ListBucketResult/Contents/Key") == "a b/(x)!*'=&.bin");
  const auto none = ask({"HeadObject", "HEAD", "", "/none"});
  REQUIRE(!none);
  CHECK(none.error().code == errc::not_found);
  CHECK(none.error().status == 404);
}

TEST_CASE("aws/search: moto's STS hands out roles that moto then knows") {
  if (tests::moto_program().empty()) return;
  const tests::moto server;
  auto p = server.keys;
  const auto anywhere =
      std::string(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})");
  aws::client admin(p.options());
  static_cast<void>(tests::moto::call(admin, tests::iam, "CreateRole",
                                      {{"RoleName", "deploy"}, {"AssumeRolePolicyDocument", anywhere}}));
  static_cast<void>(
      tests::moto::call(admin, tests::iam, "PutRolePolicy",
                        {{"RoleName", "deploy"}, {"PolicyName", "all"}, {"PolicyDocument", anywhere}}));
  p.variables["HOME"] = "/h";
  p.files["/h/.aws/credentials"] = "[base]\naws_access_key_id = " + p.variables["AWS_ACCESS_KEY_ID"] +
                                   "\naws_secret_access_key = " + p.variables["AWS_SECRET_ACCESS_KEY"] + "\n";
  p.files["/h/.aws/config"] =
      "[profile prod]\nrole_arn = arn:aws:iam::123456789012:role/deploy\nsource_profile = base\n"
      "role_session_name = shop\n";
  auto options = p.options();
  options.profile = "prod";
  aws::client prod(options);
  const auto who = tests::moto::try_call(prod, aws::sts, "GetCallerIdentity", {});
  REQUIRE_MESSAGE(who.has_value(), (who ? "" : who.error().message));
  CHECK(who->at("Arn").as_string() == "arn:aws:sts::123456789012:assumed-role/deploy/shop");
  p.variables.erase("AWS_ACCESS_KEY_ID");
  p.variables.erase("AWS_SECRET_ACCESS_KEY");
  p.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/token";
  p.variables["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/deploy";
  p.variables["AWS_ROLE_SESSION_NAME"] = "pod";
  p.files["/token"] = "any.token.here";
  server.let_pass(1);  // what is not signed, moto takes for forged
  aws::client pod(p.options());
  const auto as_pod = tests::moto::try_call(pod, aws::sts, "GetCallerIdentity", {});
  REQUIRE_MESSAGE(as_pod.has_value(), (as_pod ? "" : as_pod.error().message));
  CHECK(std::string(as_pod->at("Arn").as_string()).ends_with("assumed-role/deploy/pod"));
}
