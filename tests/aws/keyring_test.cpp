// Credentials that several clients share.
#include "aws/client.hpp"
#include "place.hpp"
#include "service_double.hpp"

#include <doctest/doctest.h>

#include <future>

using namespace shipflow;
using namespace std::chrono_literals;
using tests::header;
using tests::place;
using tests::response;
using tests::service_double;

namespace {

/// An instance's metadata service, whose keys are called K1, K2 ... each time they are asked for, and CloudWatch beside it.
struct instance {
  std::atomic<int> tokens{0}, keys{0};
  std::atomic<bool> first_hangs{false}, refuses_k1{false};
  std::promise<void> let_go;
  std::shared_future<void> gone = let_go.get_future().share();
  std::promise<void> hanging;
  service_double server{[this](int n) { return answer(server.request(static_cast<std::size_t>(n - 1))); }};

  std::string answer(const std::string& asked) {
    if (asked.starts_with("PUT /latest/api/token ")) {
      if (++tokens == 1 && first_hangs) {
        hanging.set_value();
        gone.wait();
      }
      return response("200 OK", "abc");
    }
    if (asked.starts_with("GET /latest/meta-data/iam/security-credentials/ "))
      return response("200 OK", "role");
    if (asked.starts_with("GET /latest/meta-data/"))
      return response("200 OK", R"({"Code":"Success","AccessKeyId":"K)" + std::to_string(++keys) +
                                    R"(","SecretAccessKey":"S","Token":"T",)"
                                    R"("Expiration":"2130-01-01T00:00:00Z"})");
    if (refuses_k1 && asked.find("Credential=K1/") != std::string::npos)
      return response("400 Bad", R"({"__type":"ExpiredTokenException","message":"m"})");
    return response("200 OK", "{}");
  }
  [[nodiscard]] aws_options options(std::shared_ptr<aws_keyring> shared) const {
    place p;
    p.variables.erase("AWS_EC2_METADATA_DISABLED");
    p.variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server.server.url("/");
    p.variables["AWS_ENDPOINT_URL"] = server.server.url("");
    auto o = p.options();
    o.keyring = std::move(shared);
    return o;
  }
};

std::future<bool> asks(aws::client& c) {
  auto said = std::make_shared<std::promise<bool>>();
  auto later = said->get_future();
  c.call(aws::cloudwatch, "GetMetricData", {}, {},
         [said](const aws::outcome& o) { said->set_value(o.has_value()); });
  return later;
}

/// So many clients ask twice each, all at once; how often keys were fetched.
int fetched_by(int clients, instance& of, const std::shared_ptr<aws_keyring>& shared) {
  std::vector<std::unique_ptr<aws::client>> all;
  std::vector<std::future<bool>> said;
  for (int i = 0; i < clients; ++i) all.push_back(std::make_unique<aws::client>(of.options(shared)));
  for (int round = 0; round < 2; ++round)
    for (auto& c : all) said.push_back(asks(*c));
  for (auto& s : said) CHECK(s.get());
  return of.keys;
}

}  // namespace

TEST_CASE("aws/keyring: six clients that share one ask the metadata service once, others each for itself") {
  instance one;
  CHECK(fetched_by(6, one, make_aws_keyring()) == 1);
  CHECK(one.tokens == 1);
  instance other;
  CHECK(fetched_by(6, other, nullptr) == 6);
}

TEST_CASE("aws/keyring: who searches and goes away leaves the search to one that waits") {
  instance one;
  one.first_hangs = true;
  const auto shared = make_aws_keyring();
  auto first = std::make_unique<aws::client>(one.options(shared));
  auto cut_off = asks(*first);
  one.hanging.get_future().wait();
  aws::client second(one.options(shared));
  auto waits = asks(second);
  first.reset();
  CHECK_FALSE(cut_off.get());
  CHECK(waits.get());
  CHECK(one.keys == 1);
  one.let_go.set_value();
}

TEST_CASE("aws/keyring: what differs in profile, region or endpoint is kept apart") {
  instance one;
  const auto shared = make_aws_keyring();
  const auto fetched = [&](void (*differs)(aws_options&)) {
    auto o = one.options(shared);
    differs(o);
    aws::client c(std::move(o));
    const auto before = one.keys.load();
    CHECK(asks(c).get());
    return one.keys - before;
  };
  CHECK(fetched([](aws_options&) {}) == 1);
  CHECK(fetched([](aws_options&) {}) == 0);
  CHECK(fetched([](aws_options& o) { o.region = "us-east-1"; }) == 1);
  CHECK(fetched([](aws_options& o) { o.endpoint_url = o.variable("AWS_ENDPOINT_URL").value(); }) == 1);
}

TEST_CASE("aws/keyring: a key that one client finds refused is fetched again once, for all") {
  instance one;
  one.refuses_k1 = true;
  const auto shared = make_aws_keyring();
  aws::client first(one.options(shared));
  aws::client second(one.options(shared));
  CHECK_FALSE(asks(first).get());
  CHECK(asks(second).get());
  CHECK(asks(first).get());
  CHECK(one.keys == 2);
}
