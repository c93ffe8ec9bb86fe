// Servers that misbehave: throttles, faults, wrong clocks, silence.
#include "aws/client.hpp"

#include "place.hpp"
#include "service_double.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>

using namespace shipflow;
using namespace std::chrono_literals;
using tests::header;
using tests::place;
using tests::response;
using tests::service_double;

namespace {

aws::outcome ask(aws::client& c, aws::call_options how = {}) {
  std::promise<aws::outcome> got;
  auto future = got.get_future();
  c.call(aws::cloudwatch, "GetMetricData", {{"a", 1}}, std::move(how),
         [&](aws::outcome o) { got.set_value(std::move(o)); });
  if (future.wait_for(60s) != std::future_status::ready) throw std::runtime_error("no answer at all");
  return future.get();
}

}  // namespace

TEST_CASE("aws/client: a call is signed, says its try, and its answer is a value") {
  service_double s([](int) { return response("200 OK", R"({"x":1})"); });
  aws::client c(place::with_keys(s.server.url("")).options());
  const auto o = ask(c);
  REQUIRE(o.has_value());
  CHECK(json::serialize(*o) == R"({"x":1})");
  const auto q = s.request(0);
  CHECK(header(q, "X-Amz-Target") == "GraniteServiceVersion20100801.GetMetricData");
  CHECK(header(q, "amz-sdk-request") == "attempt=1; max=3");
  CHECK(header(q, "Authorization").find("/eu-central-1/monitoring/aws4_request") != std::string::npos);
}

TEST_CASE("aws/client: throttles and faults are tried again, with the same invocation and a new signature") {
  service_double s([](int n) {
    if (n == 1) return response("400 Bad", R"({"__type":"ThrottlingException","message":"slow"})");
    return n == 2 ? std::string{} : response("200 OK", "{}");
  });
  aws::client c(place::with_keys(s.server.url("")).options());
  REQUIRE(ask(c).has_value());
  CHECK(s.requests == 3);
  CHECK(header(s.request(2), "amz-sdk-request") == "attempt=3; max=3");
  CHECK(header(s.request(0), "amz-sdk-invocation-id") == header(s.request(2), "amz-sdk-invocation-id"));
}

TEST_CASE("aws/client: tries end, and the last trouble is told with code, request and whether it was sent") {
  service_double s([](int) { return response("503 Busy", "<html>", "x-amzn-RequestId: r-1\r\n"); });
  aws::client c(place::with_keys(s.server.url("")).options());
  const auto o = ask(c);
  REQUIRE(!o);
  CHECK(s.requests == 3);
  CHECK(o.error().code == errc::unavailable);
  CHECK(o.error().message == "monitoring GetMetricData: it answered 503 (request r-1)");
  CHECK(o.error().request_id == "r-1");
  CHECK(o.error().sent);
}

TEST_CASE("aws/client: what trying again cannot help is told at once, with its remedy") {
  std::string body, status = "400 Bad";
  service_double s([&](int) { return response(status, body); });
  aws::client c(place::with_keys(s.server.url("")).options());
  const auto refused = [&](const std::string& type) {
    body = R"({"__type":")" + type + R"(","message":"m"})";
    const auto before = s.requests.load();
    const auto o = ask(c);
    REQUIRE(!o);
    CHECK(s.requests - before == 1);
    CHECK(o.error().aws_code == type);
    return o.error();
  };
  CHECK(refused("AccessDenied").code == errc::denied);
  CHECK(refused("ValidationError").code == errc::invalid_argument);
  CHECK(refused("ResourceNotFoundException").code == errc::not_found);
  CHECK(refused("InternalThing").code == errc::failed);
  CHECK(refused("UnrecognizedClientException").message ==
        "monitoring GetMetricData: UnrecognizedClientException: m; the access key is not known, check "
        "AWS_ACCESS_KEY_ID "
        "or AWS_PROFILE");
  CHECK(refused("ExpiredTokenException").message.ends_with("the session has ended, log in again"));
  status = "403 No";
  CHECK(refused("SignatureDoesNotMatch")
            .message.ends_with("check AWS_SECRET_ACCESS_KEY and the clock of this machine"));
}

TEST_CASE("aws/client: a clock that is off is corrected by the reply, once, and remembered") {
  const auto wrong = parse_time("2026-01-01T00:00:00Z").value();
  service_double s([](int n) {
    if (n == 1)
      return response("403 No", R"({"__type":"RequestTimeTooSkewed"})",
                      "Date: Thu, 01 Jan 2026 06:00:00 GMT\r\n");
    return response("200 OK", "{}");
  });
  auto options = place::with_keys(s.server.url("")).options();
  options.now = [=] { return wrong; };
  aws::client c(options);
  REQUIRE(ask(c).has_value());
  REQUIRE(ask(c).has_value());
  CHECK(header(s.request(0), "X-Amz-Date") == "20260101T000000Z");
  CHECK(header(s.request(1), "X-Amz-Date") == "20260101T060000Z");
  CHECK(header(s.request(2), "X-Amz-Date") == "20260101T060000Z");
  service_double stubborn([](int) {
    return response("403 No", R"({"__type":"RequestTimeTooSkewed"})",
                    "Date: Thu, 01 Jan 2026 06:00:00 GMT\r\n");
  });
  auto again = place::with_keys(stubborn.server.url("")).options();
  again.now = [=] { return wrong; };
  aws::client d(again);
  CHECK(ask(d).error().code == errc::denied);
  CHECK(stubborn.requests == 2);
}

TEST_CASE("aws/client: silence ends at the deadline, a stop at once, a client that goes away answers") {
  tests::raw_server mute([](tests::raw_connection& c) { c.hang(); });
  aws::client c(place::with_keys(mute.url("")).options());
  const auto o = ask(c, {.deadline = 300ms});
  REQUIRE(!o);
  CHECK(o.error().code == errc::timeout);
  std::stop_source stop;
  std::promise<aws::outcome> stopped;
  c.call(aws::cloudwatch, "GetMetricData", {}, {.stop = stop.get_token()},
         [&](aws::outcome x) { stopped.set_value(std::move(x)); });
  stop.request_stop();
  CHECK(stopped.get_future().get().error().code == errc::cancelled);
  std::promise<aws::outcome> left;
  {
    aws::client gone(place::with_keys(mute.url("")).options());
    gone.call(aws::cloudwatch, "GetMetricData", {}, {},
              [&](aws::outcome x) { left.set_value(std::move(x)); });
  }
  CHECK(left.get_future().get().error().code == errc::cancelled);
}

TEST_CASE("aws/client: what is missing is said before anything is sent") {
  place p;
  aws::client none(p.options());
  CHECK(ask(none).error().message.find("no AWS credentials") != std::string::npos);
  p.variables.erase("AWS_REGION");
  aws::client nowhere(p.options());
  CHECK(ask(nowhere).error().message ==
        "monitoring GetMetricData: no AWS region: give `region` or set AWS_REGION");
  aws::client c(place::with_keys("http://127.0.0.1:" + std::to_string(tests::free_port())).options());
  const auto refused = ask(c);
  CHECK(refused.error().code == errc::unavailable);
  CHECK(!refused.error().sent);
  aws::client odd(place::with_keys("not a url").options());
  CHECK(!ask(odd).has_value());
}

TEST_CASE("aws/client: garbage, wrong lengths and endless bodies are errors") {
  std::string answer;
  service_double s([&](int) { return answer; });
  aws::client c(place::with_keys(s.server.url("")).options());
  answer = response("200 OK", "<html>");
  CHECK(ask(c).error().code == errc::failed);
  answer = response("200 OK", std::string(std::size_t{9} << 20U, ' '));
  CHECK(ask(c).error().code == errc::failed);
  answer = "what?\r\n\r\n";
  CHECK(!ask(c).has_value());
}

TEST_CASE(
    "aws/client: credentials are fetched once for calls at the same time, and again before they expire") {
  std::atomic<int> fetched{0};
  std::atomic<bool> broken{false};
  const auto now =
      std::make_shared<std::atomic<std::int64_t>>(to_ms(parse_time("2026-01-01T00:00:00Z").value()));
  tests::raw_server keys([&](tests::raw_connection& c) {
    while (c.read_request()) {
      ++fetched;
      if (broken) {
        c.say(response("500 No", ""));
        continue;
      }
      const auto end = format_time(from_ms(*now) + 1h);
      c.say(response("200 OK", R"({"AccessKeyId":"A)" + std::to_string(fetched.load()) +
                                   R"(","SecretAccessKey":"S","Token":"T","Expiration":")" + end + "\"}"));
    }
  });
  service_double s([](int) { return response("200 OK", "{}"); });
  place p;
  p.variables["AWS_ENDPOINT_URL"] = s.server.url("");
  p.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = keys.url("/");
  auto options = p.options();
  options.now = [now] { return from_ms(*now); };
  aws::client c(options);
  std::vector<std::promise<bool>> all(8);
  for (auto& one : all)
    c.call(aws::cloudwatch, "GetMetricData", {}, {},
           [&one](const aws::outcome& o) { one.set_value(o.has_value()); });
  for (auto& one : all) CHECK(one.get_future().get());
  CHECK(fetched == 1);
  *now += 44 * 60'000;
  REQUIRE(ask(c).has_value());
  CHECK(fetched == 1);
  // From 15 minutes before the end on they are renewed while they are used.
  *now += 2 * 60'000;
  REQUIRE(ask(c).has_value());
  CHECK(header(s.request(9), "Authorization").find("Credential=A1/") != std::string::npos);
  while (fetched < 2) REQUIRE(ask(c).has_value());
  while (header(s.request(static_cast<std::size_t>(s.requests - 1)), "Authorization").find("=A2/") ==
         std::string::npos)
    REQUIRE(ask(c).has_value());
  CHECK(header(s.request(static_cast<std::size_t>(s.requests - 1)), "X-Amz-Security-Token") == "T");
  // From 10 minutes before it calls wait for new ones, and go on with the old if there are none.
  broken = true;
  *now += 52 * 60'000;
  REQUIRE(ask(c).has_value());
  REQUIRE(ask(c).has_value());
  CHECK(fetched == 3);
  *now += 2 * 60'000;
  REQUIRE(ask(c).has_value());
  CHECK(fetched == 4);
  *now += 7 * 60'000;
  CHECK(ask(c).error().message ==
        "monitoring GetMetricData: AWS credentials of the container: it answered 500");
  broken = false;
  REQUIRE(ask(c).has_value());
}
