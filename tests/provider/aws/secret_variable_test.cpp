// A variable that AWS keeps, from a plan to the call that needs it, and nowhere else.
#include "account.hpp"
#include "aws/place.hpp"

#include <shipflow/shipflow.hpp>

#include <doctest/doctest.h>

using namespace shipflow;
using tests::account;
using tests::place;

namespace {

constexpr std::string_view value = "correct-horse-battery-staple";

constexpr const char* plan_text = R"(
shipflow: 1
plan: shop
components: [database]
steps:
  - { id: migrate, action: database.migrate, with: { dsn: "${DSN}" } }
)";
constexpr const char* environments_text = R"(
shipflow: 1
environments:
  here:
    variables: { DSN: { aws_secret: prod/db, key: dsn } }
    bind: { database: { provider: database } }
)";

/// Keeps what it was given.
class database final : public provider {
 public:
  [[nodiscard]] std::string name() const override { return "database"; }
  [[nodiscard]] std::vector<action_spec> actions() const override {
    action_spec migrate;
    migrate.name = "migrate";
    migrate.undo = reversibility::forward_only;
    migrate.inputs = {{"dsn", "string", true, true, "where it is"}};
    return {migrate};
  }
  void call(request q, reply r) override {
    if (q.what != verb::apply) return r(answer::done());
    given = std::string(q.inputs.at("dsn").as_string());
    r(answer::failed(make_error(errc::denied, "no access by " + given)));
  }
  std::string given;
};

}  // namespace

TEST_CASE(
    "provider/aws: a secret of AWS reaches the call that names it, and no plan, fact, message or event") {
  account a;
  a.answers["GetSecretValue"] =
      R"({"Name":"prod/db","SecretString":"{\"dsn\":\")" + std::string(value) + R"(\"}"})";
  loop time;
  std::string seen;
  engine_options options;
  options.secrets = aws_secrets(place::with_keys(a.server.server.url("")).options(), system_secrets);
  options.observer = [&](const engine_event& e) { seen += json::serialize(to_json(e)); };
  const std::shared_ptr<store> keep = make_memory_store();
  engine works(time, keep, std::move(options));
  const auto it = std::make_shared<database>();
  works.add(it).value();
  diagnostics found;
  const auto document = read_plan(parse_document(plan_text, "plan.yaml", found), found);
  const auto where =
      read_environment(parse_document(environments_text, "environments.yaml", found), "here", {}, found);
  release_info release;
  release.version = "1.5.0";
  const auto compiled = compile(document, where, release, {}, works.offers(), found);
  REQUIRE_MESSAGE(!found.has_errors(), found.text());
  CHECK_FALSE(a.was_asked("GetSecretValue"));
  const auto run = works.start(compiled, {"user:me", {}, "", ""}).value();
  time.run_until([&] { return works.ended(run); });
  CHECK(it->given == value);
  CHECK(a.was_asked("GetSecretValue"));
  const auto facts = keep->read_facts(run);
  REQUIRE(facts.has_value());
  for (const auto& f : *facts) seen += f.body;
  seen += json::serialize(to_json(compiled)) + works.look(run)->reason;
  CHECK(seen.find("no access by ***") != std::string::npos);
  CHECK(seen.find(value) == std::string::npos);
}
