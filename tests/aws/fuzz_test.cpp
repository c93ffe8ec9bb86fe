// Answers that are broken in every way: read or refused, never more. The seed of what fails is printed.
#include "aws/service.hpp"
#include "aws/settings.hpp"
#include "aws/sign_on.hpp"
#include "aws/way.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

using namespace shipflow;

namespace {

std::uint64_t rounds() {
  const char* given = std::getenv("SHIPFLOW_FUZZ_ROUNDS");
  return given == nullptr ? 4'000 : std::strtoull(given, nullptr, 10);
}

/// Cuts, doubles, swaps and replaces bytes.
std::string broken(std::string text, std::mt19937_64& dice) {
  const auto below = [&](std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(dice() % n); };
  static constexpr std::string_view marks = "<>/&;\"'{}[]:,!?-= \n\0\x80\xff";
  for (auto changes = 1 + below(6); changes > 0 && !text.empty(); --changes) {
    const auto at = below(text.size());
    switch (below(5)) {
      case 0: text.resize(at); break;
      case 1: text.erase(at, 1 + below(20)); break;
      case 2: text.insert(at, text.substr(below(text.size()), below(40))); break;
      case 3: text[at] = marks[below(marks.size())]; break;
      default: text[at] = static_cast<char>(below(256));
    }
  }
  return text;
}

template <class Try>
void play(const std::vector<std::string>& seeds, Try attempt) {
  for (std::uint64_t seed = 1; seed <= rounds(); ++seed) {
    CAPTURE(seed);
    std::mt19937_64 dice(seed);
    attempt(broken(seeds.at(seed % seeds.size()), dice));
  }
}

const std::vector<std::string> xml{
    "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c\">]><DoResponse "
    "xmlns=\"x\"><DoResult><Id>a&amp;b</Id><Tags>"
    "<member><K>1</K></member><member/></Tags></DoResult></DoResponse>",
    "<ListBucketResult><Contents><Key>a "
    "b</Key><Size>1</Size></Contents><Contents><Key><![CDATA[x]]></Key></Contents>"
    "</ListBucketResult>",
    "<ErrorResponse><Error><Code>AccessDenied</Code><Message>m</Message></Error><RequestId>r</RequestId></"
    "ErrorResponse>",
    "<Error><Code>PermanentRedirect</Code><Region>us-west-2</Region></Error>"};
const std::vector<std::string> answers{
    R"({"__type":"com.amazonaws.ecs#ClientException","message":"no\nway"})",
    R"({"services":[{"serviceName":"api","deployments":[{"id":"ecs-svc/1","runningCount":2}]}],"failures":[]})",
    R"({"AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"2030-01-01T00:00:00Z"})"};

}  // namespace

TEST_CASE("aws/fuzz: XML is read or refused, and what was read can be written and read again") {
  play(xml, [](const std::string& text) {
    const auto read = aws::xml_to_json(text);
    if (!read) {
      CHECK(read.error().message.find('\n') == std::string::npos);
      return;
    }
    for (const auto& root : *read) static_cast<void>(aws::xml_text(root.key(), root.value()));
    http::response r;
    r.status = 400;
    r.body = text;
    const auto said = aws::refusal_of(aws::s3, r);
    CHECK(said.code.size() <= 83);
    CHECK(said.message.find('\n') == std::string::npos);
    static_cast<void>(aws::decode(aws::sts, "Do", text));
  });
}

TEST_CASE("aws/fuzz: JSON is read or refused") {
  play(answers, [](const std::string& text) {
    http::response r;
    r.status = 400;
    r.body = text;
    const auto said = aws::refusal_of(aws::ecs, r);
    CHECK(said.code.size() <= 83);
    CHECK(said.message.find('\n') == std::string::npos);
    static_cast<void>(aws::decode(aws::ecs, "Do", text));
    const auto keys = aws::parse_credentials(text, "Token", "the test");
    CHECK((!keys || !keys->id.empty()));
    static_cast<void>(aws::parse_token(text, "token"));
  });
}

TEST_CASE("aws/fuzz: profiles and command lines are read or refused") {
  play({"# mine\n[profile a]\nrole_arn = r\nsource_profile = b\ns3 =\n  endpoint_url = x\n[sso-session "
        "c]\nsso_region=x\n",
        "/opt/my\\ tool --a \"b c\" 'd \\e'"},
       [](const std::string& text) {
         static_cast<void>(aws::parse_profiles(text, "config"));
         static_cast<void>(aws::split_words(text));
       });
}
