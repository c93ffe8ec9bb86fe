#include "provider/local/binding.hpp"
#include "provider/local/counters.hpp"
#include "provider/local/recipe.hpp"
#include "provider/local/view.hpp"
#include "provider/local/weights.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace shipflow::local;
using shipflow::colour;
using shipflow::per_colour;
namespace json = shipflow::json;

namespace {

json::object good_target() {
  return {{"provider", "local"}, {"command", {"./shop", "${port}"}}, {"listen", "127.0.0.1:8080"}};
}

per_colour<int> pair(int blue, int green) {
  per_colour<int> p;
  p[colour::blue] = blue;
  p[colour::green] = green;
  return p;
}

}  // namespace

TEST_CASE("provider/local: weights give the share whatever the sizes of the fleets") {
  std::mt19937 chance(7);
  std::uniform_int_distribution<int> size(1, 12), percent(1, 99);
  for (int n = 0; n < 2000; ++n) {
    const auto count = pair(size(chance), size(chance));
    const int blue = percent(chance);
    CAPTURE(blue);
    CAPTURE(count[colour::blue]);
    CAPTURE(count[colour::green]);
    const auto weight = weights_for(pair(blue, 100 - blue), count);
    if (!weight) continue;  // refused, see below
    const int blue_sum = (*weight)[colour::blue] * count[colour::blue];
    const int green_sum = (*weight)[colour::green] * count[colour::green];
    CHECK((*weight)[colour::blue] >= 1);
    CHECK((*weight)[colour::blue] <= 256);
    CHECK((*weight)[colour::green] <= 256);
    CHECK(std::abs(100.0 * blue_sum / (blue_sum + green_sum) - blue) < 0.5);
    CHECK((share_of(pair(blue_sum, green_sum)) == pair(blue, 100 - blue)));
  }
}

TEST_CASE("provider/local: a share that weights cannot express is refused, never approximated") {
  CHECK_FALSE(weights_for(pair(99, 1), pair(1, 100)).has_value());
  CHECK_FALSE(weights_for(pair(50, 50), pair(3, 0)).has_value());
  CHECK((*weights_for(pair(100, 0), pair(3, 3)) == pair(100, 0)));
  CHECK((*weights_for(pair(0, 0), pair(3, 3)) == pair(0, 0)));
  CHECK((*weights_for(pair(90, 10), pair(3, 3)) == pair(9, 1)));
  CHECK((*weights_for(pair(50, 50), pair(1, 3)) == pair(3, 1)));
}

TEST_CASE("provider/local: a binding is read with its defaults") {
  const auto b = read_binding(good_target());
  REQUIRE(b.has_value());
  CHECK(b->instances == 1);
  CHECK(b->balancer.port == 8080);
  CHECK(b->balancer.rise == 2);
  CHECK(b->within.count() == 30'000);
  CHECK(b->drain.count() == 10'000);
}

TEST_CASE("provider/local: a wrong binding names the member and what would be right") {
  struct {
    const char* key;
    json::value value;
    const char* says;
  } const table[] = {
      {"command", nullptr, "command is missing"},
      {"command", "./shop", "command must be a list"},
      {"command", json::array{"./shop", "${prot}"}, "command has ${prot}"},
      {"command", json::array{"./shop", "${port"}, "command has ${port"},
      {"listen", nullptr, "listen is missing"},
      {"listen", "8080", "listen must be an address"},
      {"listen", "127.0.0.1:99999", "listen must be an IPv4 address"},
      {"listen", "127.0.0.1:80\n  bind :1", "listen must be an IPv4 address"},
      {"instances", 0, "instances must be a whole number from 1"},
      {"instances", "many", "instances must be a whole number"},
      {"drain", 10, "drain must be a duration"},
      {"drain", "10", "drain must be a duration"},
      {"directory", "srv", "directory must be an absolute path"},
      {"env", json::object{{"A=B", "1"}}, "A=B is no name of a variable"},
      {"env", json::object{{"A", "${nothing}"}}, "env: A has ${nothing}"},
      {"ready", json::object{{"http", "health"}}, "http must be a path"},
      {"ready", json::object{{"http", "/a b"}}, "http must be a path"},
      {"ready", json::object{{"http", "/health"}, {"status", "20x"}}, "status must be a status"},
      {"ready", json::object{{"status", 200}}, "status needs http"},
      {"ready", json::object{{"htp", "/"}}, "htp is not known here"},
      {"balancer", json::object{{"threads", 0}}, "threads must be a whole number"},
      {"enough", 101, "enough must be a whole number"},
      {"replicas", 3, "replicas is not known here"},
  };
  for (const auto& row : table) {
    auto target = good_target();
    target[row.key] = row.value;
    const auto b = read_binding(target);
    CAPTURE(row.says);
    REQUIRE_FALSE(b.has_value());
    CHECK(b.error().code == shipflow::errc::invalid_argument);
    CHECK_MESSAGE(b.error().message.find(row.says) != std::string::npos, b.error().message);
  }
}

TEST_CASE("provider/local: a recipe keeps the name of a secret, and rendering gets its value") {
  auto target = good_target();
  target["env"] =
      json::object{{"DSN", "postgres://u:${secret:PASSWORD}@db/${version}"}, {"LOG", "info ${instance}"}};
  const auto b = read_binding(target);
  REQUIRE(b.has_value());
  const auto r = make_recipe(*b, "1.5.0", "");
  const auto read = recipe_from_json(to_json(r));
  REQUIRE(read.has_value());
  CHECK(read->digest() == r.digest());

  // A value is put in as it is, even when it looks like a reference.
  const std::map<std::string, std::string> secrets{{"PASSWORD", "hunter2${port}"}};
  const auto one = render(*read, {"blue-1", colour::blue, 9000, secrets});
  REQUIRE(one.has_value());
  CHECK((one->argv == std::vector<std::string>{"./shop", "9000"}));
  using entry = std::pair<std::string, std::string>;
  const std::vector<entry> wanted{{"DSN", "postgres://u:hunter2${port}@db/1.5.0"}, {"LOG", "info blue-1"}};
  CHECK((one->environment == wanted));

  const auto without = render(*read, {"blue-1", colour::blue, 9000, {}});
  REQUIRE_FALSE(without.has_value());
  CHECK(without.error().message ==
        "version 1.5.0 needs the secret PASSWORD, which the binding's env no longer names");
}

TEST_CASE("provider/local: a secret anywhere but in env is refused") {
  for (const auto* key : {"command", "directory"}) {
    auto target = good_target();
    target[key] = "/${secret:PASSWORD}";
    if (std::string_view(key) == "command")
      target[key] = json::array{"./shop", "--password=${secret:PASSWORD}"};
    const auto b = read_binding(target);
    CAPTURE(key);
    REQUIRE_FALSE(b.has_value());
    CHECK(b.error().message.find("has a secret") != std::string::npos);
  }
}

TEST_CASE("provider/local: a secret in clear is refused and not repeated") {
  auto target = good_target();
  target["command"] = json::array{"./shop", "--password=hunter2"};
  const auto in_command = check_secrets(*read_binding(target), {"hunter2"});
  REQUIRE_FALSE(in_command.has_value());
  CHECK(in_command.error().code == shipflow::errc::secret_leak);
  CHECK(in_command.error().message.find("hunter2") == std::string::npos);

  target = good_target();
  target["env"] = json::object{{"DSN", "postgres://u:hunter2@db/"}, {"LOG", "info"}};
  const auto in_env = check_secrets(*read_binding(target), {"hunter2"});
  REQUIRE_FALSE(in_env.has_value());
  CHECK(in_env.error().message.find("DSN") != std::string::npos);
  CHECK(in_env.error().message.find("hunter2") == std::string::npos);
  CHECK(check_secrets(*read_binding(target), {"o", ""}).has_value());
  CHECK_FALSE(check_secrets(*read_binding(target), {"info"}).has_value());
  CHECK_FALSE(check_secrets("image", "x:hunter2", {"hunter2"}).has_value());
}

TEST_CASE("provider/local: what HAProxy says is read by the names of its columns") {
  const std::string text =
      "Name: HAProxy\nPid: 42\nStart_time_sec: 100\n\n0x1 maintenance true\n\n"
      "1\n# be_id be_name srv_id srv_name srv_admin_state new\n3 fleet 1 blue-1 0 -\n3 fleet 2 green-2 0 -\n"
      "3 fleet 3 green-3 8 -\n3 fleet 4 green-4 1 -\n\n"
      "# "
      "pxname,svname,new,scur,status,uweight,check_status,check_code,last_chk,hrsp_2xx,hrsp_5xx,econ,eresp,\n"
      "front,FRONTEND,,1,OPEN,,,,,9,9,,,\n"
      "fleet,blue-1,,2,UP,90,* L7OK,200,\"a, \"\"b\"\"\",100,3,1,1,\n"
      "fleet,green-2,,0,DOWN 1/2,10,L7STS,503,HTTP status,5,0,0,0,\n"
      "fleet,green-3,,0,DOWN,10,L4CON,,Connection refused,0,0,0,0,\n"
      "fleet,green-4,,0,MAINT,10,,,,0,0,0,0,\n"
      "fleet,BACKEND,,2,UP,100,,,,105,4,,,\n\n";
  const auto v = parse_view(text);
  REQUIRE(v.has_value());
  CHECK(v->incarnation == "42@100");
  CHECK(v->maintenance);
  CHECK(v->ready("blue-1"));
  CHECK_FALSE(v->ready("green-2"));
  CHECK(v->find("green-3")->admin == server_view::admin_state::drain);
  CHECK(v->find("green-4")->admin == server_view::admin_state::maintenance);
  CHECK(v->find("green-2")->health == "DOWN 1/2, L7STS 503 (HTTP status)");
  CHECK(v->find("blue-1")->health == "UP, L7OK 200 (a, \"b\")");
  CHECK((v->find("blue-1")->count == totals{105, 0, 5}));
  CHECK((v->fleet == totals{109, 0, 4}));
  CHECK((observed_share(*v) == pair(90, 10)));
  CHECK_FALSE(parse_view("Unknown command").has_value());
}

TEST_CASE("provider/local: counts never fall when an instance goes or HAProxy is started again") {
  ledger book;
  instance i;
  i.id = "blue-1";
  i.version = "1.4.0";
  book.instances.push_back(i);
  const auto seen = [](std::string incarnation, std::int64_t all, std::int64_t fleet) {
    view v;
    v.incarnation = std::move(incarnation);
    v.fleet.all = fleet;
    if (all >= 0) v.servers["blue-1"].count.all = all;
    return v;
  };
  counters c;
  c.take(seen("1@1", 10, 12), book);
  CHECK(c.of("1.4.0").all == 10);
  c.take(seen("2@2", 3, 3), book);  // another HAProxy
  CHECK(c.of("1.4.0").all == 13);
  CHECK(c.of_fleet().all == 15);
  c.take(seen("2@2", -1, 5), book);  // the server is gone
  CHECK(c.of("1.4.0").all == 13);
  CHECK(c.of_fleet().all == 17);
  const auto again = counters_from_json(to_json(c));
  CHECK(again.of("1.4.0").all == 13);
  CHECK(again.knows("1.4.0"));
  CHECK_FALSE(again.knows("1.5.0"));
  CHECK(counters_from_json("rubbish").of_fleet().all == 0);
}

TEST_CASE("provider/local: the record survives its JSON form, and rubbish is refused") {
  ledger book;
  book.serial = 7;
  book.balancer = true;
  book.fleets[colour::green] = fleet{"1.5.0", "shop:1.5.0", "sha256:ab", 3};
  book.instances.push_back({"green-7", colour::green, "1.5.0", "sha256:ab", 9000, stage::serving, 5});
  book.traffic = {pair(10, 90), "run", "key", pair(100, 0)};
  book.remember("key", json::object{{"a", 1}});
  const auto read = ledger_from_json(to_json(book));
  REQUIRE(read.has_value());
  CHECK(to_json(*read) == to_json(book));
  CHECK_FALSE(ledger_from_json("rubbish").has_value());
  auto newer = to_json(book);
  newer.as_object()["format"] = 2;
  CHECK(ledger_from_json(newer).error().code == shipflow::errc::newer_version);
  auto broken = to_json(book);
  broken.as_object()["instances"].as_array()[0].as_object()["port"] = 0;
  CHECK(ledger_from_json(broken).error().code == shipflow::errc::corrupt);
}
