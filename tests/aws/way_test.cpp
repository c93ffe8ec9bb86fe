#include "aws/way.hpp"

#include "place.hpp"

#include <doctest/doctest.h>

using namespace shipflow;
using tests::place;

namespace {

struct machine_of {
  place p;
  std::string profile;
  explicit machine_of(const std::string& config, const std::string& keys = "") {
    p.variables = {{"HOME", "/h"}};
    if (!config.empty()) p.files["/h/.aws/config"] = config;
    if (!keys.empty()) p.files["/h/.aws/credentials"] = keys;
  }
  [[nodiscard]] result<aws::way> way(const std::string& of = "") const {
    auto o = p.options();
    o.profile = of;
    return aws::find_way(o);
  }
  [[nodiscard]] std::string wrong(const std::string& of = "") const {
    const auto found = way(of);
    return found ? "" : found.error().message;
  }
  template <class Way>
  Way by(const std::string& of = "") const {
    const auto found = way(of);
    REQUIRE_MESSAGE(found.has_value(), (found ? "" : found.error().message));
    REQUIRE(std::holds_alternative<Way>(found->from));
    return std::get<Way>(found->from);
  }
};

}  // namespace

TEST_CASE("aws/way: variables go before the profile, unless one is named") {
  machine_of m("",
               "[default]\naws_access_key_id=D\naws_secret_access_key=S\n[x]\naws_access_key_id=X\n"
               "aws_secret_access_key=S\naws_session_token=T\n");
  m.p.variables["AWS_ACCESS_KEY_ID"] = "V";
  CHECK(m.wrong() == "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY");
  m.p.variables["AWS_SECRET_ACCESS_KEY"] = "S";
  CHECK(m.by<aws::by_keys>().keys.id == "V");
  CHECK(m.by<aws::by_keys>("x").keys.token == "T");
  m.p.variables.erase("AWS_ACCESS_KEY_ID");
  CHECK(m.wrong() == "AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID");
  m.p.variables.erase("AWS_SECRET_ACCESS_KEY");
  CHECK(m.by<aws::by_keys>().keys.id == "D");
  CHECK(m.way()->profile == "default");
  m.p.variables["AWS_PROFILE"] = "x";
  CHECK(m.by<aws::by_keys>().keys.id == "X");
}

TEST_CASE("aws/way: roles stand on other profiles, which stand on others") {
  const machine_of m(
      "[profile prod]\nrole_arn = arn:aws:iam::2:role/deploy\nsource_profile = hub\nexternal_id = e\n"
      "duration_seconds = 900\nrole_session_name = ci\n"
      "[profile hub]\nrole_arn = arn:aws:iam::1:role/hub\nsource_profile = base\n"
      "[profile self]\nrole_arn = arn:aws:iam::3:role/self\nsource_profile = self\naws_access_key_id = S\n"
      "aws_secret_access_key = s\n"
      "[profile here]\nrole_arn = r\ncredential_source = Ec2InstanceMetadata\n"
      "[profile box]\nrole_arn = r\ncredential_source = EcsContainer\n",
      "[base]\naws_access_key_id = B\naws_secret_access_key = b\n");
  CHECK(m.by<aws::by_keys>("prod").keys.id == "B");
  const auto roles = m.way("prod")->roles;
  REQUIRE(roles.size() == 2);
  CHECK(roles[0].arn == "arn:aws:iam::1:role/hub");
  CHECK(roles[0].session == "shipflow");
  CHECK(roles[1].arn == "arn:aws:iam::2:role/deploy");
  CHECK(roles[1].session == "ci");
  CHECK(roles[1].external_id == "e");
  CHECK(roles[1].seconds == 900);
  CHECK(m.by<aws::by_keys>("self").keys.id == "S");
  CHECK(m.way("self")->roles.size() == 1);
  m.by<aws::by_instance>("here");
  m.by<aws::by_container>("box");
}

TEST_CASE("aws/way: a role that leads nowhere is an error that says where it stops") {
  const machine_of m(
      "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = a\n"
      "[profile gone]\nrole_arn = r\nsource_profile = nobody\n[profile empty]\nregion = x\n"
      "[profile of-empty]\nrole_arn = r\nsource_profile = empty\n[profile two]\nrole_arn = r\n"
      "source_profile = a\ncredential_source = Environment\n[profile odd]\nrole_arn = r\ncredential_source = "
      "Moon\n"
      "[profile alone]\nrole_arn = r\n[profile mfa]\nrole_arn = r\nsource_profile = a\nmfa_serial = m\n"
      "[profile long]\nrole_arn = r\nsource_profile = a\nduration_seconds = 5\n"
      "[profile env]\nrole_arn = r\ncredential_source = Environment\n");
  CHECK(m.wrong("a") ==
        "AWS profile \"a\" takes its role from itself by way of other profiles (source_profile)");
  CHECK(m.wrong("gone") == "there is no AWS profile \"nobody\"");
  CHECK(m.wrong("of-empty") ==
        "AWS profile \"empty\" has no credentials, and \"of-empty\" takes them from it");
  CHECK(m.wrong("two").ends_with("has both source_profile and credential_source; leave one"));
  CHECK(m.wrong("odd").find("none of Environment, EcsContainer and Ec2InstanceMetadata") !=
        std::string::npos);
  CHECK(m.wrong("alone").find("has role_arn, but none of source_profile") != std::string::npos);
  CHECK(m.wrong("mfa").find("get a session with `aws sts get-session-token`") != std::string::npos);
  CHECK(m.wrong("long").ends_with("has a duration_seconds that is not 900 to 43200"));
}

TEST_CASE("aws/way: web identity of variables, or of a profile, but after a role of the profile") {
  machine_of m(
      "[default]\nrole_arn = r\nsource_profile = base\n[profile w]\nrole_arn = w\n"
      "web_identity_token_file = /t\n",
      "[base]\naws_access_key_id = B\naws_secret_access_key = b\n");
  CHECK(m.by<aws::by_web_identity>("w").token_file == "/t");
  CHECK(m.by<aws::by_web_identity>("w").as.arn == "w");
  m.p.variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/token";
  m.by<aws::by_keys>();
  m.p.files.erase("/h/.aws/config");
  CHECK(m.wrong() == "AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN");
  m.p.variables["AWS_ROLE_ARN"] = "arn";
  m.p.variables["AWS_ROLE_SESSION_NAME"] = "pod";
  CHECK(m.by<aws::by_web_identity>().as.arn == "arn");
  CHECK(m.by<aws::by_web_identity>().as.session == "pod");
}

TEST_CASE("aws/way: single sign-on by section and by profile, and what it needs") {
  const machine_of m(
      "[profile new]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n"
      "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp/\n"
      "[profile old]\nsso_start_url = https://old/\nsso_region = eu-west-2\nsso_account_id = "
      "1\nsso_role_name = r\n"
      "[profile lost]\nsso_session = none\n[profile half]\nsso_session = corp\nsso_account_id = 1\n");
  CHECK(m.by<aws::by_sign_on>("new").session == "corp");
  CHECK(m.by<aws::by_sign_on>("new").region == "eu-west-1");
  CHECK(m.by<aws::by_sign_on>("old").session == "https://old/");
  CHECK(m.wrong("lost").find("names the sso-session \"none\"") != std::string::npos);
  CHECK(m.wrong("half").find("needs sso_region, sso_account_id and sso_role_name") != std::string::npos);
}

TEST_CASE("aws/way: keys, then a program, then what is beside the process") {
  machine_of m(
      "[profile p]\ncredential_process = /opt/my\\ tool --a \"b c\" 'd \\e'\n[profile q]\n"
      "credential_process = x 'y\n[profile half]\naws_access_key_id = A\n[profile both]\n"
      "credential_process = x\naws_access_key_id = A\naws_secret_access_key = S\n");
  CHECK(m.by<aws::by_program>("p").argv == std::vector<std::string>{"/opt/my tool", "--a", "b c", "d \\e"});
  CHECK(m.wrong("q").find("a quote is open") != std::string::npos);
  CHECK(m.wrong("half") == "AWS profile \"half\" has half a pair of keys");
  CHECK(m.by<aws::by_keys>("both").keys.id == "A");
  CHECK(m.wrong("nobody") == "there is no AWS profile \"nobody\"");
  m.by<aws::by_instance>();
  m.p.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1/";
  m.by<aws::by_container>();
  m.p.files["/h/.aws/config"] = "[default\n";
  CHECK(m.wrong() == "a section without `]`");
}

TEST_CASE("aws/way: words of a command line") {
  const auto words = [](std::string_view line) { return aws::split_words(line).value(); };
  using list = std::vector<std::string>;
  CHECK(words("").empty());
  CHECK(words("  a  b\t").size() == 2);
  CHECK(words(R"(a"b c"d '' "\"\\\n" \ x)") == list{"ab cd", "", R"("\\n)", " x"});
  CHECK(aws::split_words("\"").has_error());
  CHECK(aws::split_words("a\\").has_error());
}
