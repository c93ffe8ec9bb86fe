#include "plan/compiling.hpp"

#include <shipflow/providers/gate.hpp>

#include <algorithm>

namespace shipflow::test {
namespace {

field_spec needed(std::string name, std::string type) {
  return {std::move(name), std::move(type), true, false, ""};
}
field_spec optional(std::string name, std::string type) {
  return {std::move(name), std::move(type), false, false, ""};
}

action_spec action(std::string name, std::vector<field_spec> inputs, std::vector<field_spec> outputs = {},
                   std::vector<std::string> resources = {}) {
  action_spec a;
  a.name = std::move(name);
  a.inputs = std::move(inputs);
  a.outputs = std::move(outputs);
  a.resources = std::move(resources);
  return a;
}

std::vector<action_spec> local_actions() {
  auto launch =
      action("launch",
             {needed("version", "string"), needed("colour", "string"), optional("instances", "integer"),
              optional("image", "string")},
             {needed("colour", "string"), needed("version", "string")}, {"fleet:${component}/${colour}"});
  auto shift = action("shift", {needed("weight", "integer"), needed("colour", "string")}, {},
                      {"traffic:${component}"});
  shift.rank = restore_rank::traffic;
  auto retire = action("retire", {optional("drain", "duration"), optional("colour", "string")}, {},
                       {"fleet:${component}/old"});
  auto replace = action(
      "replace", {needed("version", "string"), optional("batch", "any"), optional("instances", "integer")},
      {}, {"fleet:${component}"});
  auto maintenance = action("maintenance", {needed("on", "boolean")}, {}, {"maintenance:${component}"});
  maintenance.rank = restore_rank::traffic;
  return {launch, shift, retire, replace, maintenance};
}

std::vector<action_spec> database_actions() {
  auto backup = action("backup", {optional("verify", "boolean")},
                       {needed("file", "string"), needed("schema", "string")});
  backup.undo = reversibility::forward_only;
  auto migrate = action(
      "migrate",
      {needed("runner", "string"), optional("to", "string"), optional("undo", "object"),
       optional("batch_size", "integer"), optional("limit", "duration"), optional("options", "strings")},
      {}, {"database:${component}"});
  migrate.undo = reversibility::destructive;
  migrate.rank = restore_rank::database;
  auto purge = action("purge", {}, {}, {"database:${component}"});
  purge.undo = reversibility::irreversible;
  auto password = needed("password", "string");
  password.sensitive = true;
  auto token = needed("token", "string");
  token.sensitive = true;
  auto account = action("account", {password}, {token, needed("name", "string")});
  account.undo = reversibility::forward_only;
  return {backup, migrate, purge, account};
}

std::vector<action_spec> command_actions() {
  auto run =
      action("run",
             {needed("command", "strings"), optional("env", "object"), optional("directory", "string"),
              optional("stdin", "string"), optional("output_limit", "integer"), optional("capture", "string"),
              optional("success_codes", "any"), optional("expect", "object"), optional("undo", "any")},
             {needed("exit_code", "integer"), needed("output", "string"), needed("value", "any")});
  run.undo = reversibility::forward_only;
  return {run};
}

std::vector<action_spec> http_actions() {
  const auto url = needed("url", "string");
  auto call = action("call",
                     {url, optional("method", "string"), optional("expect", "any"),
                      optional("capture", "object"), optional("undo", "object")},
                     {needed("status", "integer"), needed("*", "any")});
  auto wait = action("wait", {url, optional("expect", "any"), optional("every", "duration")},
                     {needed("status", "integer")});
  wait.undo = reversibility::forward_only;
  return {call, wait};
}

// Tasks that an environment names take what they are given.
std::vector<action_spec> task_actions() {
  auto migrate = action("migrate", {optional("undo", "any"), optional("*", "any")}, {needed("value", "any")},
                        {"database:${component}"});
  return {migrate};
}

field_spec within(field_spec field, std::vector<number_range> ranges) {
  field.ranges = std::move(ranges);
  return field;
}

// Inputs of every type that has limits, and a strategy whose shares have some.
std::vector<action_spec> limited_actions() {
  auto secret = within(optional("key", "integer"), {{1, 2}});
  secret.sensitive = true;
  auto hold = action("hold",
                     {within(optional("count", "integer"), {{0, 15}, {100, 100}}),
                      within(optional("share", "number"), {{.most = 1}}),
                      within(optional("lasts", "duration"), {{60'000, 3'600'000}}),
                      within(optional("name", "string"), {{1, 3}}),
                      within(optional("paths", "strings"), {{.least = 2}}), secret},
                     {needed("count", "integer")});
  auto shift = action("shift", {within(needed("weight", "integer"), {{0, 15}, {100, 100}})});
  return {hold, action("launch", {needed("version", "string")}), shift, action("retire", {})};
}

class test_offers final : public catalogue {
 public:
  result<std::vector<action_spec>> actions(const std::string& provider,
                                           const json::object& target) const override {
    if (target.contains("broken")) return make_error(errc::invalid_document, "`broken` is no member");
    if (provider == "local") return local_actions();
    if (provider == "database") return database_actions();
    if (provider == "limited") return limited_actions();
    if (provider == "command") return target.contains("tasks") ? task_actions() : command_actions();
    if (provider == "http") return http_actions();
    if (provider == "gate") return shipflow::make_gate_provider()->actions();
    if (provider == "probe")
      return std::vector{action("wait", {needed("probes", "object"), optional("within", "duration")})};
    return make_error(errc::not_found, "no provider is called `" + provider + "`");
  }
  result<void> check_probe(const std::string& kind, const json::object& /*spec*/) const override {
    if (kind == "http" || kind == "tcp") return {};
    return make_error(errc::not_found, "no probe is called `" + kind + "`");
  }
  result<void> check_metric(const metric_request& q) const override {
    if (q.source != "load_balancer") return make_error(errc::not_found, "no source " + q.source);
    if (q.spec.contains("refused")) return make_error(errc::invalid_argument, "`refused` is no member");
    return {};
  }
};

}  // namespace

std::unique_ptr<catalogue> test_catalogue() { return std::make_unique<test_offers>(); }

std::string_view local_environment() {
  return R"(shipflow: 1
environments:
  local:
    url: http://127.0.0.1:8080
    variables:
      LOG_LEVEL: info
      DSN: { env: DSN, secret: true }
      COUNT: "3"
    flags: { new_checkout: false, fast: true }
    roles: { qa: ["user:alice", "user:bob"], lead: ["group:leads"] }
    bind:
      api: { provider: local, command: [./shop, "--port", "${port}"], instances: 3, log: "${LOG_LEVEL}", dsn: "${DSN}" }
      web: { provider: local, command: [./web] }
      db: { provider: database, url: "${DSN}" }
      tasks: { provider: command, tasks: { migrate: { command: [./migrate] } } }
    probes:
      api: { http: "${url}/api/health", expect: { status: 200 }, every: 5s, fall: 2 }
      disk: { smell: strange }
    metrics:
      errors: { source: load_balancer, component: api, ratio: [http_5xx, http_all] }
      saturation: { source: somewhere, value: cpu }
      odd: { source: load_balancer, value: odd, refused: true }
    triggers:
      errors: { normal: "errors < 0.1%", alert: "errors > 1% for 5m", severity: SEV1 }
      slow: { alert: "errors > 5% for 1m", severity: SEV2 }
      typo: { alert: "erors > 5%" }
      hot: { alert: "saturation > 80" }
      odd: { alert: "odd > 80" }
      odder: { alert: "odd > 90" }
)";
}

release_info start::default_release() {
  release_info r;
  r.version = "1.5.0";
  r.images = {{"api", "shop@sha256:abc"}};
  return r;
}

namespace {

variable_sources no_sources() {
  return {
      [](const std::string&) { return std::nullopt; },
      [](const std::string&) -> result<std::string> { return make_error(errc::not_found, "no files here"); }};
}

}  // namespace

compiled compile(const start& s) {
  compiled out;
  const auto text = s.environments.empty() ? std::string(local_environment()) : s.environments;
  const auto plan_tree = parse_document(s.plan, "plan.yaml", out.findings);
  const auto environment_tree = parse_document(text, "environments.yaml", out.findings);
  REQUIRE_MESSAGE(!out.findings.has_errors(), out.text());
  const auto document = read_plan(plan_tree, out.findings);
  const auto where = read_environment(environment_tree, s.environment, no_sources(), out.findings);
  if (out.findings.has_errors()) return out;
  const auto offers = test_catalogue();
  out.what = shipflow::compile(document, where, s.release, s.parameters, *offers, out.findings);
  return out;
}

compiled compile(std::string_view plan_text) {
  start s;
  s.plan = std::string(plan_text);
  return compile(s);
}

std::string messages(const compiled& c) {
  std::string out;
  for (const auto& item : c.findings.items()) out += item.message + "\n";
  return out;
}

const plan_step& compiled::step(std::string_view id) const {
  const auto index = what.find(id);
  const auto missing = std::string(id) + " is not in\n" + shape() + text();
  REQUIRE_MESSAGE(index.has_value(), missing);
  return what.steps[*index];
}

std::string compiled::shape() const {
  std::string out;
  for (const auto& s : what.steps) {
    out += s.id;
    if (!s.needs.empty()) out += " <";
    for (const auto need : s.needs) out += " " + what.steps[need].id;
    out += "\n";
  }
  return out;
}

}  // namespace shipflow::test
