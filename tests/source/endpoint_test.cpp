#include "asking.hpp"

#include <shipflow/sources/http.hpp>

#include <doctest/doctest.h>

using namespace shipflow;
using tests::ask;
using tests::fixed_server;
using tests::http_response;
using tests::question;
using tests::text_of;
using namespace std::chrono_literals;

namespace {

constexpr auto pointers = R"("ratio":["bad","all"],"pointers":{"bad":"/orders/bad","all":"/orders/all"})";

std::string spec_for(const std::string& url, const std::string& more = "") {
  return R"({"source":"http","url":")" + url + "\"," + pointers + more + "}";
}

std::string reading_of(const std::string& body, const std::string& more = "",
                       const std::string& status = "200 OK") {
  fixed_server s(http_response(body, status));
  const auto source = make_http_source();
  return text_of(ask(*source, question(spec_for(s.server.url("/n"), more), {"bad", "all"})));
}

std::string refused(const std::string& spec) {
  const auto source = make_http_source();
  const auto ok = source->check(question(spec, {"bad", "all"}));
  return ok ? "" : ok.error().message;
}

std::string orders(const std::string& bad, const std::string& all, const std::string& more = "") {
  return R"({"orders":{"bad":)" + bad + R"(,"all":)" + all + "}" + more + "}";
}

}  // namespace

TEST_CASE("source/http: numbers at pointers, all from one answer") {
  CHECK(reading_of(orders("3", "400")) == "value 3E0; value 4E2");
  CHECK(reading_of(orders("0", "4.5e2")) == "value 0E0; value 4.5E2");
  CHECK(reading_of(orders("null", "400")) == "missing: /orders/bad is null; value 4E2");
  CHECK(reading_of(R"({"orders":{"all":7}})") == "missing: the answer has no /orders/bad; value 7E0");
  CHECK(reading_of("[]") == "missing: the answer has no /orders/bad; missing: the answer has no /orders/all");
  CHECK(reading_of(orders("\"3\"", "true")) ==
        "invalid: /orders/bad is no number; invalid: /orders/all is no number");
  CHECK(reading_of(orders("{}", "7")) == "invalid: /orders/bad is no number; value 7E0");
  CHECK(reading_of(orders("1e999", "NaN")).find("value") == std::string::npos);
}

TEST_CASE("source/http: the age of the numbers is looked at") {
  const auto taken = [](duration ago) { return format_time(tests::now() - ago); };
  const auto with = [&](const std::string& time, const std::string& more = "") {
    return reading_of(orders("3", "400", R"(,"at":)" + time), R"(,"timestamp":"/at")" + more);
  };
  CHECK(with("\"" + taken(1s) + "\"") == "value 3E0; value 4E2");
  CHECK(with(std::to_string(to_ms(tests::now()) / 1000)) == "value 3E0; value 4E2");
  CHECK(with(std::to_string(to_ms(tests::now()))) == "value 3E0; value 4E2");
  CHECK(with("\"" + taken(10min) + "\"").starts_with("missing: stale: taken at "));
  CHECK(with("\"" + taken(10min) + "\"", R"(,"max_age":"1h")") == "value 3E0; value 4E2");
  CHECK(with("\"" + taken(-1h) + "\"").find("which lies in the future") != std::string::npos);
  CHECK(with("\"yesterday\"").starts_with("invalid: /at is no time"));
  CHECK(with("-5").starts_with("invalid: /at is no time"));
  CHECK(reading_of(orders("3", "400"), R"(,"timestamp":"/at")")
            .starts_with("missing: the answer has no /at, so its age is not known"));
}

TEST_CASE("source/http: what is no answer makes the source unavailable") {
  CHECK(reading_of("<html>").find("does not answer JSON") != std::string::npos);
  CHECK(reading_of("").find("does not answer JSON") != std::string::npos);
  CHECK(reading_of("no", "", "500 No").find("answered 500: no") != std::string::npos);
  CHECK(reading_of(std::string(std::size_t{2} << 20U, ' ')).starts_with("unavailable: "));
  CHECK(reading_of(std::string(10'000, '[')).starts_with("unavailable: "));
  const auto source = make_http_source();
  const auto closed = "http://127.0.0.1:" + std::to_string(tests::free_port());
  CHECK(text_of(ask(*source, question(spec_for(closed), {"bad", "all"}))).starts_with("unavailable: "));
  tests::raw_server slow([](tests::raw_connection& c) { c.hang(); });
  CHECK(text_of(ask(*source, question(spec_for(slow.url(), R"(,"timeout":"200ms")"), {"bad", "all"})))
            .starts_with("unavailable: "));
}

TEST_CASE("source/http: redirects are followed only when the mapping says so") {
  fixed_server there(http_response(orders("1", "2")));
  fixed_server away(http_response("", "302 Found", "Location: " + there.server.url("/") + "\r\n"));
  const auto source = make_http_source();
  CHECK(text_of(ask(*source, question(spec_for(away.server.url()), {"bad", "all"})))
            .find("redirects are not followed") != std::string::npos);
  CHECK(text_of(ask(*source, question(spec_for(away.server.url(), R"(,"redirects":1)"), {"bad", "all"}))) ==
        "value 1E0; value 2E0");
}

TEST_CASE("source/http: placeholders in URL and body, never more than they stand for") {
  fixed_server s(http_response(orders("1", "2")));
  const auto source = make_http_source();
  auto q = question(spec_for(s.server.url("/n?v=${version}"), R"(,"method":"POST","json":{"arm":"${arm}"})"),
                    {"bad", "all"});
  q.version = "1.2.3";
  q.arm = "canary";
  CHECK(source->check(q).has_value());
  CHECK(text_of(ask(*source, q)) == "value 1E0; value 2E0");
  CHECK(s.last().starts_with("POST /n?v=1.2.3 HTTP/1.1"));
  CHECK(s.last().ends_with(R"({"arm":"canary"})"));
  q.version = "1&admin=1";
  CHECK(text_of(ask(*source, q)).find("characters that cannot stand in a query") != std::string::npos);
}

TEST_CASE("source/http: counters, deltas and gauges") {
  fixed_server s(http_response(orders("1", "2")));
  const auto source = make_http_source();
  const auto kind = [&](const std::string& spec) {
    return ask(*source, question(spec, {"bad", "all"})).kind;
  };
  CHECK(kind(spec_for(s.server.url())) == series_kind::counter);
  CHECK(kind(spec_for(s.server.url(), R"(,"kind":"delta")")) == series_kind::delta);
  CHECK(kind(spec_for(s.server.url(), R"(,"kind":"gauge")")) == series_kind::gauge);
}

TEST_CASE("source/http: a wrong mapping is refused before anything runs, by member") {
  CHECK(refused(spec_for("http://h/")) == "");
  CHECK(refused("{\"source\":\"http\"," + std::string(pointers) + "}") == "`url` is missing, the URL to ask");
  CHECK(refused(R"({"source":"http","url":"http://h","ratio":["bad","all"]})")
            .starts_with("`pointers` is missing"));
  CHECK(refused(R"({"source":"http","url":"http://h","ratio":["bad","all"],"pointers":{"bad":"/b"}})") ==
        "`pointers` has no JSON pointer for the series all");
  CHECK(
      refused(
          R"({"source":"http","url":"http://h","ratio":["bad","all"],"pointers":{"bad":"b","all":"/a"}})") ==
      "`pointers` holds \"b\"; a JSON pointer begins with `/`");
  CHECK(refused(spec_for("http://h/", R"(,"kind":"histogram")")) == "`kind` is delta, counter or gauge");
  CHECK(refused(spec_for("http://h/", R"(,"method":"DELETE")")) == "`method` is GET or POST");
  CHECK(refused(spec_for("http://h/", R"(,"max_age":"1m")")) == "`max_age` needs `timestamp`");
  CHECK(refused(spec_for("http://h/${who}")).starts_with("`${who}` is not known here"));
  CHECK(refused(spec_for("http://h/", R"(,"pointer":{})")).starts_with("`pointer` is not known here"));
}
