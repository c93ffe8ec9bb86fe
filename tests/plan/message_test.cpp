#include "plan/compiling.hpp"

using namespace shipflow;
using test::start;

namespace {

constexpr auto head = R"(shipflow: 1
environments:
  local:
    url: http://127.0.0.1:8080
    variables:
      SLACK: { env: SLACK, secret: true }
      KEY: { env: KEY, secret: true }
      TEAM: "<!channel> $${not_a_reference_for_people}"
)";

start with(const std::string& environment, const std::string& notify) {
  start s;
  s.environments = std::string(head) + environment;
  s.plan = "shipflow: 1\nplan: shop\nparameters: { bake: 10m }\n" + notify +
           "\nsteps:\n  - { id: a, command: [a] }\n  - { id: b, command: [b] }\n";
  return s;
}

constexpr auto channels = R"(    channels:
      releases: { slack: "${SLACK}" }
      audit: { webhook: "https://audit.example.com/hook", key: "${KEY}", give_up: 2h, timeout: 20s }
      pager: { command: [./page.sh], env: { TEAM: shop } }
      notes: { github: octo/notes, workflow: a.yml, ref: main, inputs: { team: shop }, token: "${KEY}" }
      tool: { host: chat, with: { room: 7 } }
      unused: { slack: "${SLACK}" }
      customers: none
)";

std::string shown(const plan_message& m) {
  std::string out;
  for (const auto& p : m.text) {
    if (p.what == text_piece::kind::words) out += p.text;
    if (p.what == text_piece::kind::value) out += "[" + p.text + "]";
    if (p.what == text_piece::kind::moment)
      out += "{" + p.text + (p.otherwise.empty() ? "" : "|" + p.otherwise) + "}";
  }
  return out;
}

std::string refused(const std::string& environment, const std::string& notify) {
  return test::messages(test::compile(with(environment, notify)));
}

}  // namespace

TEST_CASE("plan/message: channels keep secrets as references, and those nobody uses are left out") {
  const auto c = test::compile(
      with(channels, "notify: [{ at: [started, released], to: [releases, audit, pager, tool, customers] }]"));
  REQUIRE(c.text().empty());
  REQUIRE(c.what.channels.size() == 4);
  CHECK(c.what.channels[0].kind == "slack");
  CHECK(c.what.channels[0].spec == json::object{{"slack", "${secret:SLACK}"}});
  CHECK(c.what.channels[1].kind == "webhook");
  CHECK(c.what.channels[1].spec ==
        json::object{{"webhook", "https://audit.example.com/hook"}, {"key", "${secret:KEY}"}});
  CHECK(c.what.channels[1].give_up == std::chrono::hours(2));
  CHECK(c.what.channels[1].timeout == std::chrono::seconds(20));
  CHECK(c.what.channels[3].kind == "chat");
  CHECK(c.what.channels[3].spec == json::object{{"room", 7}});
  const auto notes = test::compile(with(channels, "notify: [{ at: released, to: notes }]"));
  REQUIRE(notes.text().empty());
  CHECK(notes.what.channels.at(0).kind == "github");
  CHECK(notes.what.channels.at(0).spec == json::object{{"github", "octo/notes"},
                                                       {"workflow", "a.yml"},
                                                       {"ref", "main"},
                                                       {"inputs", {{"team", "shop"}}},
                                                       {"token", "${secret:KEY}"}});
  REQUIRE(c.what.messages.size() == 2);
  CHECK(c.what.messages[0].moment == "started");
  CHECK(c.what.messages[1].to == std::vector<std::string>{"releases", "audit", "pager", "tool"});
  const auto again = plan_from_json(to_json(c.what));
  REQUIRE(again.has_value());
  CHECK(again->digest() == c.what.digest());
}

TEST_CASE("plan/message: a text is kept as words, values and what only the moment knows") {
  const auto c = test::compile(
      with(channels,
           "notify:\n  - { at: parked, to: releases, text: \"<!here> ${release.version} ${bake} ${TEAM} "
           "$${kept} ${moment.why:-nobody knows}\" }"));
  REQUIRE(c.text().empty());
  CHECK(shown(c.what.messages.at(0)) ==
        "<!here> [1.5.0] [10m] [<!channel> ${not_a_reference_for_people}] ${kept} {why|nobody knows}");
}

TEST_CASE("plan/message: every moment has a standard text whose values exist") {
  std::string all;
  for (const auto& m : moments()) all += (all.empty() ? "" : ", ") + std::string(m.name);
  const auto c = test::compile(with(channels, "notify: [{ at: [" + all + "], to: releases }]"));
  REQUIRE(c.text().empty());
  REQUIRE(c.what.messages.size() == moments().size());
  for (const auto& m : c.what.messages) {
    CHECK(!m.text.empty());
    for (const auto& p : m.text)
      if (p.what == text_piece::kind::moment)
        CHECK(std::count(moment_values().begin(), moment_values().end(), p.text) == 1);
  }
}

TEST_CASE("plan/message: the environment adds rules of its own") {
  const auto c = test::compile(with(std::string(channels) + "    notify: [{ at: failed, to: pager }]\n",
                                    "notify: [{ at: released, to: pager }]"));
  REQUIRE(c.text().empty());
  CHECK(c.what.messages.at(1).moment == "failed");
}

TEST_CASE("plan/message: what cannot be meant is refused by name and place") {
  CHECK(
      refused(channels, "notify: [{ at: released, to: relases }]") ==
      "environment `local` has no channel `relases`; did you mean `releases`?; `none` there says that nobody "
      "is reached\n");
  CHECK(refused("    channels: { x: { slack: \"https://hooks.slack.com/services/T/B/X\" } }\n",
                "notify: [{ at: released, to: x }]") ==
        "`slack` must be a secret: refer to a variable with `secret: true`\n");
  CHECK(refused("    channels: { x: { webhook: \"https://a.example\", key: open } }\n",
                "notify: [{ at: released, to: x }]") ==
        "`key` must be a secret: refer to a variable with `secret: true`\n");
  for (const auto* name : {"Authorization", "cookie", "X-Api-Key"}) {
    const auto hook = std::string("    channels: { x: { webhook: \"https://a.example\", headers: { ") + name;
    CHECK(refused(hook + ": Bearer } } }\n", "notify: [{ at: released, to: x }]") ==
          "`" + std::string(name) + "` must be a secret: refer to a variable with `secret: true`\n");
  }
  CHECK(refused("    channels: { x: { webhook: \"https://a.example\", headers: { X-Team: shop } } }\n",
                "notify: [{ at: released, to: x }]")
            .empty());
  CHECK(refused("    channels: { x: { github: octo/notes, workflow: a.yml, ref: main, token: open } }\n",
                "notify: [{ at: released, to: x }]") ==
        "`token` must be a secret: refer to a variable with `secret: true`\n");
  CHECK(refused(channels, "notify: [{ at: released, to: pager, text: \"${SLACK}\" }]") ==
        "a secret may not stand in a message\n");
  CHECK(refused(channels, "notify: [{ at: released, to: pager, text: \"\" }]") ==
        "`text` is empty; without it the moment has a text of its own\n");
  CHECK(refused(channels, "notify: [{ at: released, to: pager, text: \"${moment.wy}\" }]") ==
        "a moment has no value `wy`; did you mean `why`?\n");
  CHECK(refused(channels, "notify: [{ at: released, to: pager, text: \"${steps.a.value}\" }]") ==
        "outputs of steps may not stand in a message; `${moment.NAME}` tells what happened\n");
  CHECK(refused(channels, "notify: [{ at: released, to: pager, severity: SEV1 }]") ==
        "only `breach` and `question` have a severity\n");
  CHECK(refused(channels, "notify: [{ at: step_done, to: pager, steps: [c] }]") == "there is no step `c`\n");
  CHECK(refused(channels, "notify: [{ at: released, to: pager, steps: [a] }]") ==
        "none of these moments is about a step\n");
  CHECK(refused("    channels: { x: { command: [a], give_up: 8d } }\n",
                "notify: [{ at: released, to: x }]") == "`give_up` must be above zero and at most 7d\n");
  CHECK(refused("    channels: { x: { command: [a], slack: b } }\n", "notify: []") ==
        "a channel can have only one of slack and command\n");
  CHECK(refused(channels, "notify: [{ at: relased, to: pager }]").find("released") != std::string::npos);
  CHECK(refused(channels, "notify: { before: x }") != "");
}

TEST_CASE("plan/message: reminders take lead times of their own, longest first and each once") {
  const auto c = test::compile(
      with(channels,
           "notify: [{ at: reminder, before: [1h, 24h, 1h], to: releases }, { at: reminder, to: pager }]"));
  REQUIRE(c.what.messages.size() == 2);
  CHECK(c.what.messages[0].before == std::vector<duration>{std::chrono::hours{24}, std::chrono::hours{1}});
  CHECK(c.what.messages[1].before.empty());
  CHECK(plan_from_json(to_json(c.what)).value().messages[0].before == c.what.messages[0].before);
}

TEST_CASE("plan/message: a lead time that cannot be meant is refused with its place") {
  const auto why = [&](const std::string& rule) { return refused(channels, "notify: [" + rule + "]"); };
  CHECK(why("{ at: [reminder, started], before: 24h, to: releases }")
            .find("only `reminder` comes before a start") != std::string::npos);
  CHECK(why("{ at: reminder, before: 0s, to: releases }").find("above zero and at most 365d") !=
        std::string::npos);
  CHECK(why("{ at: reminder, before: 400d, to: releases }").find("above zero") != std::string::npos);
  CHECK(why("{ at: reminder, before: soon, to: releases }").find("soon") != std::string::npos);
}
