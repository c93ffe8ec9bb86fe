// A value marked secret is in no answer, no file and no argument list.
#include "provider/command/support.hpp"

using namespace shipflow;
using namespace shipflow::test;

namespace {

constexpr const char* secret = "pa55-w0rd-of-the-shop";

request with_secret(verb what, const std::string& script) {
  auto q = shell(what, script);
  q.inputs["env"] = {{"PASSWORD", secret}};
  q.secrets = {secret};
  return q;
}

bool holds(const std::string& text) { return text.find(secret) != std::string::npos; }

std::string all_of(const answer& a) { return json::serialize(a.value) + a.problem.text() + a.text; }

}  // namespace

TEST_CASE("provider/command: a secret is redacted in outputs, captures, failures and progress") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = with_secret(verb::apply, "echo \"{\\\"login\\\":\\\"$PASSWORD\\\"}\"");
  q.inputs["capture"] = "json";
  const auto done = carried_out(*p, q);
  CHECK(done.value.at("value") == json::object{{"login", "***"}});
  CHECK(!holds(all_of(done)));

  q = with_secret(verb::apply, "echo \"cannot log in with $PASSWORD\" >&2; exit 1");
  q.effect_key = "failing";
  const auto failed = carried_out(*p, q);
  CHECK(failed.problem.message == "sh exited with code 1: cannot log in with ***");
  CHECK(!holds(all_of(failed)));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(place.state()))
    if (entry.is_regular_file()) CHECK(!holds(content(entry.path())));
}

TEST_CASE("provider/command: a secret in an argument is refused without being named") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = with_secret(verb::apply, "");
  q.inputs["command"] = {"psql", std::string("postgres://shop:") + secret + "@db/shop"};
  const auto refused = call(*p, q);
  CHECK(refused.kind == answer_kind::failed);
  CHECK(refused.problem.code == errc::secret_leak);
  CHECK(!holds(all_of(refused)));
  CHECK(std::filesystem::is_empty(place.state()));
}

TEST_CASE("provider/command: standard input carries a secret, and no file keeps it") {
  const commands_fixture place;
  const auto p = place.open();
  auto q = with_secret(verb::apply, "cat; sleep 0.1");
  q.inputs["stdin"] = std::string("token ") + secret + "\n";
  const auto started = call(*p, q);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(place.state()))
    if (entry.is_regular_file()) CHECK(!holds(content(entry.path())));
  CHECK(output_of(settled(*p, q, started)) == "token ***\n");
}
