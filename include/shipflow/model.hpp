// The documents as validated values: the plan a team writes, the environments it runs in, the
// release it carries out. The grammar of both documents is written here.
//
// A plan document
//
//   shipflow: 1                       # version of the language
//   plan: shopflow                    # name
//   description: text
//   parameters:                       # values a start may override; a scalar is the default
//     bake: 10m
//     migrate_to: { default: head, help: "revision", type: string }
//   components: [api]                 # or { web: { needs: [api], paths: ["apps/web/**"] }, api: {} }
//   checklists:
//     pre-deployment: { "Code readiness": [ "All tests passing in CI", ... ], Database: [...] }
//     # people tick a text; a mapping is ticked by a check, which is a step of its own, "ready/database-3":
//     #   { text: Backup verified, command: [...] }, or action + with, wait_for, probe, gate; timeout, retry
//   steps:                            # a list; order of writing is kept among independent steps
//     - id: api                       # required, unique; letters, digits, - and _
//       needs: [go]                   # default: none, so steps without needs run at once
//       <exactly one kind, see below>
//       when: "${flags.new_checkout}" # constants decide at compile time, steps.* at run time.
//                                     # Or a comparison: "${steps.count.value} > 3 and ${x} != 'y'" with
//                                     # == != < <= > >=, and, or, not, ( ); text stands in quotes
//       for_each: { in: [eu, us], as: region, wave: 1 }  # expands to api[eu], api[us]; default one wave
//       timeout: 10m
//       retry: { attempts: 3, backoff: 2s }
//       skippable: true               # a person (or an emergency release) may skip it
//       undo: ...                     # see below
//       guard: { abort: [errors], pause: [latency], until: watch.end }  # triggers armed from this step's first traffic
//   rollback: { SEV1: now, SEV2: { ask: [lead], quorum: 2, within: 15m, then: rollback }, SEV3: record,
//               # people who are asked besides when nobody has answered for so long, level by level:
//               SEV4: { ask: [dev], within: 1h, then: hold, escalate: [{ after: 15m, to: [lead] }] },
//               # reactions are called, then comes what the rule says; `for` is about one trigger or probe:
//               for: { cpu: { do: [scale-out], then: continue } },   # continue or hold
//               on_failure: now, decision_window: { for: 30m, roles: [lead], quorum: 1 },
//               unavailable: { after: 5m, then: hold }, irreversible: accept }
//   reactions:                        # steps that run only when a rule of `rollback` calls them, each time it does
//     scale-out: { action: api.scale, with: { instances: 6 } }   # or command, http, ...; a failure is recorded
//   tasks:                            # what people do after the release, ticked with `tick RUN tasks ID`
//     - { id: old-images, text: Remove old images, within: 24h, roles: [dev] }   # or just a text
//   triggers: { staging: { push: [main] }, prod: { manual: true } }   # what starts it, see changes.hpp
//   notify: [ { at: [started, released], to: [releases], text: "..." } ]   # who is told what, see message.hpp
//   report:                           # a word of later versions: parsed, kept, and refused by the
//                                     # compiler by name when a run needs them (`not built`)
//
// Kinds of steps
//   action: database.backup  + with: {...}     component.action or provider.action
//   command: [npm, run, "test:smoke"]          + env, directory, capture, success_codes, expect
//   http: { method, url, expect, ... }         one call
//   wait_for: { url, expect, every }           poll until it holds
//   approval: { roles: [qa], quorum: 1, expires: 4h, on_expiry: reject, self: deny, after: 5m }
//   checklist: pre-deployment
//   in_place | rolling | blue_green | canary: { component: api, version: "${release.version}", ... }
//   wait: 10m
//   window: open | preferred                   waits until the calendar of the environment says so
//   watch: { for: 24h }                        the last word of a plan
//   maintenance: { component: web, until: [step ids] }        an ensure scope
//   ensure: { begin: {action|command, with}, end: command, until: [step ids] }
//   probe: { all: [api, db], within: 2m }      passes when the named probes are up
//   gate: { file: coverage.xml, cobertura: { lines: 80% } }   a report is good enough, see gate.hpp
//   run: / scan: ...                           words of later versions (refused by name)
//
// undo of a step: `undo: none` (forward only), `undo: [argv]` or `undo: {command: [...], with: {...},
// after_traffic: undo|ask|keep, ask: [roles]}`.
//
// Strategies
//   blue_green: { component, version, bake: 10m, instances, promote: automatic | {approval...}, keep_old: {until: watch.end | for: 30m} }
//     launch -> shift 100 -> bake -> retire
//   canary: { component, version, steps: [ {weight: 10, bake: 10m}, ... ] or weights: [10, 50, 100] + bake, ... }
//     launch -> (shift w -> bake)... -> shift 100 -> bake -> retire
//   rolling: { component, version, batch: 1 | 25%, bake }       replace
//   in_place: { component, version, bake }                      replace, batch 100%
//
// An environments document
//
//   shipflow: 1
//   environments:
//     production:
//       extends: base                 # layered: mappings merge, scalars and lists replace
//       url: https://www.shopflow.io
//       purpose: Live customer traffic
//       size: {...} / access: {...} / account: {...}   # anything, kept for people and reports
//       links: { Dashboard: "https://..." }   # where people look, in reports; http and https only
//       variables: { LOG_LEVEL: info, DSN: { env | file | aws_secret | aws_parameter: ..., secret: true } }
//       flags: { new_checkout: false }
//       protection: { start: [dev], one_at_a_time: wait | refuse, deletion: deny }
//       roles: { qa: ["user:alice", "group:qa"], lead: [...] }
//       bind: { api: { provider: ecs, cluster: ... } }
//       probes: { api: { http: "${url}/api/health", expect: { status: 200 }, every: 5s } }
//       metrics: { errors: { source: load_balancer, component: api, ratio: [http_5xx, http_all] } }
//       triggers: { errors: { normal: "errors < 0.1%", alert: "errors > 1% for 5m", severity: SEV1 },
//                   worse: { alert: "worse(errors than baseline, ratio 1.25, alpha 0.1%)", calibrate: 24h } }
//       calendar: { zone: UTC, prefer: [...], freeze: [...] }   # when a release may start, see calendar.hpp
//       promoted_from: { environment: staging, identity: digest, healthy_for: 1h, validated: [smoke],
//                        hotfix: [lead] }         # takes only what proved itself there, see promotion.hpp
//       channels: { releases: { slack: "${SLACK_URL}" }, tool: none }   # where people are, see message.hpp
//       notify: [...]                 # as in a plan, and besides its own
//
// References: `${parameters.bake}` or `${bake}` (parameters, then variables), `${release.version}`,
// `${release.images.api}`, `${environment.name}`, `${environment.url}` or `${url}`, `${flags.x}`,
// `${NAME}` and `${NAME:-default}` (variables; inside `variables` also the process environment),
// `${each}` inside for_each, `${steps.<id>.<output>}` at run time. Unresolved is an error with the place.
#pragma once

#include <shipflow/calendar.hpp>
#include <shipflow/document.hpp>
#include <shipflow/json.hpp>
#include <shipflow/time.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace shipflow {
inline namespace v1 {

/// A semantic version (semver.org 2.0.0), ordered by its precedence rules.
struct semantic_version {
  std::uint64_t major = 0, minor = 0, patch = 0;
  std::string prerelease;
  std::string build;
  /// <0, 0, >0; build metadata does not count.
  [[nodiscard]] int compare(const semantic_version& other) const noexcept;
};
/// Reads "1.5.0", "v1.5.0-rc.1+build".
[[nodiscard]] result<semantic_version> parse_version(std::string_view text);

/// What is released.
struct release_info {
  std::string version;                        ///< "1.5.0"; required
  std::string commit;                         ///< may be empty
  std::map<std::string, std::string> images;  ///< component -> reference, pinned or not
  std::string notes;
  json::object extra;  ///< free members, reachable as ${release.<name>}
};
[[nodiscard]] json::value to_json(const release_info& r);
/// From a document with the members above.
[[nodiscard]] release_info read_release(const document& doc, diagnostics& out);

/// One step as written. Free parts stay nodes, so that later findings still know their place.
struct step_document {
  std::string id;
  std::string kind;      ///< "action", "command", "blue_green", ...
  node body;             ///< value of the kind's key
  node all;              ///< the whole mapping
  bool on_call = false;  ///< one of `reactions`, appended behind the steps
  std::vector<std::string> needs;
  source_place place;
  std::string pointer;
};

struct component_document {
  std::string name;
  std::vector<std::string> needs;
  std::vector<std::string> paths;  ///< patterns of the files it is made from, see changes.hpp
};

/// A validated plan document.
struct plan_document {
  std::string file;
  std::string name;
  std::string description;
  std::vector<std::pair<std::string, node>> parameters;
  std::vector<component_document> components;
  std::map<std::string, node> checklists;
  std::vector<step_document> steps;
  node rollback;
  node root;  ///< everything, words of later versions included
};
/// Checks the document against the language and reads it. Errors: unknown and duplicate keys,
/// wrong types, ids used twice, needs that name no step, cycles in needs and in parameters.
[[nodiscard]] plan_document read_plan(const document& doc, diagnostics& out);

/// Who may do what with an environment.
struct protection_rules {
  std::vector<std::string> start;        ///< roles; empty: anyone
  std::string one_at_a_time = "refuse";  ///< "refuse" or "wait"
  bool deletion_protected = false;
};

/// A variable after resolution. Secret values never enter a plan, only `secret:NAME` references
/// that the engine resolves when it writes a request.
struct variable {
  std::string value;
  bool secret = false;
  std::string source;  ///< "literal", "env:NAME", "file:/run/x", "aws_secret:{..}"
};

/// What an environment takes: only releases that proved themselves in another one. Judged when a run is
/// started, see promotion.hpp.
struct promotion_rule {
  std::string environment;  ///< where they must have been released
  std::string identity =
      "digest";             ///< what makes two releases the same: "digest" (of images), "commit", "version"
  duration healthy_for{0};  ///< so long without an alert since they were released there
  std::vector<std::string>
      validated;                    ///< steps of the run there that must have been carried out, not skipped
  std::vector<std::string> hotfix;  ///< roles that may start another release all the same, with a reason
  bool skippable = false;           ///< an emergency release is not asked
};

struct binding {
  std::string component;
  std::string provider;
  node target;  ///< the whole mapping, references not yet rendered
};

/// A validated environment.
struct environment {
  std::string file;
  std::string name;
  std::string url;
  std::string purpose;
  /// Words for people and reports: {purpose?, access?, size?, account?, links?: {name: address}}. Addresses are
  /// rendered, the rest is as written.
  json::object about;
  std::map<std::string, variable> variables;
  json::object flags;
  protection_rules protection;
  std::map<std::string, std::vector<std::string>> roles;
  std::vector<binding> bindings;
  node probes, metrics, triggers;  ///< mappings by name; null when absent
  std::optional<release_calendar> calendar;
  std::optional<promotion_rule> promoted_from;
  node root;
};

/// Where variables may come from; injected so that the model reads neither files nor the process.
struct variable_sources {
  std::function<std::optional<std::string>(const std::string& name)> process_environment;
  /// At most 1 MiB, trailing newline cut: values of variables (of which 64 KiB are taken), time zones
  /// (TZDIR, else /usr/share/zoneinfo) and holidays, relative to the document.
  std::function<result<std::string>(const std::string& path)> file;
};
/// Reads one environment of an environments document, `extends` applied.
[[nodiscard]] environment read_environment(const document& doc, const std::string& name,
                                           const variable_sources& sources, diagnostics& out);
/// Names in document order.
[[nodiscard]] std::vector<std::string> environment_names(const document& doc);

/// JSON Schema (draft 2020-12) of the two documents, from the tables that validate them.
[[nodiscard]] json::value plan_schema();
[[nodiscard]] json::value environments_schema();

}  // namespace v1
}  // namespace shipflow
