#include "model/tables.hpp"

namespace shipflow::model_room {
namespace {

using namespace schema;

schema::type one_or_names() { return either({non_empty_string(), names()}); }
schema::type free_mapping() { return map_of(non_empty_string(), any()); }

const mapping& escalation_table() {
  static const auto table = [] {
    mapping t("escalation", "Who is asked besides when nobody has decided");
    t.field("after", span(), required, "counted from the question").example("15m");
    t.field("to", one_or_names(), required, "roles that may answer from then on");
    return t;
  }();
  return table;
}

const mapping& severity_table() {
  static const auto table = [] {
    mapping t("severity_rule", "Ask people, who have a time limit; or call reactions first");
    t.field("do", one_or_names(), "reactions that are called before all else");
    t.field("ask", one_or_names(), "roles that decide");
    t.field("escalate", list_of(schema::table(escalation_table), 1, 20), "levels with their time limits");
    t.field("quorum", integer(1, 100), "people of these roles who must say the same").standard(1);
    t.field("within", span(), "how long they have").standard("15m");
    t.field("then", enumeration({"rollback", "hold", "continue"}),
            "what happens when nobody answers; default rollback. Without `ask` continue or hold; default "
            "continue");
    t.needs("escalate", {"ask"});
    return t;
  }();
  return table;
}

schema::type severity() {
  return either({enumeration({"now", "record", "hold"}), schema::table(severity_table)});
}

const mapping& window_table() {
  static const auto table = [] {
    mapping t("decision_window", "Who may ask for a rollback after the release, and how long");
    t.field("for", span(), required, "from the release on").example("30m");
    t.field("roles", one_or_names(), "who may ask");
    t.field("quorum", integer(1, 100), "people who must ask for it").standard(1);
    return t;
  }();
  return table;
}

const mapping& unavailable_table() {
  static const auto table = [] {
    mapping t("unavailable", "Guards without data");
    t.field("after", span(), "how long that is borne").standard("5m");
    t.field("then", enumeration({"hold", "rollback", "continue"}), "what happens then").standard("hold");
    return t;
  }();
  return table;
}

const mapping& rollback_table() {
  static const auto table = [] {
    mapping t("rollback", "What trouble leads to");
    for (const auto* level : {"SEV1", "SEV2", "SEV3", "SEV4"})
      t.field(level, severity(), "reaction to an alert of this severity");
    t.field("for", map_of(identifier(), severity()),
            "reaction to one trigger or probe, whatever its severity");
    t.field("on_failure", severity(), "reaction to a step that failed for good").standard("now");
    t.field("decision_window", schema::table(window_table), "rollback on request after the release");
    t.field("unavailable", schema::table(unavailable_table), "guards without data");
    t.field("irreversible", enumeration({"accept", "refuse"}),
            "are effects that cannot be put back allowed before ones that can")
        .standard("refuse");
    t.field("verify", boolean(), "compare the world with what was captured").standard(true);
    t.field("alpha", matching("[0-9]{1,2}([.][0-9]{1,6})?%", "a percentage such as 0.1%"),
            "how often all `worse` of a release together may take back one that is no worse");
    t.field("attributable_only", boolean(), "triggers that were red before the release are not blamed on it")
        .standard(false);
    return t;
  }();
  return table;
}

const mapping& parameter_table() {
  static const auto table = [] {
    mapping t("parameter", "A value that a start may override");
    t.field("default", scalar(), "its value when a start gives none");
    t.field("type", enumeration({"string", "integer", "number", "boolean", "duration"}), "what it must be");
    t.field("help", string(), "one line for people");
    return t;
  }();
  return table;
}

const mapping& component_table() {
  static const auto table = [] {
    mapping t("component", "A part that is released and rolled back as one");
    t.field("needs", one_or_names(), "components it depends on");
    t.field("paths", one_or_names(), "patterns of the files it is made from")
        .example(json::array{"apps/api/**"});
    t.field("help", string(), "one line for people");
    return t;
  }();
  return table;
}

const mapping& reaction_table() {
  static const auto table = [] {
    mapping t("reaction", "A step that runs when a rule of `rollback` calls it");
    t.field("title", schema::text(), "one line for people");
    t.field("action", non_empty_string(), "component.action or provider.action");
    t.field("command", arguments(), "a program with its arguments; no shell");
    t.field("http", free_mapping(), "one HTTP call");
    t.exactly_one({"action", "command", "http"});
    t.field("with", free_mapping(), "inputs of the action");
    t.field("env", free_mapping(), "environment of the command");
    t.field("directory", schema::text(), "where the command runs");
    t.field("timeout", span(), "how long it may take");
    t.field("retry", schema::table(retry_table), "trying again after a failure");
    t.field("undo", either({enumeration({"none"}), arguments(), free_mapping()}),
            "how a rollback puts it back, as for steps");
    return t;
  }();
  return table;
}

const mapping& task_table() {
  static const auto table = [] {
    mapping t("task", "What people do after the release");
    t.field("id", identifier(), "what is typed to tick it; default its number");
    t.field("text", schema::text(), required, "what it says").example("Remove old images");
    t.field("within", span(), "due so long after the release").example("24h");
    t.field("roles", one_or_names(), "who may tick it; default anyone");
    return t;
  }();
  return table;
}

const mapping& checklist_item_table() {
  static const auto table = [] {
    mapping t("checklist_item", "An item that a check ticks; it is a step of its own");
    t.field("text", schema::text(), required, "what it says").example("Backup verified");
    t.field("command", arguments(), "a program that ends with 0 when it is so");
    t.field("action", non_empty_string(), "component.action or provider.action that succeeds when it is so");
    t.field("wait_for", free_mapping(), "polls until an expectation holds");
    t.field("probe", free_mapping(), "probes that must be up");
    t.field("gate", free_mapping(), "a report that must be good enough");
    t.exactly_one({"command", "action", "wait_for", "probe", "gate"});
    t.field("with", free_mapping(), "inputs of the action");
    t.field("env", free_mapping(), "environment of the command");
    t.field("directory", schema::text(), "where the command runs, or the path of the report begins");
    t.field("expect", schema::table(command_expectation_table), "what the command must print");
    t.field("timeout", span(), "how long the check may take");
    t.field("retry", schema::table(retry_table), "trying again after a failure");
    t.field("skippable", boolean(), "a person may skip it").standard(false);
    return t;
  }();
  return table;
}

schema::type checklist_items() {
  return list_of(either({non_empty_string(), schema::table(checklist_item_table)}), 1, 1'000);
}

}  // namespace

const mapping& plan_table() {
  static const auto table = [] {
    mapping t("plan", "A release plan");
    t.field("shipflow", integer(1, 1), required, "version of the language").example(1);
    t.field("plan", identifier(), required, "name of the plan").example("shopflow");
    t.field("description", string(), "what it is for");
    t.field("parameters", map_of(identifier(), either({scalar(), schema::table(parameter_table)})),
            "values a start may override");
    t.field("components",
            either({list_of(identifier(), 0, 1'000),
                    map_of(identifier(), either({schema::table(component_table)}))}),
            "what is released")
        .example(json::array{"api"});
    t.field("checklists",
            map_of(identifier(), either({map_of(non_empty_string(), checklist_items()), checklist_items()})),
            "items that people and checks tick, in groups");
    t.field("steps", list_of(schema::table(step_table), 1, 100'000), required, "the steps");
    t.field("rollback", schema::table(rollback_table), "what trouble leads to");
    t.field("notify", messages(), "who is told what, see message.hpp");
    t.field("reactions", map_of(identifier(), schema::table(reaction_table)),
            "steps that run when a rule of `rollback` calls them");
    t.field("tasks", list_of(either({non_empty_string(), schema::table(task_table)}), 1, 1'000),
            "what people do after the release");
    t.field("report", any(), "the report; not evaluated by this version");
    t.field("triggers", free_mapping(), "what starts this plan, see changes.hpp");
    return t;
  }();
  return table;
}

const mapping& release_table() {
  static const auto table = [] {
    mapping t("release", "What is released");
    t.field("version", non_empty_string(), required, "semantic version").example("1.5.0");
    t.field("commit", string(), "commit it was built from");
    t.field("images", map_of(identifier(), non_empty_string()), "component to image reference");
    t.field("notes", string(), "what is new");
    t.others(identifier(), any());
    return t;
  }();
  return table;
}

}  // namespace shipflow::model_room
