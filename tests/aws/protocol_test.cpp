#include "aws/retry.hpp"
#include "aws/service.hpp"

#include <doctest/doctest.h>

using namespace shipflow;

namespace {

constexpr aws::service json_service{"ECS", "ecs", "ecs", aws::protocol::json_1_1,
                                    "AmazonEC2ContainerServiceV20141113"};

http::response answered(int status, std::string body, http::header_list headers = {}) {
  http::response r;
  r.status = status;
  r.body = std::move(body);
  r.headers = std::move(headers);
  return r;
}

}  // namespace

TEST_CASE("aws/service: json goes out with its target") {
  const auto q = aws::encode(json_service, "DescribeServices", {{"cluster", "c"}});
  CHECK(q.method == "POST");
  CHECK(q.operation == "DescribeServices");
  CHECK(q.path == "/");
  CHECK(q.body == R"({"cluster":"c"})");
  CHECK(*http::find(q.headers, "X-Amz-Target") == "AmazonEC2ContainerServiceV20141113.DescribeServices");
  CHECK(*http::find(q.headers, "Content-Type") == "application/x-amz-json-1.1");
}

TEST_CASE("aws/service: query goes out as a form: structures, lists, empty lists, what must be escaped") {
  const json::object input{{"Names", {"a b", "c&d"}},
                           {"Empty", json::array{}},
                           {"Deep", {{"On", true}, {"N", 7}}},
                           {"List", {json::object{{"K", "v"}}}}};
  CHECK(aws::form_of(aws::sts, "Do", input) ==
        "Action=Do&Version=2011-06-15&Names.member.1=a%20b&Names.member.2=c%26d&Empty=&Deep.On=true&Deep.N=7&"
        "List.member.1.K=v");
}

TEST_CASE("aws/service: XML comes in as members, lists and texts") {
  const auto got = aws::decode(
      aws::sts, "Do",
      "<?xml version=\"1.0\"?><DoResponse xmlns=\"https://x/\"><DoResult><Id>a&amp;b</Id><Tags><member>"
      "<K>1</K></member></Tags><None/></DoResult><ResponseMetadata/></DoResponse>");
  REQUIRE(got.has_value());
  CHECK(json::serialize(*got) == R"({"Id":"a&b","Tags":[{"K":"1"}],"None":""})");
  CHECK(aws::decode(aws::sts, "Do", "<OtherResponse><x/></OtherResponse>").error().message ==
        "the answer is not one to Do");
  CHECK(aws::decode(aws::sts, "Do", "<Do").error().message.starts_with("the answer is not XML: "));
  CHECK(aws::decode(aws::sts, "Do", "").has_error());
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  for (int i = 0; i < 100; ++i) deep += "</a>";
  CHECK(aws::decode(aws::sts, "Do", deep).error().message == "the answer's XML is nested too deep");
}

TEST_CASE("aws/service: json comes in as an object or not at all") {
  CHECK(aws::decode(json_service, "Do", "")->empty());
  CHECK(aws::decode(json_service, "Do", "[]").error().message == "the answer is no JSON object");
  CHECK(aws::decode(json_service, "Do", "{").has_error());
}

TEST_CASE("aws/service: refusals are read from body or header, in every form") {
  const auto code = [](const aws::service& s, const http::response& r) {
    const auto f = aws::refusal_of(s, r);
    return f.code + "|" + f.message;
  };
  CHECK(code(json_service,
             answered(400, R"({"__type":"com.amazonaws.ecs#ClientException","message":"no\nway"})")) ==
        "ClientException|no way");
  CHECK(code(json_service, answered(400, R"({"__type":"ValidationException:http://x/","Message":"m"})")) ==
        "ValidationException|m");
  CHECK(code(json_service, answered(400, "", {{"x-amzn-ErrorType", "AccessDeniedException:http://x"}})) ==
        "AccessDeniedException|");
  CHECK(code(json_service, answered(502, "<html>bad</html>")) == "|");
  CHECK(code(aws::sts,
             answered(403,
                      "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>m</Message>"
                      "</Error><RequestId>r</RequestId></ErrorResponse>")) == "AccessDenied|m");
  CHECK(code(aws::sts,
             answered(403, "<Response><Errors><Error><Code>X</Code></Error></Errors></Response>")) == "|");
  CHECK(code(aws::sts, answered(500, "oops")) == "|");
}

TEST_CASE("aws/retry: what may be tried again") {
  using aws::trouble;
  CHECK(aws::trouble_of(400, "ThrottlingException") == trouble::throttle);
  CHECK(aws::trouble_of(429, "") == trouble::throttle);
  CHECK(aws::trouble_of(503, "") == trouble::transient);
  CHECK(aws::trouble_of(501, "") == trouble::final);
  CHECK(aws::trouble_of(400, "RequestTimeout") == trouble::transient);
  CHECK(aws::trouble_of(400, "ValidationException") == trouble::final);
  CHECK(aws::trouble_of(403, "RequestTimeTooSkewed") == trouble::clock);
  CHECK(aws::backoff(0, 1) == duration{1'000});
  CHECK(aws::backoff(2, 0.5) == duration{2'000});
  CHECK(aws::backoff(50, 1) == duration{20'000});
  CHECK(aws::backoff(3, -1) == duration{0});
}

TEST_CASE("aws/retry: the quota ends retries when everything fails, and fills again") {
  aws::retry_quota quota;
  int taken = 0;
  while (quota.take(aws::trouble::transient)) ++taken;
  CHECK(taken == 100);
  CHECK(!quota.take(aws::trouble::timeout));
  quota.give_back(5);
  CHECK(quota.take(aws::trouble::throttle));
  for (int i = 0; i < 1'000; ++i) quota.give_back(0);
  CHECK(quota.left() == 500);
  CHECK(quota.take(aws::trouble::timeout));
  CHECK(quota.left() == 490);
}
