#include "model/tables.hpp"

namespace shipflow::model_room {
namespace {

using namespace schema;

schema::type one_or_names() { return either({non_empty_string(), names()}); }
schema::type free_mapping() { return map_of(non_empty_string(), any()); }

const mapping& keep_old_table() {
  static const auto table = [] {
    mapping t("keep_old", "How long the old fleet stays, so that going back is a switch");
    t.field("until", non_empty_string(), "a step, or watch.end").example("watch.end");
    t.field("for", span(), "a time after the switch").example("30m");
    t.exactly_one({"until", "for"});
    return t;
  }();
  return table;
}

const mapping& promote_table() {
  static const auto table = [] {
    mapping t("promote", "People agree before all traffic goes over");
    t.field("approval", schema::table(approval_table), required, "who");
    return t;
  }();
  return table;
}

void add_target_fields(mapping& t) {
  t.field("component", identifier().references(), required, "the component released").example("api");
  t.field("version", text(), "the version to release; default ${release.version}");
  t.field("image", text(), "the image to release; default the release's image of the component");
  t.field("instances", integer(1, 10'000).references(), "size of the new fleet; default that of the binding");
  t.field("bake", span(), "how long guards look before the next step").example("10m");
}

void add_fleet_fields(mapping& t) {
  add_target_fields(t);
  t.field("promote", either({enumeration({"automatic"}), schema::table(promote_table)}),
          "what happens before all traffic goes over")
      .standard("automatic");
  t.field("keep_old", schema::table(keep_old_table), "how long the old fleet stays; default: not at all");
  t.field("drain", span(), "how long requests on the old fleet may take to end").example("30s");
}

const mapping& blue_green_table() {
  static const auto table = [] {
    mapping t("blue_green", "A second fleet, all traffic switched at once");
    add_fleet_fields(t);
    return t;
  }();
  return table;
}

const mapping& canary_step_table() {
  static const auto table = [] {
    mapping t("canary_step", "A share of traffic and how long it is watched");
    t.field("weight", integer(1, 100).references(), required, "percent of traffic on the new version")
        .example(10);
    t.field("bake", span(), "how long guards look at it");
    return t;
  }();
  return table;
}

const mapping& canary_table() {
  static const auto table = [] {
    mapping t("canary", "A second fleet that gets traffic in growing shares");
    add_fleet_fields(t);
    t.field("steps", list_of(schema::table(canary_step_table), 1, 100), "shares, each with its bake");
    t.field("weights", list_of(integer(1, 100).references(), 1, 100), "shares, all with the same bake");
    t.exactly_one({"steps", "weights"});
    return t;
  }();
  return table;
}

const mapping& rolling_table() {
  static const auto table = [] {
    mapping t("rolling", "Instances are replaced batch by batch");
    add_target_fields(t);
    t.field("batch",
            either({integer(1, 10'000).references(), matching("[0-9]{1,3}%", "a percentage such as 25%")}),
            "instances replaced at once")
        .standard(1);
    return t;
  }();
  return table;
}

const mapping& in_place_table() {
  static const auto table = [] {
    mapping t("in_place", "All instances are replaced at once");
    add_target_fields(t);
    return t;
  }();
  return table;
}

const mapping& watch_phase_table() {
  static const auto table = [] {
    mapping t("watch_phase", "A part of the watch with triggers, a pace and activities of its own");
    t.field("name", non_empty_string(), required, "what it is called").example("first hour");
    t.field("from", span(), required, "from the begin of the watch on").example("15m");
    t.field("to", span(), required, "until then; the next phase begins here").example("1h");
    t.field("look_at", names(), "what people look at meanwhile");
    t.field("abort", one_or_names(), "triggers and probes armed in this phase");
    t.field("pause", one_or_names(), "these hold the end of the phase up");
    t.field("every", span(), "slots of its triggers, interval of its probes; default: their own");
    return t;
  }();
  return table;
}

const mapping& watch_table() {
  static const auto table = [] {
    mapping t("watch", "Time after the last change in which guards stay armed");
    t.field("for", span(), required, "how long").example("24h");
    t.field("phases", list_of(schema::table(watch_phase_table), 1, 100), "what is looked at when, in order");
    return t;
  }();
  return table;
}

const mapping& maintenance_table() {
  static const auto table = [] {
    mapping t("maintenance", "Maintenance mode, ended whatever happens");
    t.field("component", identifier().references(), required, "the component that answers with the page");
    t.field("until", names(), required, "steps inside the scope; it ends after them");
    t.field("page", text(), "what people read meanwhile");
    return t;
  }();
  return table;
}

const mapping& ensure_table() {
  static const auto table = [] {
    mapping t("ensure", "Something begun here and ended on every path");
    t.field("begin", schema::table(action_table), required, "what begins the scope");
    t.field("end", arguments(), "the command that ends it, when `begin` is a command");
    t.field("until", names(), required, "steps inside the scope; it ends after them");
    return t;
  }();
  return table;
}

const mapping& probe_step_table() {
  static const auto table = [] {
    mapping t("probe_step", "Passes when the named probes are up");
    t.field("all", names(), required, "probes of the environment");
    t.field("within", span(), "how long that may take").standard("2m");
    return t;
  }();
  return table;
}

const mapping& gate_table() {
  static const auto table = [] {
    mapping t("gate", "A report and what its numbers must be; see gate.hpp");
    t.field("file", text(), required, "path of the report").example("coverage.xml");
    const std::vector<std::string> kinds{"junit", "cobertura", "lcov", "sarif", "k6", "locust", "json"};
    for (const auto& kind : kinds)
      t.field(kind, map_of(non_empty_string(), either({number(), text()})), "bounds on its numbers");
    t.exactly_one(kinds);
    t.field("missing", enumeration({"fail", "pass"}), "what a file that is not there means").standard("fail");
    t.field("none_ran", enumeration({"fail", "pass"}), "what it means that no test ran").standard("fail");
    return t;
  }();
  return table;
}

const mapping& guard_table() {
  static const auto table = [] {
    mapping t("guard", "Triggers and probes armed from this step's first traffic on");
    t.field("abort", one_or_names(), "an alert of these leads to the reaction of its severity");
    t.field("pause", one_or_names(), "these hold promotion and do nothing else");
    t.field("promote", one_or_names(), "gates: all traffic goes over only when these pass");
    t.field("within", span(), "how much longer the gates may take than the bake; 0s: as long as they like")
        .standard("0s");
    t.field("inconclusive", enumeration({"hold", "rollback", "continue"}), "what happens to gates after that")
        .standard("hold");
    t.field("until", non_empty_string(), "a step, or watch.end; default: the end of the run");
    return t;
  }();
  return table;
}

const mapping& undo_table() {
  static const auto table = [] {
    mapping t("undo", "How the step is put back");
    t.field("command", arguments(), "argument list that puts it back");
    t.field("with", free_mapping(), "inputs of the undo, for example the version to go back to");
    t.field("to", text(), "the version to go back to, for a person reading the plan");
    t.field("after_traffic", enumeration({"undo", "ask", "keep"}),
            "what rollback does once traffic has reached the new version");
    t.field("ask", names(), "roles that decide, with after_traffic: ask");
    return t;
  }();
  return table;
}

const mapping& for_each_table() {
  static const auto table = [] {
    mapping t("for_each", "The step once for each value");
    t.field("in", either({list_of(scalar(), 1, 1'000), text()}), required, "the values")
        .example(json::array{"eu", "us"});
    t.field("as", identifier(), "name of the value in references; ${each} works as well");
    t.field("wave", integer(1, 1'000).references(), "how many at once; default all");
    return t;
  }();
  return table;
}

void add_kinds(mapping& t) {
  t.field("action",
          matching("[A-Za-z][A-Za-z0-9_-]*\\.[A-Za-z][A-Za-z0-9_-]*", "component.action or provider.action"),
          "one action of a component or provider")
      .example("database.backup");
  t.field("command", arguments(), "a program with its arguments; no shell")
      .example(json::array{"npm", "run", "test:smoke"});
  t.field("http", free_mapping(), "one HTTP call");
  t.field("wait_for", free_mapping(), "polls until an expectation holds");
  t.field("approval", schema::table(approval_table), "people agree");
  t.field("checklist", non_empty_string(), "a checklist of the plan, ticked by people");
  t.field("in_place", schema::table(in_place_table), "replace everything at once");
  t.field("rolling", schema::table(rolling_table), "replace batch by batch");
  t.field("blue_green", schema::table(blue_green_table), "switch to a second fleet");
  t.field("canary", schema::table(canary_table), "shift to a second fleet in shares");
  t.field("wait", span(), "time passes, guards armed");
  t.field("window", enumeration({"open", "preferred"}),
          "waits until the calendar of the environment says so");
  t.field("watch", schema::table(watch_table), "time after the last change, guards armed");
  t.field("maintenance", schema::table(maintenance_table), "maintenance mode around steps");
  t.field("ensure", schema::table(ensure_table), "something ended on every path");
  t.field("probe", schema::table(probe_step_table), "probes that must be up");
  t.field("gate", schema::table(gate_table), "a report that a tool wrote must be good enough");
  t.field("run", any(), "a run in another environment; not built in this version");
  t.field("scan", any(), "a scan with a gate; not built in this version");
  t.exactly_one(step_kinds());
}

}  // namespace

const std::vector<std::string>& step_kinds() {
  static const std::vector<std::string> kinds{"action",    "command",  "http",    "wait_for",    "approval",
                                              "checklist", "in_place", "rolling", "blue_green",  "canary",
                                              "wait",      "watch",    "window",  "maintenance", "ensure",
                                              "probe",     "gate",     "run",     "scan"};
  return kinds;
}

schema::type names() { return list_of(non_empty_string(), 1, 10'000); }
schema::type arguments() { return list_of(text(), 1, 1'000); }
schema::type span() { return duration_type().references(); }

const mapping& approval_table() {
  static const auto table = [] {
    mapping t("approval", "People agree before the plan goes on");
    t.field("roles", one_or_names(), required, "each of them must agree").example(json::array{"qa"});
    t.field("quorum", integer(1, 100).references(), "people of each role").standard(1);
    t.field("expires", span(), "how long it waits; default for ever").example("4h");
    t.field("on_expiry", enumeration({"reject", "hold"}), "what nobody answering means").standard("reject");
    t.field("self", enumeration({"deny", "allow"}), "may the person who started it agree").standard("deny");
    t.field("text", text(), "what is asked");
    t.field("after", span(), "wait timer: the step ends no sooner, however early people agree").example("5m");
    return t;
  }();
  return table;
}

const mapping& command_expectation_table() {
  static const auto table = [] {
    mapping t("expect", "What a command must print for its step to be done");
    t.field("version", text(), "bounds of the first version it prints").example(">= 1.28 < 2");
    t.field("contains", text(), "words that are in its output");
    return t;
  }();
  return table;
}

const mapping& retry_table() {
  static const auto table = [] {
    mapping t("retry", "How often and how patiently a failure is tried again");
    t.field("attempts", integer(1, 100).references(), required, "tries in all").example(3);
    t.field("backoff", span(), "before the second try; doubles").standard("1s");
    t.field("most", span(), "the longest pause").standard("1m");
    return t;
  }();
  return table;
}

const mapping& action_table() {
  static const auto table = [] {
    mapping t("begin", "An action or a command");
    t.field("action", non_empty_string(), "component.action or provider.action");
    t.field("with", free_mapping(), "its inputs");
    t.field("command", arguments(), "a program with its arguments");
    t.field("env", free_mapping(), "environment of the command");
    t.field("directory", text(), "where the command runs");
    t.exactly_one({"action", "command"});
    return t;
  }();
  return table;
}

const mapping& step_table() {
  static const auto table = [] {
    mapping t("step", "One step of a plan; exactly one key says its kind");
    t.field("id", identifier(), required, "name of the step, unique in the plan").example("api");
    t.field("title", text(), "one line for people");
    t.field("needs", one_or_names(), "steps that must be over before");
    add_kinds(t);
    t.field("with", free_mapping(), "inputs of the action");
    t.field("env", free_mapping(), "environment of the command");
    t.field("directory", text(), "where the command runs");
    t.field("stdin", text(), "what the command reads");
    t.field("capture", enumeration({"text", "json", "lines"}), "reads the command's output into `value`");
    t.field("output_limit", integer(0, 64 << 20).references(), "bytes of output kept");
    t.field("expect", schema::table(command_expectation_table),
            "what the command must print, for example a version");
    t.field("success_codes", list_of(integer(0, 255), 1, 256), "exit codes that mean success; default 0");
    t.field("when", either({boolean(), text()}), "whether the step runs at all");
    t.field("for_each", schema::table(for_each_table), "the step once for each value");
    t.field("roles", one_or_names(), "who may tick a checklist; default anyone");
    t.field("timeout", span(), "how long the step may take");
    t.field("retry", schema::table(retry_table), "trying again after a failure");
    t.field("skippable", boolean(), "a person may skip it").standard(false);
    t.field("undo", either({enumeration({"none"}), arguments(), schema::table(undo_table)}),
            "how it is put back");
    t.field("guard", schema::table(guard_table), "triggers armed from here on");
    t.field("keep_old", schema::table(keep_old_table), "how long the old fleet of a strategy stays");
    return t;
  }();
  return table;
}

}  // namespace shipflow::model_room
