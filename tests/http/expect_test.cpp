#include "http/expect.hpp"

#include "http/text.hpp"

#include <doctest/doctest.h>

using namespace shipflow;
using http::judge;
using http::read_expectation;
using namespace std::chrono_literals;

namespace {

http::response answer(int status, std::string body = {}) {
  http::response r;
  r.status = status;
  r.body = std::move(body);
  r.headers = {{"Content-Type", "application/json"}};
  r.latency = 120ms;
  return r;
}

http::judgement judged(const char* expect, const http::response& r, time_point now = from_ms(0)) {
  const auto e = read_expectation(parse_json(expect).value(), "expect");
  REQUIRE_MESSAGE(e.has_value(), (e ? std::string{} : e.error().message));
  return judge(*e, r, now);
}

}  // namespace

TEST_CASE("http/expect: each condition passes, or says what there was and what was wanted") {
  struct row {
    const char* expect;
    http::response got;
    const char* says;  ///< null: passes
  };
  const std::string body =
      R"({"status":"ok","db":{"ready":true,"ms":12,"load":0.5},"list":[1,2],"a/b":null})";
  const row rows[] = {
      {"{}", answer(204), nullptr},
      {"{}", answer(302), "status 302, wanted 2xx"},
      {"200", answer(200), nullptr},
      {"[200,404]", answer(404), nullptr},
      {R"("2xx")", answer(299), nullptr},
      {R"("200-204")", answer(205), "status 205, wanted 200-204"},
      {R"({"status":[200,"4xx"]})", answer(503), "status 503, wanted 200 or 4xx"},
      {R"({"header":{"content-type":"application/json"}})", answer(200), nullptr},
      {R"({"header":{"X-None":"1"}})", answer(200), "header X-None is missing"},
      {R"({"header":{"Content-Type":"text/html"}})", answer(200),
       R"(header Content-Type is "application/json", wanted "text/html")"},
      {R"({"body":{"contains":"ready"}})", answer(200, body), nullptr},
      {R"({"body":{"contains":"steady"}})", answer(200, body), R"(the body does not contain "steady")"},
      {R"({"body":{"matches":"\"ms\":1[0-9]"}})", answer(200, body), nullptr},
      {R"({"body":{"matches":"^ok$"}})", answer(200, body), "the body does not match ^ok$"},
      {R"({"json":{"/status":"ok","/db/ready":true,"/db/ms":12.0,"/db/load":0.5,"/list/1":2,"/a~1b":null}})",
       answer(200, body), nullptr},
      {R"({"json":{"/db/ready":false}})", answer(200, body), "json /db/ready is true, wanted false"},
      {R"({"json":{"/nope":1}})", answer(200, body), "json /nope is missing, wanted 1"},
      {R"({"json":{"/list/7":1}})", answer(200, body), "json /list/7 is missing"},
      {R"({"json":{"/status":"ok"}})", answer(200, "<html>"), "the body is not JSON"},
      {R"({"latency":"<200ms"})", answer(200), nullptr},
      {R"({"latency":"120ms"})", answer(200), "took 120ms, wanted below 120ms"},
      {R"({"certificate":"14d"})", answer(200), "without a certificate"},
  };
  for (const auto& r : rows) {
    CAPTURE(std::string(r.expect));
    const auto j = judged(r.expect, r.got);
    CAPTURE(j.text);
    CHECK(j.outcome == (r.says == nullptr ? look::pass : look::fail));
    if (r.says != nullptr) CHECK(j.text.find(r.says) != std::string::npos);
  }
}

TEST_CASE("http/expect: a certificate must be valid for the time asked") {
  auto r = answer(200);
  r.certificate_not_after = from_ms(0) + 240h;
  CHECK(judged(R"({"certificate":"10d"})", r).outcome == look::pass);
  CHECK(judged(R"({"certificate":"11d"})", r).text.find("expires on 1970-01-11") != std::string::npos);
  CHECK(judged(R"({"certificate":"1d"})", r, from_ms(0) + 241h).text.find("expired on") != std::string::npos);
}

TEST_CASE("http/expect: mistakes are named with their place") {
  const std::pair<std::string, std::string> rows[] = {
      {"true", "`expect` must be a status"},
      {"[]", "`expect` names no status"},
      {"99", "`expect` must be a status"},
      {R"("6xx")", "`expect` must be a status"},
      {R"("300-200")", "`expect` must be a status"},
      {R"({"staus":200})", "`expect.staus` is not known here"},
      {R"({"status":{}})", "`expect.status` must be a status"},
      {R"({"header":["a"]})", "`expect.header` must be a mapping"},
      {R"({"header":{"a":1}})", "`expect.header` must map names to texts"},
      {R"({"body":"x"})", "`expect.body` must be a mapping"},
      {R"({"body":{}})", "`expect.body.contains`"},
      {R"({"body":{"matches":"("}})", "`expect.body.matches` is not a valid regular expression"},
      {R"({"json":{"status":1}})", "`expect.json` needs pointers that begin with /"},
      {R"({"latency":500})", "`expect.latency` must be"},
      {R"({"latency":"<500"})", "`expect.latency` must be a limit such as <500ms"},
      {R"({"certificate":14})", "`expect.certificate` must be a time"},
  };
  for (const auto& [text, says] : rows) {
    CAPTURE(text);
    const auto e = read_expectation(parse_json(text).value(), "expect");
    REQUIRE(!e);
    CAPTURE(e.error().message);
    CHECK(e.error().code == errc::invalid_argument);
    CHECK(e.error().message.find(says) != std::string::npos);
  }
}

TEST_CASE("http/expect: a regular expression that explodes ends, and is nobody's failure") {
  const auto j = judged(R"({"body":{"matches":"(a*)*b"}})", answer(200, std::string(5000, 'a')));
  CHECK(j.outcome == look::unavailable);
  CHECK(j.text.find("too many steps") != std::string::npos);
  CHECK(
      judged(R"({"body":{"matches":"x.*y"}})", answer(200, "x" + std::string(500'000, '-') + "y")).outcome ==
      look::pass);
}

TEST_CASE("http/text: foreign bytes become one printable line of bounded size") {
  CHECK(http::one_line("plain", 80) == "plain");
  CHECK(http::one_line("a\r\n\tb\x7f", 80) == "a   b ");
  CHECK(http::one_line("gr\xc3\xbc\xc3\x9f\x65", 80) == "gr\xc3\xbc\xc3\x9f\x65");
  CHECK(http::one_line("\xff\xc3.\xe0\x80\x80\xed\xa0\x80\xf4\x90\x80\x80", 80) ==
        std::string("?") + "?." + std::string(10, '?'));
  CHECK(http::one_line("0123456789", 8) == "01234...");
  CHECK(http::one_line("01234567", 8) == "01234567");
  CHECK(http::one_line("0123\xe2\x82\xac\xe2\x82\xac", 9) == "0123...");
}
