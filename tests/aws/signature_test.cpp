// Published cases of AWS's signature test suite, and the same requests signed by botocore 1.43.
#include "aws/signature.hpp"

#include <doctest/doctest.h>

using namespace shipflow;

namespace {

const aws::signing when{"us-east-1", "service", parse_time("2015-08-30T12:36:00Z").value()};
const std::string root = "https://example.amazonaws.com";

struct signed_case {
  const char* name;
  const char* method;
  std::string url;
  http::header_list headers;
  std::string body;
  std::string token;
  const char* signature;
};

std::string signature_of(const signed_case& c) {
  http::request q;
  q.method = c.method;
  q.url = c.url;
  q.headers = c.headers;
  q.body = c.body;
  const aws::credentials who{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", c.token, {}};
  REQUIRE(aws::sign(q, who, when).has_value());
  const auto* authorization = http::find(q.headers, "Authorization");
  REQUIRE(authorization != nullptr);
  CHECK(authorization->starts_with(
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "));
  CHECK(*http::find(q.headers, "X-Amz-Date") == "20150830T123600Z");
  return authorization->substr(authorization->find("Signature=") + 10);
}

}  // namespace

TEST_CASE("aws/signature: the cases of AWS's suite have the published signatures") {
  const std::string token =
      "AQoDYXdzEPT//////////"
      "wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwth"
      "Ax7mSEI/qkPpKPi/"
      "kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAk"
      "iY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+"
      "scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";
  const std::vector<signed_case> cases{
      {"get-vanilla",
       "GET",
       root + "/",
       {},
       "",
       "",
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"post-vanilla",
       "POST",
       root + "/",
       {},
       "",
       "",
       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"get-vanilla-query-order-key-case",
       "GET",
       root + "/?Param2=value2&Param1=value1",
       {},
       "",
       "",
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"get-vanilla-empty-query-key",
       "GET",
       root + "/?Param1=value1",
       {},
       "",
       "",
       "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
      {"get-header-value-trim",
       "GET",
       root + "/",
       {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
       "",
       "",
       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
      {"get-relative",
       "GET",
       root + "/example/..",
       {},
       "",
       "",
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"post-x-www-form-urlencoded",
       "POST",
       root + "/",
       {{"Content-Type", "application/x-www-form-urlencoded"}},
       "Param1=value1",
       "",
       "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
      {"post-sts-header-before",
       "POST",
       root + "/",
       {},
       "",
       token,
       "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(signature_of(c) == c.signature);
  }
}

TEST_CASE("aws/signature: what botocore signs is signed alike") {
  const std::vector<signed_case> cases{
      {"two values of one name",
       "GET",
       root + "/?Param1=value2&Param1=Value1",
       {},
       "",
       "",
       "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"},
      {"slashes",
       "GET",
       root + "//example//",
       {},
       "",
       "",
       "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
      {"a port and json",
       "POST",
       "http://localhost:4566/",
       {{"X-Amz-Target", "A.B"}, {"Content-Type", "application/x-amz-json-1.1"}},
       "{}",
       "",
       "0940e06cdb33f82f19cb50290f9dce45ea5d366a2743eea22e92c0066bd9559f"},
      {"encoded path and a name without a value",
       "GET",
       root + "/a%20b/%C3%BC?x=a%20b&y",
       {},
       "",
       "",
       "bcfa1237f973273878a37c8bf7d8b10a6d7e60f0a3cfe205c7af1e81ae5c174d"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(signature_of(c) == c.signature);
  }
}

namespace {

std::string signed_for_s3(const std::string& method, const std::string& url, http::header_list headers,
                          std::string body, const std::string& hash = "") {
  http::request q;
  q.method = method;
  q.url = url;
  q.headers = std::move(headers);
  q.body = std::move(body);
  const aws::credentials who{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "", {}};
  aws::signing how{"us-east-1", "s3", when.at, aws::signing_rules::s3, hash};
  aws::signing_keys keys;
  how.key = keys.of(who, how);
  CHECK(how.key == aws::signing_key(who.secret, how));
  REQUIRE(aws::sign(q, who, how).has_value());
  const auto* authorization = http::find(q.headers, "Authorization");
  return *http::find(q.headers, "X-Amz-Content-Sha256") + " " +
         authorization->substr(authorization->find("Signature=") + 10);
}

}  // namespace

TEST_CASE("aws/signature: S3 signs the path as it is sent and the body's hash, as botocore does") {
  const std::string of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const std::string of_hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
  const std::string root_of_s3 = "https://b.s3.us-east-1.amazonaws.com";
  CHECK(signed_for_s3("GET", root_of_s3 + "/a//b/./c%20d/%C3%BC%2B.html", {}, "") ==
        of_nothing + " 5fbc51fb27571759caed34a27ed0b3d1a0e12dd111466e90d4e27447f17ee1c5");
  CHECK(signed_for_s3("PUT", root_of_s3 + "/x", {{"Content-Type", "text/plain"}}, "hello") ==
        of_hello + " e75080898beea94a9c2ea5d0e62fe063d4a5736b5b14bf0dc8d46ac9c9452689");
  CHECK(signed_for_s3("PUT", root_of_s3 + "/x", {{"Content-Type", "text/plain"}}, "hello", of_hello) ==
        of_hello + " e75080898beea94a9c2ea5d0e62fe063d4a5736b5b14bf0dc8d46ac9c9452689");
  CHECK(signed_for_s3("GET", root_of_s3 + "/?list-type=2&prefix=a%2Fb&uploads", {}, "") ==
        of_nothing + " 68632251a103366e14c2db88981bd209faba708484b2172b050ed4a12b2f06ee");
  CHECK(signed_for_s3("PUT", "https://s3.us-east-1.amazonaws.com/b.c/x",
                      {{"Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="}}, "hello",
                      std::string(aws::unsigned_payload)) ==
        "UNSIGNED-PAYLOAD 55cd83c27ef2b2b63ae801d1d5eed8bbcf0ea3753ef958ab6050de773b82bd7b");
}

TEST_CASE("aws/signature: keys are kept per secret, day, region and service") {
  aws::signing_keys keys;
  const aws::credentials who{"A", "s", "", {}};
  const aws::signing today{"eu-west-1", "s3", when.at};
  const auto known = keys.of(who, today);
  auto other = today;
  other.at += std::chrono::hours(24);
  CHECK(keys.of(who, other) != known);
  other = today;
  other.region = "eu-west-2";
  CHECK(keys.of(who, other) != known);
  CHECK(keys.of({"A", "t", "", {}}, today) != known);
  for (int i = 0; i < 200; ++i) CHECK(keys.of({"A", std::to_string(i), "", {}}, today) != known);
  CHECK(keys.of(who, today) == known);
}

TEST_CASE("aws/signature: headers a hop may change are not signed, repeated ones are joined") {
  http::request q;
  q.url = root + "/";
  q.headers = {{"User-Agent", "x"}, {"X-B", "2"}, {"x-a", "1"}, {"X-B", " 3"}, {"Authorization", "old"}};
  const auto parts = aws::parts_of(q, when);
  REQUIRE(parts.has_value());
  CHECK(parts->signed_headers == "host;x-a;x-b");
  CHECK(parts->canonical_request.find("x-b:2,3\n") != std::string::npos);
  q.url = "no url";
  CHECK(!aws::parts_of(q, when).has_value());
}

TEST_CASE("aws/signature: signed URLs are those of botocore") {
  const auto url = [](const std::string& method, const std::string& of, aws::signing how, std::int64_t valid,
                      const std::string& token = "") {
    http::request q;
    q.method = method;
    q.url = of;
    how.region = "us-east-1";
    how.at = when.at;
    const aws::credentials who{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token, {}};
    return aws::presigned(q, who, how, std::chrono::seconds(valid));
  };
  const aws::signing s3{"", "s3", {}, aws::signing_rules::s3};
  CHECK(url("GET", "https://b.s3.us-east-1.amazonaws.com/a//b/./c%20d/%C3%BC%2B.html", s3, 86'400).value() ==
        "https://b.s3.us-east-1.amazonaws.com/a//b/./c%20d/%C3%BC%2B.html?X-Amz-Algorithm=AWS4-HMAC-SHA256&"
        "X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20150830T123600Z&"
        "X-Amz-Expires=86400&X-Amz-SignedHeaders=host&"
        "X-Amz-Signature=586563a1eaa80a387b515566e2e81d1093f7163f35e9c9a77edb513ef823dbe3");
  CHECK(url("PUT", "https://b.s3.us-east-1.amazonaws.com/x?partNumber=1&uploadId=a%2Bb", s3, 60, "to/ken+=")
            .value()
            .ends_with("&X-Amz-Security-Token=to%2Fken%2B%3D&"
                       "X-Amz-Signature=b191b6507f9db7b0c1a8d1c7248019d9899c817855b95fc69c55ea0ae5748ddc"));
  const aws::signing other{"", "service", {}};
  CHECK(url("GET", root + "/a%20b?x=1", other, 3'600)
            .value()
            .ends_with("&X-Amz-Signature=38bbb4dd8c12f4324493f791972ca837d60765dee52bd445a2a30b6ab71c4437"));
  CHECK(url("GET", root + "/", other, 0).error().message == "a signed URL is valid for 1 second to 7 days");
  CHECK(url("GET", root + "/", other, 604'801).has_error());
  CHECK(url("GET", "no url", other, 60).has_error());
}
