#include "moto.hpp"
#include "place.hpp"
#include "service_double.hpp"

#include <shipflow/aws_secrets.hpp>

#include <doctest/doctest.h>

#include <future>
#include <mutex>
#include <vector>

using namespace shipflow;
using tests::header;
using tests::place;
using tests::response;
using tests::service_double;

namespace {

void no_others(const std::string& source, const std::function<void(result<std::string>)>& done) {
  done(make_error(errc::unsupported, "not mine: " + source));
}

std::vector<result<std::string>> all_of(const secret_reader& read, const std::vector<std::string>& sources) {
  std::vector<std::promise<result<std::string>>> got(sources.size());
  for (std::size_t i = 0; i < sources.size(); ++i)
    read(sources[i], [&got, i](result<std::string> v) { got[i].set_value(std::move(v)); });
  std::vector<result<std::string>> out;
  for (auto& one : got) out.push_back(one.get_future().get());
  return out;
}

std::string one_of(const secret_reader& read, const std::string& source) {
  const auto v = all_of(read, {source}).front();
  return v ? *v : "! " + v.error().message;
}

std::string secret(const std::string& details) { return "aws_secret:{" + details + "}"; }
std::string parameter(const std::string& name) { return R"(aws_parameter:{"name":")" + name + "\"}"; }

}  // namespace

TEST_CASE("aws/secrets: a secret is read whole or by member, and other sources are left to others") {
  service_double s([](int) {
    return response("200 OK",
                    R"({"Name":"db","SecretString":"{\"dsn\":\"postgres://x\",\"port\":5432,\"o\":{}}"})");
  });
  const auto read = aws_secrets(place::with_keys(s.server.url("")).options(), no_others);
  CHECK(one_of(read, secret(R"("name":"db","key":"dsn")")) == "postgres://x");
  CHECK(header(s.request(0), "X-Amz-Target") == "secretsmanager.GetSecretValue");
  CHECK(s.request(0).ends_with(R"({"SecretId":"db"})"));
  CHECK(one_of(read, secret(R"("name":"db","key":"port","stage":"AWSPREVIOUS","region":"us-east-2")")) ==
        "5432");
  CHECK(s.request(1).ends_with(R"({"SecretId":"db","VersionStage":"AWSPREVIOUS"})"));
  CHECK(header(s.request(1), "Authorization").find("/us-east-2/secretsmanager/") != std::string::npos);
  CHECK(one_of(read, secret(R"("name":"db")")) == R"({"dsn":"postgres://x","port":5432,"o":{}})");
  CHECK(one_of(read, secret(R"("name":"db","key":"user")")) == "! db: it has no member `user`");
  CHECK(one_of(read, secret(R"("name":"db","key":"o")")) == "! db: its member `o` is no text");
  CHECK(one_of(read, "env:HOME") == "! not mine: env:HOME");
  CHECK(one_of(read, "aws_secret:{") == "! where the secret is cannot be read");
  CHECK(one_of(read, "aws_parameter:{}") == "! where the secret is cannot be read");
}

TEST_CASE("aws/secrets: troubles name the secret, and never say what is in it") {
  std::string body, status = "200 OK";
  service_double s([&](int) { return response(status, body); });
  const auto read = aws_secrets(place::with_keys(s.server.url("")).options(), no_others);
  body = R"({"SecretString":"hunter2"})";
  CHECK(one_of(read, secret(R"("name":"db","key":"dsn")")) ==
        "! db: it is no JSON object, and `key` wants a member of one");
  body = R"({"SecretBinary":"aHVudGVyMg=="})";
  CHECK(one_of(read, secret(R"("name":"db")")) == "! db: it is binary, and only texts can be variables");
  body = R"({"Parameters":[{"Name":"/other","Value":"hunter2"}],"InvalidParameters":["/p"]})";
  CHECK(one_of(read, parameter("/p")) == "! /p: there is no such parameter");
  body = "{}";
  CHECK(one_of(read, parameter("/p")) == "! /p: the answer holds no parameters");
  status = "400 Bad";
  body = R"({"__type":"ResourceNotFoundException","Message":"no"})";
  CHECK(one_of(read, secret(R"("name":"db")")) ==
        "! db: secretsmanager GetSecretValue: ResourceNotFoundException: no");
  CHECK(all_of(read, {secret(R"("name":"db")")}).front().error().code == errc::not_found);
}

TEST_CASE("aws/secrets: what is asked for together is fetched together, parameters ten at a time") {
  std::mutex guard;
  int secrets = 0;
  std::vector<std::size_t> batches;
  service_double* self = nullptr;
  service_double s([&](int n) {
    const auto asked = self->request(static_cast<std::size_t>(n - 1));
    const std::scoped_lock hold(guard);
    if (header(asked, "X-Amz-Target") == "secretsmanager.GetSecretValue") {
      ++secrets;
      return response("200 OK", R"({"SecretString":"{\"a\":\"1\",\"b\":\"2\"}"})");
    }
    const auto q = parse_json(asked.substr(asked.find("\r\n\r\n") + 4)).value();
    CHECK(q.at("WithDecryption").as_bool());
    json::array list;
    for (const auto& name : q.at("Names").as_array())
      list.push_back(json::object{{"Name", name}, {"Value", "v" + std::string(name.as_string())}});
    batches.push_back(list.size());
    return response("200 OK", json::serialize(json::object{{"Parameters", list}}));
  });
  self = &s;
  const auto read = aws_secrets(place::with_keys(s.server.url("")).options(), no_others);
  std::vector<std::string> sources{secret(R"("name":"db","key":"a")"), secret(R"("name":"db","key":"b")")};
  for (int i = 0; i < 25; ++i) sources.push_back(parameter("/p" + std::to_string(i % 23)));
  const auto got = all_of(read, sources);
  CHECK(got[0].value() == "1");
  CHECK(got[1].value() == "2");
  for (std::size_t i = 0; i < 25; ++i) CHECK(got[i + 2].value() == "v/p" + std::to_string(i % 23));
  const std::scoped_lock hold(guard);
  CHECK(secrets <= 2);
  for (const auto size : batches) CHECK(size <= 10);
}

TEST_CASE("aws/secrets: a reader that goes away answers what it was asked") {
  tests::raw_server mute([](tests::raw_connection& c) { c.hang(); });
  std::promise<result<std::string>> got;
  {
    const auto read = aws_secrets(place::with_keys(mute.url("")).options(), no_others);
    read(secret(R"("name":"db")"), [&](result<std::string> v) { got.set_value(std::move(v)); });
  }
  CHECK(got.get_future().get().error().code == errc::cancelled);
}

TEST_CASE("aws/secrets: moto's Secrets Manager and Parameter Store") {
  if (tests::moto_program().empty()) return;
  const tests::moto server;
  aws::client admin(server.keys.options());
  constexpr aws::service manager{"SECRETS_MANAGER", "secretsmanager", "secretsmanager",
                                 aws::protocol::json_1_1, "secretsmanager"};
  constexpr aws::service store{"SSM", "ssm", "ssm", aws::protocol::json_1_1, "AmazonSSM"};
  static_cast<void>(tests::moto::call(admin, manager, "CreateSecret",
                                      {{"Name", "prod/db"}, {"SecretString", R"({"dsn":"one"})"}}));
  static_cast<void>(tests::moto::call(admin, manager, "PutSecretValue",
                                      {{"SecretId", "prod/db"}, {"SecretString", R"({"dsn":"two"})"}}));
  for (int i = 0; i < 12; ++i)
    static_cast<void>(tests::moto::call(admin, store, "PutParameter",
                                        {{"Name", "/prod/" + std::to_string(i)},
                                         {"Value", "value " + std::to_string(i)},
                                         {"Type", i % 2 == 0 ? "SecureString" : "String"}}));
  const auto read = aws_secrets(server.keys.options(), no_others);
  CHECK(one_of(read, secret(R"("name":"prod/db","key":"dsn")")) == "two");
  CHECK(one_of(read, secret(R"("name":"prod/db","key":"dsn","stage":"AWSPREVIOUS")")) == "one");
  CHECK(one_of(read, secret(R"("name":"prod/none")")).find("ResourceNotFoundException") != std::string::npos);
  std::vector<std::string> sources;
  for (int i = 0; i < 12; ++i) sources.push_back(parameter("/prod/" + std::to_string(i)));
  const auto got = all_of(read, sources);
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i].value() == "value " + std::to_string(i));
  CHECK(one_of(read, parameter("/prod/none")) == "! /prod/none: there is no such parameter");
}
