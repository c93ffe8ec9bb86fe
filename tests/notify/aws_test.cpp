// Messages through SNS and SES: pure parts, against the double, and against moto.
#include "aws/moto.hpp"
#include "aws/place.hpp"
#include "aws_double/double.hpp"
#include "aws_double/mailbox.hpp"
#include "base/members.hpp"
#include "notify/aws_requests.hpp"
#include "notify/cut.hpp"

#include <shipflow/aws_messages.hpp>

#include <doctest/doctest.h>

using namespace shipflow;
using tests::aws_double;
using tests::mailbox;
using tests::mishap;
using tests::place;

namespace {

constexpr const char* topic = "arn:aws:sns:eu-central-1:123456789012:releases";

delivery a_delivery(const std::string& kind, json::object spec) {
  delivery d;
  d.what.id = "0123abcd";
  d.what.moment = "released";
  d.what.run = "run-1";
  d.what.text = {{text_piece::kind::words, "shop "}, {text_piece::kind::value, "1.5.0 & m\xc3\xbc<"}};
  d.what.values = {{"plan", "shop"}, {"environment", "production"}, {"version", "1.5.0"}};
  d.kind = kind;
  d.spec = std::move(spec);
  d.now = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
  d.deadline = d.now + std::chrono::seconds(20);
  return d;
}

delivery_answer send(const aws_options& options, delivery d) {
  const auto n = make_aws_notifier(options);
  std::promise<delivery_answer> said;
  auto answer = said.get_future();
  n->send(std::move(d), [&](delivery_answer a) { said.set_value(std::move(a)); });
  return answer.get();
}

json::value at(const json::value& v, const char* pointer) {
  boost::system::error_code ec;
  const auto* found = v.find_pointer(pointer, ec);
  return found == nullptr ? json::value(nullptr) : *found;
}

void put_up(aws_double& d) {
  d.with<mailbox>([](auto& box, auto) {
    box.topics = {topic, std::string(topic) + ".fifo"};
    box.verified = {"releases@example.com"};
  });
}

}  // namespace

TEST_CASE("notify/aws: a message reaches a topic with its subject and attributes, as it was written") {
  aws_double d;
  put_up(d);
  const auto options = place::with_keys(d.url()).options();
  const auto a = send(options, a_delivery("sns", {{"sns", topic}, {"attributes", {{"team", "shop"}}}}));
  REQUIRE_MESSAGE(a.what == delivery_answer::outcome::delivered, a.why);
  const auto fifo =
      send(options, a_delivery("sns", {{"sns", std::string(topic) + ".fifo"}, {"subject", "S"}}));
  REQUIRE_MESSAGE(fifo.what == delivery_answer::outcome::delivered, fifo.why);
  d.with<mailbox>([](auto& box, auto) {
    REQUIRE(box.published.size() == 2);
    const json::value first = box.published[0];
    CHECK(at(first, "/Message") == "shop 1.5.0 & m\xc3\xbc<");
    CHECK(at(first, "/Subject") == "shop, production: released");
    CHECK(at(first, "/MessageAttributes/entry/1/Value/StringValue") == "released");
    CHECK(at(first, "/MessageAttributes/entry/6/Name") == "team");
    const json::value second = box.published[1];
    CHECK(at(second, "/Subject") == "S");
    CHECK(at(second, "/MessageDeduplicationId") == json::value(sha256_hex("0123abcd")));
  });
}

TEST_CASE("notify/aws: a message reaches people by mail") {
  aws_double d;
  put_up(d);
  const auto options = place::with_keys(d.url()).options();
  const json::object spec{{"ses", "Releases <releases@example.com>"},
                          {"to", {"a@example.com", "b@example.com"}}};
  const auto a = send(options, a_delivery("ses", spec));
  REQUIRE_MESSAGE(a.what == delivery_answer::outcome::delivered, a.why);
  d.with<mailbox>([](auto& box, auto) {
    const json::value mail = box.mailed.at(0);
    CHECK(at(mail, "/Destination/ToAddresses/1") == "b@example.com");
    CHECK(at(mail, "/Message/Body/Text/Data") == "shop 1.5.0 & m\xc3\xbc<");
    CHECK(at(mail, "/Message/Subject/Data") == "shop, production: released");
  });
}

TEST_CASE("notify/aws: what may pass is tried again, what AWS refuses is given up") {
  aws_double d;
  put_up(d);
  const auto options = place::with_keys(d.url()).options();
  for (const auto how : {mishap::throttled, mishap::fails_before, mishap::drops_after}) {
    d.on_call([how](const std::string&, int) { return how; });
    const auto a = send(options, a_delivery("sns", {{"sns", topic}}));
    CHECK_MESSAGE(a.what == delivery_answer::outcome::again, a.why);
  }
  d.on_call({});
  const auto gone = send(options, a_delivery("sns", {{"sns", "arn:aws:sns:eu-central-1:123456789012:none"}}));
  CHECK(gone.what == delivery_answer::outcome::refused);
  CHECK(gone.why.find("Topic does not exist") != std::string::npos);
  const auto other =
      send(options, a_delivery("ses", {{"ses", "other@example.com"}, {"to", {"a@example.com"}}}));
  CHECK(other.what == delivery_answer::outcome::refused);
  CHECK(other.why.find("not verified") != std::string::npos);
  // Without credentials it may go tomorrow; nothing is said of what the message holds.
  const auto nobody = send(place{}.options(), a_delivery("sns", {{"sns", topic}}));
  CHECK(nobody.what == delivery_answer::outcome::again);
}

TEST_CASE("notify/aws: limits are kept to: texts are cut between characters, subjects are what SNS takes") {
  CHECK(notify::cut("abc", 3) == "abc");
  CHECK(notify::cut("ab\xc3\xbc", 3) == "ab");
  CHECK(notify::cut("\xf0\x9f\x9a\xa2", 3).empty());
  CHECK(notify::sns_subject("\n m\xc3\xbcll\t!") == "mll!");
  CHECK(notify::sns_subject(std::string(300, 'x')).size() == 100);
  CHECK(notify::sns_subject("\n") == "shipflow");
  aws_double d;
  put_up(d);
  auto q = a_delivery("sns", {{"sns", topic}});
  q.what.text = {{text_piece::kind::words, std::string(std::size_t{300} << 10U, 'x')}};
  const auto a = send(place::with_keys(d.url()).options(), q);
  CHECK_MESSAGE(a.what == delivery_answer::outcome::delivered, a.why);
}

TEST_CASE("notify/aws: a channel that cannot work is refused when the plan is compiled") {
  for (const auto& wrong : {json::object{{"sns", "releases"}}, json::object{{"sns", topic}, {"to", {"a@b"}}},
                            json::object{{"sns", topic}, {"attributes", {{"a", 1}}}},
                            json::object{{"sns", "arn:aws:sqs:eu-central-1:123456789012:q"}}})
    CHECK(check_aws_channel("sns", wrong).error().code == errc::invalid_argument);
  for (const auto& wrong : {json::object{{"ses", "nobody"}, {"to", {"a@b"}}}, json::object{{"ses", "a@b"}},
                            json::object{{"ses", "a@b"}, {"to", {"x"}}},
                            json::object{{"ses", "a@b"}, {"to", {"x@y\r\nBcc: z@z"}}}})
    CHECK(check_aws_channel("ses", wrong).error().code == errc::invalid_argument);
  CHECK(check_aws_channel("sns", {{"sns", "${secret:TOPIC}"}}).has_value());
  CHECK(check_aws_channel("pigeon", {}).error().code == errc::not_found);
}

TEST_CASE("notify/aws: moto takes the messages of both") {
  if (tests::moto_program().empty()) return;
  tests::moto server;
  const auto options = server.keys.options();
  aws::client admin(options);
  const auto made = tests::moto::call(admin, notify::sns, "CreateTopic", {{"Name", "releases"}});
  const auto arn = members::text(made, "TopicArn");
  static_cast<void>(tests::moto::call(admin, notify::ses, "VerifyEmailIdentity",
                                      {{"EmailAddress", "releases@example.com"}}));
  // moto signs a form of its own making, in which a blank is written in another way.
  auto q = a_delivery("sns", {{"sns", arn}, {"subject", "shop"}});
  q.what.text = {{text_piece::kind::words, "released"}};
  const auto published = send(options, q);
  CHECK_MESSAGE(published.what == delivery_answer::outcome::delivered, published.why);
  q.kind = "ses";
  q.spec = {{"ses", "releases@example.com"}, {"to", {"a@example.com"}}, {"subject", "shop"}};
  const auto mailed = send(options, q);
  CHECK_MESSAGE(mailed.what == delivery_answer::outcome::delivered, mailed.why);
}
