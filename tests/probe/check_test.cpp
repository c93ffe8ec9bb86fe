#include <shipflow/probes.hpp>

#include <doctest/doctest.h>

using namespace shipflow;

TEST_CASE("probe/check: good specs pass, with the guard's own members left alone") {
  const std::pair<std::string, const char*> rows[] = {
      {"http", R"({"http":"http://h/health"})"},
      {"http", R"({"url":"https://h/","expect":{"certificate":"14d"},"timeout":"2s"})"},
      {"http", R"({"http":"http://h/","every":"5s","rise":2,"fall":3,"severity":"SEV1","component":"api"})"},
      {"http",
       R"({"http":"http://h/","method":"POST","headers":{"A":"b","N":1},"json":{"x":1},"expect":201})"},
      {"tcp", R"({"tcp":"db:5432"})"},
      {"tcp", R"({"address":"[::1]:25","expect":{"banner":"220 "}})"},
      {"command", R"({"command":["pg_isready","-q"],"env":{"PGHOST":"x","N":1},"directory":"/tmp"})"},
  };
  for (const auto& [kind, text] : rows) {
    CAPTURE(std::string(text));
    const auto ok = check_probe(kind, parse_json(text)->as_object());
    CHECK_MESSAGE(ok.has_value(), (ok ? std::string{} : ok.error().message));
  }
}

TEST_CASE(
    "probe/check: a wrong spec is refused with the member and the remedy, an unknown kind is not found") {
  struct row {
    std::string kind;
    const char* text;
    const char* says;
  };
  const row rows[] = {
      {"http", "{}", "`http` is missing"},
      {"http", R"({"http":1})", "`http` must be text"},
      {"http", R"({"http":"h/health"})", "`http` cannot be used"},
      {"http", R"({"http":"http://u:hunter2@h/"})", "credentials do not belong in a URL"},
      {"http", R"({"http":"http://h/","expekt":200})", "`expekt` is not known here, known are"},
      {"http", R"({"http":"http://h/","expect":{"json":{"x":1}}})", "`expect.json`"},
      {"http", R"({"http":"http://h/","expect":{"certificate":"14d"}})", "needs an https URL"},
      {"http", R"({"http":"http://h/","timeout":2})", "`timeout` must be a time"},
      {"http", R"({"http":"http://h/","body":"a","json":1})", "exclude each other"},
      {"http", R"({"http":"http://h/","redirects":21})", "`redirects` must be a whole number from 0 to 20"},
      {"http", R"({"http":"http://h/","headers":{"Host\r\nX":"1"}})", "header name"},
      {"tcp", R"({"tcp":"db"})", "`tcp` must be an address"},
      {"tcp", R"({"tcp":"db:0"})", "`tcp` must be an address"},
      {"tcp", R"({"tcp":"db:70000"})", "`tcp` must be an address"},
      {"tcp", R"({"tcp":"::1:80"})", "`tcp` must be an address"},
      {"tcp", R"({"tcp":"db:80","expect":{"banner":""}})", "`expect.banner`"},
      {"command", R"({"command":"true"})", "`command` must be a list of texts"},
      {"command", R"({"command":[]})", "`command` must be a list"},
      {"command", R"({"command":["a",1]})", "`command` must be a list of texts"},
      {"command", R"({"command":["true"],"env":{"A=B":"x"}})", "`env` must map"},
      {"command", R"({"command":["true"],"shell":true})", "`shell` is not known here"},
  };
  for (const auto& r : rows) {
    CAPTURE(std::string(r.text));
    const auto checked = check_probe(r.kind, parse_json(r.text)->as_object());
    REQUIRE(!checked);
    CAPTURE(checked.error().message);
    CHECK(checked.error().code == errc::invalid_argument);
    CHECK(checked.error().message.find(r.says) != std::string::npos);
    CHECK(checked.error().message.find("hunter2") == std::string::npos);
  }
  CHECK(check_probe("every", {}).error().code == errc::not_found);
}
