#include "conformance/checks.hpp"
#include "conformance/printing.hpp"
#include "conformance/store_support.hpp"

namespace shipflow::conformance {
namespace {

stored_message a_message(const std::string& id, const std::string& run, const std::string& channel,
                         std::int64_t due_ms) {
  stored_message m;
  m.id = id;
  m.run = run;
  m.channel = channel;
  m.moment = "released";
  m.at_ms = due_ms;
  m.due_ms = due_ms;
  m.body = R"({"text":[["words","hello \u0001"]],"values":{}})";
  return m;
}

std::vector<std::string> ids_of(const result<std::vector<stored_message>>& found) {
  REQUIRE(found);
  std::vector<std::string> out;
  for (const auto& m : *found) out.push_back(m.id);
  return out;
}

void messages_come_with_the_run_and_with_commits(store& s) {
  REQUIRE(s.create_run(a_run("r1"), first_facts("r1", 1), {}, {a_message("m1", "r1", "ops", 10)}));
  auto owned = s.claim_run("engine-1", "r1", 20);
  REQUIRE(owned);
  auto change = next_commit(*owned);
  change.messages = {a_message("m2", "r1", "audit", 20), a_message("m1", "r1", "ops", 99)};
  REQUIRE(commit_now(s, change).status == commit_status::committed);
  auto stale = change;
  stale.messages = {a_message("m3", "r1", "ops", 30)};
  CHECK(commit_now(s, stale).status == commit_status::fenced);
  const auto found = s.read_messages("r1");
  CHECK(ids_of(found) == std::vector<std::string>{"m1", "m2"});
  CHECK((*found)[0].due_ms == 10);
  CHECK((*found)[0].body == a_message("", "", "", 0).body);
  CHECK((*found)[1].channel == "audit");
  CHECK(s.read_messages("nobody").error().code == errc::not_found);
}

void a_message_that_was_taken_is_due_again_when_its_time_is_over(store& s) {
  REQUIRE(s.create_run(a_run("r1"), {}, {}, {a_message("m1", "r1", "ops", 10)}));
  CHECK(*s.next_message() == 10);
  CHECK(ids_of(s.take_messages(9, 100, 5)).empty());
  const auto taken = s.take_messages(10, 100, 5);
  CHECK(ids_of(taken) == std::vector<std::string>{"m1"});
  CHECK(taken->front().attempts == 1);
  CHECK(taken->front().run == "r1");
  CHECK(ids_of(s.take_messages(99, 200, 5)).empty());
  CHECK(*s.next_message() == 100);
  CHECK(s.take_messages(100, 200, 5)->front().attempts == 2);
}

void a_settled_message_is_not_taken_again(store& s) {
  REQUIRE(s.create_run(a_run("r1"), {}, {}, {a_message("m1", "r1", "ops", 10)}));
  auto m = s.take_messages(10, 100, 5)->front();
  m.due_ms = 50;
  m.why = "answered 503";
  REQUIRE(s.settle_message(m));
  CHECK(*s.next_message() == 50);
  m = s.take_messages(50, 150, 5)->front();
  CHECK(m.why == "answered 503");
  m.status = message_status::delivered;
  m.why.clear();
  REQUIRE(s.settle_message(m));
  CHECK(!*s.next_message());
  auto late = m;
  late.status = message_status::given_up;
  REQUIRE(s.settle_message(late));
  const auto kept = s.read_messages("r1")->front();
  CHECK(kept.status == message_status::delivered);
  CHECK(kept.attempts == 2);
  CHECK(kept.why.empty());
  CHECK(s.settle_message(a_message("nobody", "r1", "ops", 1)).error().code == errc::not_found);
}

void a_channel_of_a_run_is_served_in_order_and_holds_up_no_other(store& s) {
  REQUIRE(s.create_run(a_run("r1"), {}, {},
                       {a_message("m1", "r1", "ops", 10), a_message("m2", "r1", "ops", 10),
                        a_message("m3", "r1", "audit", 10)}));
  REQUIRE(s.create_run(a_run("r2"), {}, {}, {a_message("m4", "r2", "ops", 10)}));
  CHECK(ids_of(s.take_messages(10, 100, 2)) == std::vector<std::string>{"m1", "m3"});
  CHECK(ids_of(s.take_messages(10, 100, 5)) == std::vector<std::string>{"m4"});
  CHECK(*s.next_message() == 100);
  auto first = s.read_messages("r1")->front();
  first.status = message_status::given_up;
  REQUIRE(s.settle_message(first));
  CHECK(*s.next_message() == 10);
  CHECK(ids_of(s.take_messages(10, 100, 5)) == std::vector<std::string>{"m2"});
}

void messages_of_ended_runs_are_sent_and_purged_with_their_facts(store& s) {
  auto row = a_run("r1", run_status::released);
  row.finished_ms = 100;
  REQUIRE(s.create_run(row, {}, {}, {a_message("m1", "r1", "ops", 10)}));
  CHECK(ids_of(s.take_messages(10, 20, 5)) == std::vector<std::string>{"m1"});
  CHECK(*s.purge(500, {}) == 1);
  CHECK(ids_of(s.read_messages("r1")).empty());
  CHECK(!*s.next_message());
}

}  // namespace

std::vector<check> message_checks() {
  return {{"messages come with the run and with commits", messages_come_with_the_run_and_with_commits},
          {"a message that was taken is due again when its time is over",
           a_message_that_was_taken_is_due_again_when_its_time_is_over},
          {"a settled message is not taken again", a_settled_message_is_not_taken_again},
          {"a channel of a run is served in order and holds up no other",
           a_channel_of_a_run_is_served_in_order_and_holds_up_no_other},
          {"messages of ended runs are sent and purged with their facts",
           messages_of_ended_runs_are_sent_and_purged_with_their_facts}};
}

}  // namespace shipflow::conformance
