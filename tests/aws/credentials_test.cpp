#include "aws/credentials.hpp"

#include "http/raw_server.hpp"
#include "place.hpp"

#include <doctest/doctest.h>

#include <future>
#include <mutex>
#include <vector>

using namespace shipflow;
using tests::place;

namespace {

/// Pauses take no time here; they are written down.
result<aws::credentials> remote(const place& p, std::vector<duration>* paused = nullptr) {
  std::vector<duration> pauses;
  http::client client;
  std::promise<result<aws::credentials>> found;
  const auto keep = [&](const result<aws::credentials>& c) { found.set_value(c); };
  if (p.variables.contains("AWS_CONTAINER_CREDENTIALS_FULL_URI"))
    aws::container_credentials(client, p.options(), keep);
  else
    aws::instance_credentials(
        client, p.options(),
        [&](duration wait, const std::function<void()>& then) {
          pauses.push_back(wait);
          then();
        },
        keep);
  auto out = found.get_future().get();
  if (paused != nullptr) *paused = pauses;
  return out;
}

std::string response(const std::string& body, const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

constexpr auto keys =
    R"({"Code":"Success","AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"2030-01-01T00:00:00Z"})";

}  // namespace

TEST_CASE("aws/credentials: a container's endpoint, with its token, and never one elsewhere") {
  std::mutex guard;
  std::string asked;
  tests::raw_server server([&](tests::raw_connection& c) {
    while (c.read_request()) {
      const std::scoped_lock hold(guard);
      asked = c.seen;
      c.say(response(keys));
    }
  });
  place p;
  p.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url("/role");
  p.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/token";
  CHECK(remote(p).error().message == "/token is not there");
  p.files["/token"] = "let-me-in\n";
  const auto c = remote(p);
  REQUIRE(c.has_value());
  CHECK(c->id == "A");
  CHECK(c->token == "T");
  CHECK(format_time(*c->expires) == "2030-01-01T00:00:00.000Z");
  {
    const std::scoped_lock hold(guard);
    CHECK(asked.find("Authorization: let-me-in\r\n") != std::string::npos);
  }
  p.files["/token"] = "a\r\nb";
  CHECK(remote(p).error().message.find("more than one line") != std::string::npos);
  p.files["/token"] = "a";
  p.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://198.51.100.7/role";
  CHECK(remote(p).error().message.find("neither https nor an address of this host") != std::string::npos);
}

TEST_CASE("aws/credentials: answers that hold no keys are errors that say so") {
  std::mutex guard;
  std::string answer;
  tests::raw_server server([&](tests::raw_connection& c) {
    while (c.read_request()) {
      const std::scoped_lock hold(guard);
      c.say(answer);
    }
  });
  place p;
  p.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url("/role");
  const auto said = [&](const std::string& with) {
    {
      const std::scoped_lock hold(guard);
      answer = with;
    }
    return remote(p).error().message;
  };
  CHECK(said(response("", "403 No")) == "AWS credentials of the container: it answered 403");
  CHECK(said(response("<html>")) == "AWS credentials of the container: the answer is no JSON object");
  CHECK(said(response("{}")).ends_with("AccessKeyId or SecretAccessKey is missing"));
  CHECK(said(response(R"({"Code":"AssumeRoleUnauthorizedAccess"})"))
            .ends_with("it says AssumeRoleUnauthorizedAccess"));
  CHECK(said(response(R"({"AccessKeyId":"A","SecretAccessKey":"S","Expiration":"soon"})"))
            .ends_with("Expiration is no time"));
}

TEST_CASE("aws/credentials: an instance's endpoint: a token, the role's name, its keys") {
  tests::raw_server server([&](tests::raw_connection& c) {
    while (c.read_request()) {
      const bool token = c.seen.find("x-aws-ec2-metadata-token: abc\r\n") != std::string::npos;
      if (c.seen.starts_with("PUT /latest/api/token "))
        c.say(response(c.seen.find("token-ttl-seconds: 21600") != std::string::npos ? "abc" : ""));
      else if (!token)
        c.say(response("", "401 No"));
      else if (c.seen.starts_with("GET /latest/meta-data/iam/security-credentials/ "))
        c.say(response("shop-role\n"));
      else if (c.seen.starts_with("GET /latest/meta-data/iam/security-credentials/shop-role "))
        c.say(response(keys));
    }
  });
  place p;
  p.variables.erase("AWS_EC2_METADATA_DISABLED");
  p.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server.url("/");
  const auto c = remote(p);
  REQUIRE_MESSAGE(c.has_value(), (c ? "" : c.error().message));
  CHECK(c->secret == "S");
}

TEST_CASE("aws/credentials: an instance's endpoint that is busy is asked again, four times in all") {
  std::mutex guard;
  std::vector<std::string> troubles;
  tests::raw_server server([&](tests::raw_connection& c) {
    while (c.read_request()) {
      std::string trouble;
      {
        const std::scoped_lock hold(guard);
        if (!troubles.empty()) trouble = troubles.back();
        if (!troubles.empty()) troubles.pop_back();
      }
      if (trouble == "silence") return c.hang();
      if (!trouble.empty())
        c.say(response("", trouble));
      else if (c.seen.starts_with("PUT "))
        c.say(response("abc"));
      else
        c.say(response(c.seen.find("/shop-role ") == std::string::npos ? "shop-role" : keys));
    }
  });
  place p;
  p.variables.erase("AWS_EC2_METADATA_DISABLED");
  p.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server.url("");
  const auto after = [&](std::vector<std::string> first, std::vector<duration>& pauses) {
    {
      const std::scoped_lock hold(guard);
      troubles = std::move(first);
    }
    return remote(p, &pauses);
  };
  std::vector<duration> pauses;
  CHECK(after({"503 Busy", "429 Slowly", "silence"}, pauses).has_value());
  CHECK(pauses == std::vector<duration>{duration{100}, duration{200}, duration{400}});
  const std::vector<std::string> four(4, "500 No");
  CHECK(after(four, pauses).error().message.find("it answered 500") != std::string::npos);
  CHECK(pauses.size() == 3);
  CHECK(after({"403 No"}, pauses).error().code == errc::not_found);
  CHECK(pauses.empty());
  p.variables["AWS_METADATA_SERVICE_NUM_ATTEMPTS"] = "2";
  CHECK(!after({"500 No", "500 No"}, pauses).has_value());
  CHECK(pauses.size() == 1);
}

TEST_CASE("aws/credentials: nowhere at all is said in one line, and fast") {
  place p;
  CHECK(remote(p).error().message.find(
            "AWS_EC2_METADATA_DISABLED is set; set AWS_ACCESS_KEY_ID or AWS_PROFILE") != std::string::npos);
  p.variables.erase("AWS_EC2_METADATA_DISABLED");
  p.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = "http://127.0.0.1:" + std::to_string(tests::free_port());
  CHECK(remote(p).error().code == errc::not_found);
  p.variables["AWS_METADATA_SERVICE_NUM_ATTEMPTS"] = "1";
  tests::raw_server mute([](tests::raw_connection& c) { c.hang(); });
  p.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = mute.url("");
  CHECK(remote(p).error().code == errc::not_found);
  tests::raw_server roleless([](tests::raw_connection& c) {
    while (c.read_request()) c.say(response(""));
  });
  p.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = roleless.url("");
  CHECK(remote(p).error().message.find("the instance has no role") != std::string::npos);
}
