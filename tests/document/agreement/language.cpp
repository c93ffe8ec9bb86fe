// The language itself: `language plan` and `language environments`.
#include "document/agreement/corpus.hpp"
#include "model/tables.hpp"

#include <iostream>

using namespace shipflow;

namespace {

constexpr std::string_view plan = R"(
shipflow: 1
plan: shop
description: one release
parameters: { bake: 10m, count: 3, migrate_to: { default: head, help: revision, type: string } }
components: { web: { needs: [api] }, api: {} }
checklists: { pre: { Readiness: [tests pass] } }
steps:
  - { id: ready, checklist: pre }
  - { id: go, needs: [ready], approval: { roles: [qa], quorum: 1, expires: 4h } }
  - { id: migrate, needs: [go], action: database.migrate, with: { runner: knex } }
  - id: api
    needs: [migrate]
    blue_green: { component: api, version: "${release.version}", bake: "${bake}" }
    guard: { abort: [errors], until: watch.end }
  - { id: web, canary: { component: web, version: "${release.version}", weights: [10, 50, 100], bake: 5m } }
  - { id: smoke, needs: [api], command: [npm, run, "test:smoke"], timeout: 10m, retry: { attempts: 3, backoff: 2s } }
  - { id: pause, wait: 10m, when: "${flags.slow}" }
  - { id: watch, needs: [smoke], watch: { for: 24h } }
rollback: { SEV1: now, SEV2: { ask: [lead], within: 15m, then: rollback }, SEV3: record }
)";

constexpr std::string_view environments = R"(
shipflow: 1
environments:
  base: { purpose: live traffic, url: "https://www.example.org" }
  production:
    extends: base
    variables: { LOG_LEVEL: info, DSN: { env: DATABASE_URL, secret: true } }
    flags: { new_checkout: false }
    protection: { start: [dev], one_at_a_time: wait, deletion: deny }
    roles: { qa: ["user:alice", "group:qa"] }
    bind: { api: { provider: local, command: [./shop, --port, "${port}"], instances: 3 } }
    probes: { api: { http: "${url}/health", expect: { status: 200 }, every: 5s } }
    metrics: { errors: { source: load_balancer, component: api, ratio: [http_5xx, http_all] } }
    triggers: { errors: { normal: "errors < 0.1%", alert: "errors > 1% for 5m", severity: SEV1 } }
)";

}  // namespace

int main(int count, char** arguments) {
  const bool wants_plan = count > 1 && std::string_view(arguments[1]) == "plan";
  diagnostics out;
  const auto document = parse_document(wants_plan ? plan : environments, "corpus", out);
  const auto type = schema::table(wants_plan ? model_room::plan_table : model_room::environments_table);
  schema::validate(document.root, type, out);
  std::cerr << out.text();
  std::cout << test::suite({document.root.to_json()}, type, 1500);
}
