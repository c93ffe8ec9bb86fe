// Clusters of Aurora from backups: in the world of the provider, and over HTTP against the double.
#include "over_http.hpp"

#include <set>

using namespace tests;
using std::chrono::minutes;

namespace {

const json::object from_snapshot{{"as", "shop-copy"}, {"snapshot", "latest"}};

/// The cluster as the model has it, or what the source is.
template <class What>
void with_database(aws_double& d, const std::string& id, bool cluster, What what) {
  d.with<cloud::rds>([&](auto& model, auto) {
    const auto* found = model.find(id, cluster);
    REQUIRE(found != nullptr);
    what(*found);
  });
}

std::set<std::string> restored_in(const databases& s) {
  std::set<std::string> out;
  for (const auto& [key, effect] : s.where->effects()) {
    CHECK_MESSAGE(effect.times == 1, key);
    out.insert(key);
  }
  return out;
}

}  // namespace

TEST_CASE("provider/rds: a cluster is restored with a writer, in percent, and each is made once") {
  databases s(a_cluster());
  REQUIRE(s.carry("snapshot", {}, "snapshot").ended.kind == answer_kind::done);
  auto q = s.make(verb::apply, "restore", from_snapshot, "restored");
  const auto begun = s.ask(q);
  REQUIRE_MESSAGE(begun.kind == answer_kind::started, kind_and_problem(begun));
  CHECK(s.ask(q).kind == answer_kind::started);
  s.wait(minutes(2));
  q.what = verb::settle;
  q.handle = begun.value;
  const auto half = s.ask(q);
  CHECK(half.kind == answer_kind::progress);
  CHECK(half.percent > 20);
  CHECK(half.percent < 60);
  CHECK(half.text == "cluster shop-copy is creating");
  const auto end = s.finish(q, half);
  REQUIRE_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
  CHECK(at(end.value, "/cluster") == "shop-copy");
  CHECK(at(end.value, "/instance") == "shop-copy-writer");
  CHECK(at(end.value, "/address").as_string().starts_with("shop-copy.cluster-"));
  CHECK(at(end.value, "/port") == 5432);
  CHECK(at(end.value, "/made_from").as_string().starts_with("shipflow-shop-aurora-"));
  CHECK(restored_in(s) == std::set<std::string>{"snapshot", "restored", "restored/writer"});
}

TEST_CASE(
    "provider/rds: after a crash at any look the same cluster goes on, and another step does not take it") {
  databases s(a_cluster());
  auto q = s.make(verb::apply, "restore", {{"at", "latest"}}, "mine");
  auto r = q;
  r.what = verb::resolve;
  CHECK(s.ask(r).kind == answer_kind::not_applied);
  REQUIRE(s.ask(q).kind == answer_kind::started);
  answer found;
  for (int i = 0; i < 8; ++i) {
    found = s.ask(r);
    REQUIRE_MESSAGE(found.kind == answer_kind::started, kind_and_problem(found));
    auto look = q;
    look.what = verb::settle;
    look.handle = found.value;
    static_cast<void>(s.ask(look));
    s.wait(minutes(2));
  }
  const auto end = s.finish(q, found);
  REQUIRE_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
  // Without `as` its name is made of the effect's key.
  const auto name = std::string(at(end.value, "/cluster").as_string());
  CHECK(name == "shipflow-shop-aurora-" + sha256_hex("mine").substr(0, 10));
  CHECK(restored_in(s) == std::set<std::string>{"mine", "mine/writer"});
  const auto other = s.carry("restore", {{"as", name}, {"at", "latest"}}, "other").ended;
  CHECK(other.kind == answer_kind::conflict);
}

TEST_CASE("provider/rds: discard deletes instances and then the cluster, only what restore made, and once") {
  databases s(a_cluster());
  const auto made = s.carry("restore", {{"as", "shop-copy"}, {"at", "latest"}}, "made").ended;
  REQUIRE_MESSAGE(made.kind == answer_kind::done, kind_and_problem(made));
  CHECK(s.carry("discard", {{"cluster", "shop-aurora"}}, "source").ended.problem.code == errc::denied);
  CHECK(s.carry("discard", {}, "nothing").ended.problem.code == errc::invalid_argument);
  const auto end = s.carry("discard", {{"cluster", "shop-copy"}}, "end").ended;
  CHECK_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
  CHECK(s.carry("discard", {{"cluster", "shop-copy"}}, "again").ended.kind == answer_kind::done);
  CHECK(s.look("restore").kind == answer_kind::done);
  CHECK(s.where->effects().contains("end"));
}

TEST_CASE("provider/rds: what a restore of a cluster cannot be made of is refused before anything is made") {
  databases s(a_cluster());
  for (const auto& wrong :
       {json::object{}, json::object{{"as", "shop-aurora"}, {"at", "latest"}},
        json::object{{"at", "yesterday"}}, json::object{{"at", "latest"}, {"snapshot", "latest"}}})
    CHECK(s.carry("restore", wrong, "wrong").ended.problem.code == errc::invalid_argument);
  CHECK(s.carry("restore", {{"snapshot", "latest"}}, "none yet").ended.problem.code == errc::not_found);
  CHECK(s.carry("restore", {{"snapshot", "none"}}, "no such").ended.problem.code == errc::not_found);
  CHECK(s.where->effects().empty());
}

TEST_CASE("provider/rds over HTTP: a restored cluster has the class, groups and scaling of the source") {
  aws_double d({}, 600);
  put_up_databases(d);
  over_http s(d);
  s.target = a_cluster();
  REQUIRE(s.carry("snapshot", {}, "snapshot").ended.kind == answer_kind::done);
  const auto made = s.carry("restore", from_snapshot, "restored").ended;
  REQUIRE_MESSAGE(made.kind == answer_kind::done, kind_and_problem(made));
  with_database(d, "shop-copy-writer", false, [](const cloud::database& w) {
    CHECK(w.kind == "db.r6g.large");
    CHECK(w.member_of == "shop-copy");
    CHECK(w.tags.at("shipflow:effect") == "restored");
  });
  const auto small =
      s.carry("restore", {{"as", "small"}, {"at", "latest"}, {"class", "db.serverless"}}, "small").ended;
  REQUIRE_MESSAGE(small.kind == answer_kind::done, kind_and_problem(small));
  with_database(d, "small-writer", false, [](const cloud::database& w) { CHECK(w.kind == "db.serverless"); });
  CHECK(d.count("RestoreDBClusterFromSnapshot") == 1);
  CHECK(d.count("RestoreDBClusterToPointInTime") == 1);
}

TEST_CASE(
    "provider/rds over HTTP: what goes wrong with a request makes no second cluster and no second writer") {
  for (const auto how : {mishap::throttled, mishap::fails_before, mishap::fails_after, mishap::drops_after}) {
    for (const std::string operation : {"RestoreDBClusterToPointInTime", "CreateDBInstance"}) {
      CAPTURE(static_cast<int>(how));
      CAPTURE(operation);
      aws_double d({}, 600);
      put_up_databases(d);
      over_http s(once(d));
      s.target = a_cluster();
      d.on_call([&](const std::string& o, int number) {
        return o == operation && number == 1 ? how : mishap::none;
      });
      const json::object inputs{{"as", "copy"}, {"at", "latest"}};
      auto end = s.insist("restore", inputs, json::object{});
      // An unclear answer while it is settled is looked into like any other.
      if (end.kind != answer_kind::done) end = s.insist("restore", inputs, json::object{});
      CHECK_MESSAGE(end.kind == answer_kind::done, kind_and_problem(end));
      d.with<cloud::rds>([](auto& model, auto) {
        CHECK(model.changes() == 2);
        CHECK(model.databases().size() == 5);
      });
    }
  }
}

TEST_CASE("provider/rds over HTTP: a cluster that others protect or put instances into is kept") {
  aws_double d({}, 600);
  put_up_databases(d);
  over_http s(d);
  s.target = a_cluster();
  REQUIRE(s.carry("restore", {{"as", "copy"}, {"at", "latest"}}, "copy").ended.kind == answer_kind::done);
  d.with<cloud::rds>([](auto& model, auto) { model.find("copy", true)->is_protected = true; });
  const auto guarded = s.carry("discard", {{"cluster", "copy"}}, "guarded").ended;
  CHECK(guarded.problem.code == errc::denied);
  CHECK(guarded.problem.message.find("protected from deletion") != std::string::npos);
  d.with<cloud::rds>([](auto& model, auto now) {
    model.find("copy", true)->is_protected = false;
    cloud::database reader;
    reader.id = "reader-of-others";
    reader.member_of = "copy";
    model.install(reader, now);
  });
  const auto shared = s.carry("discard", {{"cluster", "copy"}}, "shared").ended;
  CHECK(shared.problem.code == errc::denied);
  CHECK(shared.problem.message.find("instance reader-of-others") != std::string::npos);
  CHECK(d.count("DeleteDBCluster") == 0);
}
