// Each check fails when there is something to find, and names it with a line that shows it again.
#include "plans.hpp"

#include <shipflow/rehearsal.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace shipflow_test;
using namespace shipflow;

namespace {

// What a world does wrong.
struct vice {
  bool makes_two = false;     // one call, two effects
  bool forgets_undo = false;  // says that it put things back
  bool ill_fleet = false;     // traffic goes to a fleet that is not healthy
  bool small_fleet = false;   // fewer instances serve than before
  bool refuses_undo = false;  // nothing can be put back, for good
};

class vicious_model final : public world_model {
 public:
  vicious_model(std::shared_ptr<world> where, vice v) : world_(std::move(where)), vice_(v) {
    action_spec set;
    set.name = "set";
    action_spec make;
    make.name = "make";
    make.repeat = effect_class::creates;
    modelled_action a{set,
                      [](const request& q) -> std::vector<std::string> {
                        return {std::string(q.inputs.at("resource").as_string())};
                      },
                      {},
                      duration{0}};
    modelled_action b{make, [](const request&) { return std::vector<std::string>{}; }, {}, duration{0}};
    inner_ = make_generic_model(world_, "toy", {a, b});
  }
  [[nodiscard]] std::string name() const override { return "toy"; }
  [[nodiscard]] std::vector<action_spec> actions() const override { return inner_->actions(); }
  void call(request q, reply r) override {
    if (q.what == verb::undo && vice_.forgets_undo) {
      forgotten_ = true;
      return r(answer::done());
    }
    if (q.what == verb::undo && vice_.refuses_undo)
      return r(answer::failed(make_error(errc::denied, "not any more")));
    if (q.what == verb::observe && forgotten_) return r(answer::done(q.baseline));
    if (q.what == verb::apply && vice_.makes_two) inner_->call(q, reply([](const answer&) {}));
    acted_ = acted_ || q.what == verb::apply;
    inner_->call(std::move(q), std::move(r));
  }
  [[nodiscard]] json::object snapshot() const override { return inner_->snapshot(); }
  [[nodiscard]] std::vector<serving> serves() const override {
    serving s{"shop", "1", 100, 3, 3, false};
    if (acted_ && vice_.ill_fleet) s.healthy = 2;
    if (acted_ && vice_.small_fleet) s.healthy = s.wanted = 2;
    return {s};
  }

 private:
  std::shared_ptr<world> world_;
  std::shared_ptr<world_model> inner_;
  vice vice_;
  bool forgotten_ = false;
  bool acted_ = false;
};

rehearsal_report with(vice v, const std::vector<fault>& faults,
                      rehearsal_mode mode = rehearsal_mode::single) {
  rehearsed_plan b;
  b.set("api", "api", "2");
  b.make("tag", {"api"});
  rehearsal_options options;
  options.mode = mode;
  options.faults = faults;
  options.make_world = [v](const std::shared_ptr<world>& where) {
    rehearsal_world out;
    out.models.push_back(std::make_shared<vicious_model>(where, v));
    return out;
  };
  const auto r = rehearse(b.get(), options);
  REQUIRE_MESSAGE(r.has_value(), r.error().text());
  return *r;
}

bool fails(const rehearsal_report& r, const std::string& check) {
  return std::any_of(r.violations.begin(), r.violations.end(),
                     [&](const auto& v) { return v.check == check; });
}

}  // namespace

TEST_CASE("rehearsal/checks: a world without vices passes") {
  const auto r = with({}, {{"tag", "fails", "apply"}});
  CHECK(r.violations.empty());
  CHECK(r.cells.at(0).outcome == rehearsed::restored);
  CHECK(r.cells.at(0).restoring.has_value());
}

TEST_CASE("rehearsal/checks: an effect that happens twice is found") {
  vice v;
  v.makes_two = true;
  CHECK(fails(with(v, {}), "effect_once"));
}

TEST_CASE("rehearsal/checks: a world that is not as before after a rollback is found, with the difference") {
  vice v;
  v.forgets_undo = true;
  const auto r = with(v, {{"tag", "fails", "apply"}});
  REQUIRE(fails(r, "restored"));
  CHECK(r.violations.front().what.find("api was null and is {\"set_by\":\"set\"") == 0);
  CHECK(r.violations.front().replay == "--seed 1 --fault tag:fails");
}

TEST_CASE("rehearsal/checks: traffic to an unhealthy fleet and lost capacity are found") {
  vice ill;
  ill.ill_fleet = true;
  CHECK(fails(with(ill, {}), "traffic"));
  vice small;
  small.small_fleet = true;
  const auto r = with(small, {});
  CHECK(fails(r, "capacity"));
  CHECK_FALSE(fails(r, "traffic"));
}

TEST_CASE("rehearsal/checks: what cannot be put back is found, and that no stated action helps") {
  vice v;
  v.refuses_undo = true;
  const auto r = with(v, {{"tag", "fails", "apply"}});
  CHECK(r.cells.at(0).outcome == rehearsed::violated);
  CHECK(fails(r, "ends"));
}

TEST_CASE("rehearsal/checks: a compensation that no run needed is named") {
  vice v;
  v.forgets_undo = true;
  CHECK(fails(with(v, {}, rehearsal_mode::exhaustive), "compensated"));
}

TEST_CASE("rehearsal/checks: faults that do not matter are left out of the line that shows it again") {
  vice v;
  v.forgets_undo = true;
  const auto r =
      with(v, {{"api", "reply_dropped", "apply"}, {"tag", "fails", "apply"}, {"tag", "upgrade", "apply"}});
  REQUIRE_FALSE(r.violations.empty());
  for (const auto& found : r.violations) CHECK(found.replay.find("upgrade") == std::string::npos);
}

TEST_CASE("rehearsal/checks: a plan that ends nowhere even without faults is refused with the place") {
  rehearsed_plan b;
  b.approval("go", {"nobody"}).timeout = duration{0};
  const auto r = rehearse(b.get(), {});
  REQUIRE_FALSE(r.has_value());
  CHECK(r.error().code == errc::unsupported);
  CHECK(r.error().message.find("go waits for people") != std::string::npos);
}
