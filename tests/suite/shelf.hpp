// A shelf that things are put on and taken from, right or with one fault.
#pragma once

#include <shipflow/provider.hpp>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace shipflow_test {

enum class fault {
  none,
  observe_changes,
  diagnose_changes,
  apply_fails,
  undeclared_output,
  repeat_fails,
  repeat_adds,
  resolve_forgets,
  resolve_invents,
  undo_does_nothing,
  undo_only_once,
  echoes_secret,
  never_answers_observe,
  settle_word_for_apply,
  ignores_cancelled,
  drops_apply,
};

class shelf final : public shipflow::provider {
 public:
  using answer = shipflow::answer;
  using verb = shipflow::verb;
  explicit shelf(fault f) : fault_(f) {}

  int items = 0;
  int calls = 0;
  int settles = 0;
  bool slow = false;  ///< effects are started and settled at the third look

  std::string name() const override { return "shelf"; }
  std::vector<shipflow::action_spec> actions() const override {
    shipflow::action_spec put;
    put.name = "put";
    put.repeat = shipflow::effect_class::token;
    put.inputs = {{"item", "string", true, false, ""}, {"token", "string", false, true, ""}};
    put.outputs = {{"items", "integer", false, false, ""}};
    put.resources = {"shelf"};
    put.tells_ready = true;
    return {put};
  }

  void call(shipflow::request q, shipflow::reply r) override {
    ++calls;
    if (fault_ == fault::never_answers_observe && q.what == verb::observe)
      return kept_.push_back(std::move(r));
    if (fault_ == fault::ignores_cancelled && q.stop.stop_requested()) return kept_.push_back(std::move(r));
    if (fault_ == fault::drops_apply && q.what == verb::apply) return;
    if (q.what == verb::settle) {
      ++settles;
      if (++looks_ % 3 != 0) return r(answer::in_progress(50, "on its way", shipflow::duration{100}));
      return r(answer::done(json()));
    }
    auto a = act(q);
    const bool effect = q.what == verb::apply || q.what == verb::undo;
    if (slow && effect && a.kind == shipflow::answer_kind::done) a = answer::started("job");
    r(std::move(a));
  }

 private:
  shipflow::json::object json() const { return {{"items", items}}; }

  answer act(const shipflow::request& q) {
    switch (q.what) {
      case verb::observe:
        if (fault_ == fault::observe_changes) ++items;
        return answer::done(json());
      case verb::diagnose:
        if (fault_ == fault::diagnose_changes) ++items;
        return answer::done();
      case verb::apply: return apply(q);
      case verb::resolve: return resolve(q);
      case verb::undo: return undo(q);
      default: return answer::done();
    }
  }

  answer apply(const shipflow::request& q) {
    const bool again = keys_.contains(q.effect_key);
    if (fault_ == fault::apply_fails)
      return answer::failed(shipflow::make_error(shipflow::errc::failed, "the shelf is full"));
    if (fault_ == fault::settle_word_for_apply) return answer::not_applied();
    if (again && fault_ == fault::repeat_fails)
      return answer::failed(shipflow::make_error(shipflow::errc::failed, "it is there already"));
    if (!again || fault_ == fault::repeat_adds) ++items;
    keys_.insert(q.effect_key);
    auto out = json();
    if (fault_ == fault::undeclared_output) out["colour"] = "red";
    if (fault_ == fault::echoes_secret) out["items"] = q.inputs.at("token");
    return answer::done(std::move(out));
  }

  answer resolve(const shipflow::request& q) const {
    if (fault_ == fault::resolve_forgets) return answer::not_applied();
    if (fault_ == fault::resolve_invents || keys_.contains(q.effect_key)) return answer::done(json());
    return answer::not_applied();
  }

  answer undo(const shipflow::request& q) {
    if (fault_ == fault::undo_does_nothing) return answer::done();
    if (fault_ == fault::undo_only_once && ++undone_ == 2)
      return answer::failed(shipflow::make_error(shipflow::errc::not_found, "it is gone already"));
    items = q.baseline.as_object().at("items").to_number<int>();
    keys_.erase(q.effect_key);
    return answer::done();
  }

  fault fault_;
  std::set<std::string> keys_;
  std::vector<shipflow::reply> kept_;
  int looks_ = 0;
  int undone_ = 0;
};

}  // namespace shipflow_test
