// The whole way to credentials, as a client walks it.
#include "aws/client.hpp"
#include "aws/sign_on.hpp"
#include "place.hpp"
#include "service_double.hpp"

#include <doctest/doctest.h>

#include <future>
#include <map>

using namespace shipflow;
using tests::header;
using tests::place;
using tests::response;
using tests::service_double;

namespace {

constexpr auto soon = "2026-01-01T00:00:00Z";

aws::rest_outcome list_buckets(aws::client& c) {
  std::promise<aws::rest_outcome> got;
  aws::wire_request q;
  q.operation = "ListBuckets";
  c.send(aws::s3, q, {}, [&](aws::rest_outcome o) { got.set_value(std::move(o)); });
  return got.get_future().get();
}

std::string session(const std::string& operation, const std::string& id) {
  return "<" + operation + "Response><" + operation + "Result><Credentials><AccessKeyId>" + id +
         "</AccessKeyId><SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken><Expiration>"
         "2026-01-01T01:00:00Z</Expiration></Credentials></" +
         operation + "Result></" + operation + "Response>";
}

/// STS, single sign-on and S3 in one.
struct world {
  std::map<std::string, std::string> refusals;  ///< by operation: a whole answer instead of the usual one
  place p;
  service_double server;
  world() : server([this](int n) { return answer(server.request(static_cast<std::size_t>(n - 1))); }) {
    p.variables["HOME"] = "/h";
    p.variables["AWS_ENDPOINT_URL"] = server.server.url("");
  }
  std::string answer(const std::string& asked) {
    for (const auto& [word, instead] : refusals)
      if (asked.find(word) != std::string::npos) return instead;
    if (asked.find("Action=AssumeRoleWithWebIdentity") != std::string::npos)
      return response("200 OK", session("AssumeRoleWithWebIdentity", "WEB"));
    if (asked.find("Action=AssumeRole&") != std::string::npos)
      return response("200 OK", session("AssumeRole", "ROLE" + std::to_string(++roles)));
    if (asked.starts_with("POST /token "))
      return response("200 OK", R"({"accessToken":"fresh","expiresIn":3600,"refreshToken":"next"})");
    if (asked.starts_with("GET /federation/credentials?role_name=r&account_id=1 "))
      return response("200 OK", R"({"roleCredentials":{"accessKeyId":"SSO","secretAccessKey":"S",)"
                                R"("sessionToken":"T","expiration":1767229200000}})");
    return response("200 OK", "<ListAllMyBucketsResult/>");
  }
  [[nodiscard]] aws_options options() const {
    auto o = p.options();
    o.now = [] { return parse_time(soon).value(); };
    return o;
  }
  /// What ListBuckets was asked with, or why it was not.
  std::string used() {
    aws::client c(options());
    const auto o = list_buckets(c);
    if (!o) return o.error().message;
    const auto last = header(server.request(static_cast<std::size_t>(server.requests - 1)), "Authorization");
    const auto begin = last.find("Credential=") + 11;
    return last.substr(begin, last.find('/') - begin);
  }
  int roles = 0;
};

}  // namespace

TEST_CASE("aws/search: roles are taken on one after the other, each with the keys of the one before") {
  world w;
  w.p.files["/h/.aws/config"] =
      "[default]\nrole_arn = arn:aws:iam::2:role/b\nsource_profile = hub\nexternal_id = e&x\n"
      "duration_seconds = 900\n[profile hub]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = base\n";
  w.p.files["/h/.aws/credentials"] = "[base]\naws_access_key_id = BASE\naws_secret_access_key = b\n";
  CHECK(w.used() == "ROLE2");
  CHECK(header(w.server.request(0), "Authorization").find("Credential=BASE/") != std::string::npos);
  CHECK(w.server.request(0).ends_with("RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa&RoleSessionName=shipflow"));
  CHECK(header(w.server.request(1), "Authorization").find("Credential=ROLE1/") != std::string::npos);
  CHECK(w.server.request(1).ends_with("&ExternalId=e%26x&DurationSeconds=900"));
  w.refusals["Action=AssumeRole&"] = response(
      "403 No",
      "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>");
  CHECK(w.used() == "s3 ListBuckets: AWS profile \"default\": sts AssumeRole: AccessDenied: not you");
  w.refusals["Action=AssumeRole&"] = response("200 OK", "<AssumeRoleResponse/>");
  CHECK(w.used().find("sts AssumeRole: the answer") != std::string::npos);
}

TEST_CASE("aws/search: a web identity needs no keys, and its token is read each time") {
  world w;
  w.p.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/token";
  w.p.variables["AWS_ROLE_ARN"] = "arn";
  CHECK(w.used() == "s3 ListBuckets: /token is not there");
  w.p.files["/token"] = "ey.x\n";
  CHECK(w.used() == "WEB");
  CHECK(header(w.server.request(0), "Authorization").empty());
  CHECK(w.server.request(0).ends_with("&WebIdentityToken=ey.x"));
}

TEST_CASE("aws/search: single sign-on uses the token that was left, renews it, and says when to log in") {
  world w;
  const auto path = aws::token_path("/h", "corp");
  CHECK(path == "/h/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json");
  w.p.files["/h/.aws/config"] =
      "[default]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n[sso-session corp]\n"
      "sso_region = eu-west-1\nsso_start_url = https://corp/\n";
  CHECK(w.used().ends_with("nobody is logged in, log in: aws sso login --profile default"));
  w.p.files[path] = R"({"accessToken":"old","expiresAt":"2026-01-01T02:00:00Z"})";
  CHECK(w.used() == "SSO");
  CHECK(header(w.server.request(0), "x-amz-sso_bearer_token") == "old");
  w.p.files[path] = R"({"accessToken":"old","expiresAt":"2025-12-31T02:00:00UTC"})";
  CHECK(w.used().ends_with(
      "the single sign-on session has ended, log in again: aws sso login --profile default"));
  w.p.files[path] = R"({"accessToken":"old","expiresAt":"2025-12-31T02:00:00Z","refreshToken":"re",)"
                    R"("clientId":"c","clientSecret":"s"})";
  const auto before = static_cast<std::size_t>(w.server.requests);
  CHECK(w.used() == "SSO");
  CHECK(w.server.request(before).ends_with(
      R"({"grantType":"refresh_token","clientId":"c","clientSecret":"s","refreshToken":"re"})"));
  CHECK(header(w.server.request(before + 1), "x-amz-sso_bearer_token") == "fresh");
  w.refusals["POST /token "] = response("400 Bad", R"({"error":"invalid_grant"})");
  CHECK(w.used().ends_with("log in again: aws sso login --profile default"));
  w.refusals["GET /federation"] = response("401 No", "{}");
  w.p.files[path] = R"({"accessToken":"old","expiresAt":"2026-01-01T02:00:00Z"})";
  CHECK(w.used().ends_with("log in again: aws sso login --profile default"));
  w.p.files[path] = "{";
  CHECK(w.used().find("holds no token of single sign-on") != std::string::npos);
}

TEST_CASE("aws/search: a program hands keys out on its standard output, and nothing else is taken for them") {
  world w;
  const auto script = [&](const std::string& text) {
    w.p.files["/h/.aws/config"] = "[default]\ncredential_process = /bin/sh -c '" + text + "'\n";
  };
  script(
      R"(echo trouble >&2; echo "{\"Version\":1,\"AccessKeyId\":\"PROG$HOME\",\"SecretAccessKey\":\"S\"}")");
  w.p.variables["HOME"] = "/h";
  CHECK(w.used() == "PROG");  // up to the slash of HOME
  script("exit 3");
  CHECK(w.used() ==
        "s3 ListBuckets: AWS profile \"default\": AWS credentials of credential_process /bin/sh: it ended "
        "with status 3; "
        "run it by hand to see why");
  script("echo no json");
  CHECK(w.used().find("its output is no JSON object") != std::string::npos);
  script(R"(echo "{\"Version\":2}")");
  CHECK(w.used().find("is not of Version 1") != std::string::npos);
  script("head -c 1000000 /dev/zero");
  CHECK(w.used().find("its output is no JSON object") != std::string::npos);
  script("kill -9 $$");
  CHECK(w.used().find("it was ended by signal 9") != std::string::npos);
  w.p.files["/h/.aws/config"] = "[default]\ncredential_process = /no/such/program\n";
  CHECK(w.used().find("/no/such/program") != std::string::npos);
}

TEST_CASE("aws/search: settings of calls come from variables and profile") {
  world w;
  w.p.variables["AWS_ACCESS_KEY_ID"] = "A";
  w.p.variables["AWS_SECRET_ACCESS_KEY"] = "S";
  w.p.variables["AWS_RETRY_MODE"] = "fast";
  CHECK(w.used() == "s3 ListBuckets: the retry mode of AWS calls must be standard or adaptive, not \"fast\"");
  w.p.variables["AWS_RETRY_MODE"] = "adaptive";
  w.p.variables["AWS_MAX_ATTEMPTS"] = "x";
  CHECK(w.used().find("must be 1 to 20, not \"x\"") != std::string::npos);
  w.p.variables["AWS_MAX_ATTEMPTS"] = "1";
  w.refusals["GET / "] = response("503 Slow", "<Error><Code>SlowDown</Code></Error>");
  const auto before = w.server.requests.load();
  CHECK(w.used() == "s3 ListBuckets: SlowDown");
  CHECK(w.server.requests - before == 1);
  w.p.variables["AWS_CA_BUNDLE"] = "/nowhere.pem";
  w.p.variables["AWS_ENDPOINT_URL"] = "https://127.0.0.1:" + std::to_string(w.server.server.port);
  CHECK(w.used().find("cannot read certificates from /nowhere.pem") != std::string::npos);
}
