#include "model/tables.hpp"

namespace shipflow::model_room {
namespace {

using namespace schema;

schema::type one_or_names() { return either({non_empty_string(), names()}); }
schema::type free_mapping() { return map_of(non_empty_string(), any()); }

const mapping& variable_table() {
  static const auto table = [] {
    mapping t("variable", "A value from somewhere else");
    t.field("value", text(), "the value itself");
    t.field("env", non_empty_string(), "a variable of the process environment").example("DATABASE_URL");
    t.field("file", text(), "a file, at most 64 KiB, trailing newline cut").example("/run/secrets/database");
    t.field("default", text(), "when the source has no value");
    t.field("secret", boolean(), "fetched late, and never written anywhere").standard(false);
    t.field("aws_secret", non_empty_string(), "a name or ARN in AWS Secrets Manager; always secret")
        .example("prod/database");
    t.field("key", non_empty_string(), "aws_secret: the member to take of a JSON object").example("password");
    t.field("stage", non_empty_string(), "aws_secret: which version").standard("AWSCURRENT");
    t.field("aws_parameter", non_empty_string(), "a name or ARN in AWS Systems Manager; always secret")
        .example("/prod/database/dsn");
    t.field("region", non_empty_string(), "aws_secret, aws_parameter: of AWS, instead of the process's");
    t.exactly_one({"value", "env", "file", "aws_secret", "aws_parameter"});
    return t;
  }();
  return table;
}

const mapping& protection_table() {
  static const auto table = [] {
    mapping t("protection", "Who may do what here");
    t.field("start", one_or_names(), "roles that may start a release; default anyone");
    t.field("one_at_a_time", enumeration({"refuse", "wait"}), "what a second release does")
        .standard("refuse");
    t.field("deletion", enumeration({"deny", "allow"}), "may the environment be deleted").standard("deny");
    return t;
  }();
  return table;
}

const mapping& binding_table() {
  static const auto table = [] {
    mapping t("binding", "Where a component lives");
    t.field("provider", identifier(), required, "who carries actions out").example("local");
    t.others(non_empty_string(), any());
    return t;
  }();
  return table;
}

const mapping& trigger_table() {
  static const auto table = [] {
    mapping t("trigger", "A condition over metrics, in two levels");
    t.field("normal", non_empty_string(), "holds while all is well; outside it nothing is promoted")
        .example("errors < 0.1%");
    t.field("alert", non_empty_string(), "demands the reaction of the severity")
        .example("errors > 1% for 5m");
    t.field("severity", matching("SEV[1-4]", "SEV1 to SEV4"), "what it leads to");
    t.field("slot", span(), "length of the slots it is evaluated over").standard("10s");
    t.field("component", identifier(), "whose metrics they are");
    t.field("silence", span(),
            "an alert of its own when the new version is silent for so long while the old one is not")
        .example("1m");
    t.field("calibrate", span(),
            "choose the paces of its `worse` by so much of the stable fleet's past, where none may be found "
            "worse")
        .example("24h");
    t.field("attributable_only", boolean(), "not blamed on the release when red before it").standard(false);
    t.field("help", string(), "one line for people");
    return t;
  }();
  return table;
}

const mapping& traffic_table() {
  static const auto table = [] {
    mapping t("traffic", "What a release can expect to see");
    t.field("per_minute", integer(1, 1'000'000'000), required, "requests a minute, of both arms")
        .example(3000);
    t.field("errors", non_empty_string(), "share of them that fail without a release").standard("0.1%");
    t.field("instances", integer(1, 1000), "into which the baseline is told apart").standard(1);
    return t;
  }();
  return table;
}

const mapping& calendar_table() {
  static const auto table = [] {
    mapping t("calendar", "When a release may start here; a rollback never asks");
    const auto words = [] { return either({non_empty_string(), list_of(non_empty_string(), 1, 1'000)}); };
    t.field("zone", matching("[A-Za-z][A-Za-z0-9_+/-]*", "a time zone such as Europe/Berlin"),
            "whose days these are")
        .standard("UTC");
    t.field("prefer", words(), "windows outside of which a start is warned of")
        .example(json::array{"Tue-Thu 10:00-14:00"});
    t.field("allow", words(), "windows outside of which nothing starts")
        .example(json::array{"Mon-Fri 08:00-18:00"});
    t.field("avoid", words(), "days on which a start is warned of").example(json::array{"Fri", "holidays"});
    t.field("freeze", words(), "days on which nothing starts")
        .example(json::array{"black-friday-week", "12-20..12-26"});
    t.field("holidays", words(), "iCalendar files; `holidays` in the lists above means their days");
    t.field("outside", enumeration({"wait", "refuse"}), "what a start does while nothing may start")
        .standard("wait");
    t.field("override", one_or_names(), "roles that may start all the same, with a reason");
    const auto lead = [] { return duration_type(std::chrono::seconds{1}); };
    t.field("remind", either({lead(), list_of(lead(), 1, 20)}),
            "how long before a scheduled start people are told; default 48h and 24h");
    return t;
  }();
  return table;
}

const mapping& promotion_table() {
  static const auto table = [] {
    mapping t("promoted_from", "Takes only releases that proved themselves in another environment");
    t.field("environment", identifier(), required, "where").example("staging");
    t.field("identity", enumeration({"digest", "commit", "version"}),
            "what makes two releases the same: the digests of their images, the commit, the version")
        .standard("digest");
    t.field("healthy_for", duration_type(), "so long without an alert since they were released there")
        .example("1h");
    t.field("validated", one_or_names(), "steps of the run there that must have been carried out")
        .example(json::array{"smoke"});
    t.field("hotfix", one_or_names(), "roles that may start another release all the same, with a reason");
    t.field("skippable", boolean(), "an emergency release is not asked").standard(false);
    return t;
  }();
  return table;
}

}  // namespace

const mapping& environment_table() {
  static const auto table = [] {
    mapping t("environment", "A place where releases run");
    t.field("extends", identifier(), "an environment this one is layered over");
    t.field("url", text(), "its address");
    t.field("purpose", string(), "what it is for");
    t.field("access", any(), "who gets in: words for people and reports");
    t.field("size", any(), "tasks, resources, replicas: words for people and reports");
    t.field("account", any(), "account and region: words for people and reports");
    t.field("links", map_of(non_empty_string(), text()), "dashboards and logs, by name: where people look")
        .example(json::object{{"Dashboard", "https://grafana.example.com/d/shop"}});
    t.field("variables",
            map_of(matching("[A-Za-z_][A-Za-z0-9_]*", "a name of letters, digits and _"),
                   either({scalar(), schema::table(variable_table)})),
            "values for references");
    t.field("flags", map_of(identifier(), scalar()), "feature flags, readable in `when`");
    t.field("protection", schema::table(protection_table), "who may do what");
    t.field("roles", map_of(identifier(), one_or_names()), "role to people: user:NAME, group:NAME or *");
    t.field("bind", map_of(identifier(), schema::table(binding_table)), "where each component lives");
    t.field("probes", map_of(identifier(), free_mapping()), "looks at health");
    t.field("metrics", map_of(identifier(), free_mapping()), "numbers for triggers");
    t.field("triggers", map_of(identifier(), schema::table(trigger_table)), "conditions over metrics");
    t.field("traffic", either({integer(1, 1'000'000'000), schema::table(traffic_table)}),
            "requests a minute that are expected: a bake that can decide nothing is warned of");
    t.field("calendar", schema::table(calendar_table), "when a release may start");
    t.field("promoted_from", schema::table(promotion_table),
            "where a release must have proved itself before");
    t.field("channels", channels(), "where people are reached, see message.hpp");
    t.field("notify", messages(), "who is told what of every release here");
    return t;
  }();
  return table;
}

const mapping& environments_table() {
  static const auto table = [] {
    mapping t("environments", "The environments of a team");
    t.field("shipflow", integer(1, 1), required, "version of the language").example(1);
    t.field("environments", map_of(identifier(), schema::table(environment_table)), required, "by name");
    return t;
  }();
  return table;
}

}  // namespace shipflow::model_room
