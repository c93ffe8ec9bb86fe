// A small language in the manner of plans, for the tests of the schema facility.
#pragma once

#include "document/schema.hpp"

namespace shipflow::test {

inline const schema::mapping& step_table();

inline const schema::mapping& retry_table() {
  static const auto table = [] {
    schema::mapping t("retry", "How often a step is tried again");
    t.field("attempts", schema::integer(1, 100).references(), schema::required, "tries in all").example(3);
    t.field("backoff", schema::duration_type(duration{100}, std::chrono::hours{1}),
            "wait before the second try")
        .standard("2s");
    t.field("jitter", schema::number(0, 1), "part of the wait that is random").standard(0.2);
    return t;
  }();
  return table;
}

inline const schema::mapping& group_table() {
  static const auto table = [] {
    schema::mapping t("group", "Steps inside a step");
    t.field("steps", schema::list_of(schema::table(&step_table), 1), schema::required, "at least one step");
    return t;
  }();
  return table;
}

inline const schema::mapping& step_table() {
  static const auto table = [] {
    schema::mapping t("step", "One step of a plan");
    t.field("id", schema::identifier(), schema::required, "name of the step, unique in the plan");
    t.field("needs", schema::list_of(schema::identifier()), "steps that come first");
    t.field("timeout", schema::duration_type().references(), "longest time it may take").example("10m");
    t.field("skippable", schema::boolean().references(), "a person may skip it").standard(false);
    t.field("retry", schema::table(&retry_table), "when it fails");
    t.field("action", schema::text(), "component.action");
    t.field("command", schema::either({schema::text(), schema::list_of(schema::text(), 1)}),
            "program and arguments");
    t.field("group", schema::table(&group_table), "more steps");
    t.field("with", schema::any(), "inputs of the action");
    t.field("env",
            schema::map_of(schema::matching("[A-Z_][A-Z0-9_]*", "a variable name such as LOG_LEVEL"),
                           schema::scalar()),
            "variables of the command");
    t.field("undo", schema::either({schema::enumeration({"none", "ask"}), schema::list_of(schema::text())}),
            "how it is taken back");
    t.field("note", schema::string(), "for people");
    t.field("wait", schema::duration_type(), "before it");
    t.field("at", schema::non_empty_string(), "when it begins");
    t.exactly_one({"action", "command", "group"});
    t.at_most_one({"wait", "at"});
    t.needs("with", {"action", "group"});
    t.needs("env", {"command"});
    return t;
  }();
  return table;
}

inline const schema::mapping& plan_table() {
  static const auto table = [] {
    schema::mapping t("plan", "A plan document");
    t.field("plan", schema::identifier(), schema::required, "name");
    t.field("level", schema::enumeration({"low", "middle", "high"}), "how careful").standard("middle");
    t.field("steps", schema::list_of(schema::table(&step_table), 1, 20), schema::required, "what is done");
    schema::mapping limits("limits", "Named limits");
    limits.field("all", schema::integer(), "for everything");
    limits.others(schema::identifier(), schema::integer(0));
    t.field("limits", schema::table(limits), "by name");
    return t;
  }();
  return table;
}

inline schema::type plan_type() { return schema::table(&plan_table); }

}  // namespace shipflow::test
