#include "rig.hpp"

#include <doctest/doctest.h>

using namespace shipflow_test;

namespace {

// A store that "crashes" the process at its n-th commit: before it is written, or after.
class crashing_store final : public shipflow::store {
 public:
  crashing_store(std::shared_ptr<shipflow::store> inner, int at, bool written)
      : inner_(std::move(inner)), at_(at), written_(written) {}
  bool crashed = false;

  shipflow::store_info info() override { return inner_->info(); }
  shipflow::result<void> put_plan(const std::string& d, const std::string& b) override {
    return inner_->put_plan(d, b);
  }
  shipflow::result<std::string> get_plan(const std::string& d) override { return inner_->get_plan(d); }
  shipflow::result<void> create_run(const shipflow::run_row& r, const std::vector<shipflow::stored_fact>& f,
                                    const std::vector<std::string>& a) override {
    return inner_->create_run(r, f, a);
  }
  shipflow::result<shipflow::run_row> get_run(const std::string& id) override { return inner_->get_run(id); }
  shipflow::result<shipflow::run_row> find_external(const std::string& id) override {
    return inner_->find_external(id);
  }
  shipflow::result<std::vector<shipflow::run_row>> list_runs(const shipflow::run_filter& f) override {
    return inner_->list_runs(f);
  }
  shipflow::result<std::vector<shipflow::run_row>> claim(const std::string& e, std::int64_t n,
                                                         std::size_t l) override {
    return inner_->claim(e, n, l);
  }
  shipflow::result<shipflow::run_row> claim_run(const std::string& e, const std::string& r,
                                                std::int64_t n) override {
    return inner_->claim_run(e, r, n);
  }
  shipflow::result<std::size_t> adopt(const std::string& e, std::int64_t n) override {
    return inner_->adopt(e, n);
  }
  shipflow::result<std::optional<std::int64_t>> next_due() override { return inner_->next_due(); }
  void commit(shipflow::commit_request c, std::function<void(shipflow::commit_result)> done) override {
    if (crashed) return;
    crashed = --at_ == 0;
    if (!crashed) {
      inner_->commit(std::move(c), std::move(done));
    } else if (written_) {
      inner_->commit(std::move(c), [](const shipflow::commit_result&) {});
    }
  }
  shipflow::result<std::vector<shipflow::stored_fact>> read_facts(const std::string& r,
                                                                  std::int64_t a) override {
    return inner_->read_facts(r, a);
  }
  shipflow::result<void> put_signal(const shipflow::stored_signal& s) override {
    return inner_->put_signal(s);
  }
  shipflow::result<std::vector<shipflow::stored_signal>> unused_signals(const std::string& r) override {
    return inner_->unused_signals(r);
  }
  shipflow::result<std::vector<std::pair<std::string, std::string>>> locks() override {
    return inner_->locks();
  }
  shipflow::result<void> put_samples(const std::vector<shipflow::sample_chunk>& c) override {
    return inner_->put_samples(c);
  }
  shipflow::result<std::vector<shipflow::sample_chunk>> read_samples(const std::string& r) override {
    return inner_->read_samples(r);
  }
  shipflow::result<std::size_t> purge(std::int64_t b, std::optional<std::int64_t> r) override {
    return inner_->purge(b, r);
  }

 private:
  std::shared_ptr<shipflow::store> inner_;
  int at_;
  bool written_;
};

void build(plan_builder& b) {
  b.make("build");
  b.set("migrate", "db", "2", {"build"});
  b.set("api", "api", "2", {"migrate"}, true);
  b.set("ten", "traffic", "10", {"api"}).first_traffic = true;
  b.set("all", "traffic", "100", {"ten"});
  b.wait("bake", std::chrono::minutes(10), {"all"});
  b.make("tag", {"bake"});
}

void check_effects(const rig& r) {
  for (const auto& [key, times] : r.world->effects) CHECK(times == 1);
}

bool bad_tag(const shipflow::request& q, shipflow::reply& reply) {
  if (q.step != "tag" || q.what != shipflow::verb::apply) return false;
  reply(shipflow::answer::failed(shipflow::make_error(shipflow::errc::failed, "refused")));
  return true;
}

}  // namespace

TEST_CASE("engine/crash: a crash at any commit loses nothing and repeats nothing") {
  for (const bool written : {false, true}) {
    for (const bool failing : {false, true}) {
      int at = 1;
      for (bool crashed = true; crashed; ++at) {
        rig r;
        r.world->values = {{"db", "1"}, {"api", "1"}, {"traffic", "0"}};
        const auto inner = r.store;
        auto crashing = std::make_shared<crashing_store>(inner, at, written);
        r.store = crashing;
        r.crash();
        if (failing) r.toy->intercept = bad_tag;
        plan_builder b;
        build(b);
        const auto run = r.start(b);
        r.time.run_until([&] { return crashing->crashed || r.engine->ended(run); });
        crashed = crashing->crashed;
        if (crashed) {
          r.store = inner;
          r.crash();
          if (failing) r.toy->intercept = bad_tag;
          REQUIRE(r.engine->resume().has_value());
        }
        INFO("crash at commit ", at, written ? " after" : " before", " it was written",
             failing ? ", failing" : "");
        REQUIRE(r.finish(run));
        CHECK(r.phase(run) == (failing ? "rolled_back" : "released"));
        check_effects(r);
        const auto wanted =
            failing ? std::map<std::string, std::string>{{"db", "1"}, {"api", "1"}, {"traffic", "0"}}
                    : std::map<std::string, std::string>{{"db", "2"}, {"api", "2"}, {"traffic", "100"}};
        CHECK(r.world->values == wanted);
        CHECK(shipflow::verify_audit(*inner, run).has_value());
        REQUIRE(at < 200);
      }
      CHECK(at > 10);
    }
  }
}

TEST_CASE("engine/crash: a crash right after any effect loses nothing and repeats nothing") {
  int effects = 1;
  for (bool crashed = true; crashed; ++effects) {
    rig r;
    r.world->values = {{"db", "1"}, {"api", "1"}, {"traffic", "0"}};
    crashed = false;
    int left = effects;
    r.toy->carried_out = [&](const shipflow::request&) { crashed = crashed || --left == 0; };
    // The answer of the fatal call is never heard.
    r.toy->intercept = [&](const shipflow::request&, shipflow::reply&) { return crashed; };
    plan_builder b;
    build(b);
    const auto run = r.start(b);
    r.time.run_until([&] { return crashed || r.engine->ended(run); });
    if (crashed) {
      r.crash();
      REQUIRE(r.engine->resume().has_value());
    }
    INFO("crash after effect ", effects);
    REQUIRE(r.finish(run));
    CHECK(r.phase(run) == "released");
    check_effects(r);
    REQUIRE(effects < 100);
  }
  CHECK(effects > 5);
}

TEST_CASE("engine/crash: an engine that lost its run writes nothing any more") {
  rig r;
  plan_builder b;
  b.set("api", "api", "2", {}, true);
  b.set("web", "web", "2", {"api"});
  std::vector<shipflow::reply> held;
  r.toy->intercept = [&](const shipflow::request& q, shipflow::reply& reply) {
    if (q.what != shipflow::verb::settle) return false;
    held.push_back(std::move(reply));
    return true;
  };
  const auto run = r.start(b);
  r.time.run_until([&] { return !held.empty(); });
  REQUIRE(r.store->claim_run("another", run, 0).has_value());
  const auto facts = r.store->read_facts(run).value().size();
  held.front()(shipflow::answer::done());
  r.settle();
  CHECK(r.store->read_facts(run).value().size() == facts);
  CHECK(std::any_of(r.events.begin(), r.events.end(),
                    [](const auto& e) { return e.what_kind == shipflow::engine_event::kind::lost; }));
  CHECK_FALSE(r.world->values.contains("web"));
}
