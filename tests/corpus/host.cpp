#include "host.hpp"

#include "answers.hpp"

#include <utility>

namespace shipflow_corpus {
namespace {

using shipflow::json::serialize;

// A reply that drops the call when nobody gives an answer: `reply` does so itself.
std::function<void(const json::object&)> once(shipflow::reply r) {
  const auto kept = std::make_shared<shipflow::reply>(std::move(r));
  return [kept](const json::object& given) { (*kept)(action_answer(given)); };
}

shipflow::field_spec field_of(const json::object& o) {
  const auto yes = [&](const char* key) { return o.contains(key) && o.at(key).as_bool(); };
  return {text_in(o, "name"), text_in(o, "type", "any"), yes("required"), yes("sensitive"), ""};
}

shipflow::action_spec action_of(const json::object& o) {
  using namespace shipflow;
  action_spec out;
  out.name = text_in(o, "name");
  for (const auto c : {effect_class::token, effect_class::compare_and_set, effect_class::creates})
    if (name_of(c) == text_in(o, "repeat")) out.repeat = c;
  for (const auto r : {reversibility::forward_only, reversibility::destructive, reversibility::irreversible})
    if (name_of(r) == text_in(o, "undo")) out.undo = r;
  if (const auto* list = o.if_contains("inputs"))
    for (const auto& f : list->as_array()) out.inputs.push_back(field_of(f.as_object()));
  if (const auto* list = o.if_contains("outputs"))
    for (const auto& f : list->as_array()) out.outputs.push_back(field_of(f.as_object()));
  if (const auto* list = o.if_contains("resources"))
    for (const auto& r : list->as_array()) out.resources.emplace_back(r.as_string());
  if (const auto* told = o.if_contains("tells_ready")) out.tells_ready = told->as_bool();
  return out;
}

class scripted_provider final : public shipflow::provider {
 public:
  scripted_provider(std::string name, const json::array& actions, std::shared_ptr<inbox> in)
      : name_(std::move(name)), in_(std::move(in)) {
    for (const auto& a : actions) actions_.push_back(action_of(a.as_object()));
  }
  std::string name() const override { return name_; }
  std::vector<shipflow::action_spec> actions() const override { return actions_; }
  void call(shipflow::request q, shipflow::reply r) override {
    in_->push_back({std::string(name_of(q.what)) + " " + q.step,
                    serialize(q.inputs) + serialize(q.target) + serialize(q.baseline) + serialize(q.handle),
                    "action", once(std::move(r))});
  }

 private:
  std::string name_;
  std::vector<shipflow::action_spec> actions_;
  std::shared_ptr<inbox> in_;
};

std::vector<std::string> names_in(const json::object& scenario, std::string_view key) {
  std::vector<std::string> out;
  if (const auto* list = scenario.if_contains(key))
    for (const auto& name : list->as_array()) out.emplace_back(name.as_string());
  return out;
}

class scripted_probes final : public shipflow::probe_source {
 public:
  scripted_probes(std::vector<std::string> kinds, std::shared_ptr<inbox> in)
      : kinds_(std::move(kinds)), in_(std::move(in)) {}
  std::vector<std::string> kinds() const override { return kinds_; }
  void look(shipflow::probe_request q, std::function<void(shipflow::probe_answer)> done) override {
    in_->push_back({"probe " + q.name, serialize(q.spec), "probe",
                    [done = std::move(done)](const json::object& given) { done(probe_answer_of(given)); }});
  }

 private:
  std::vector<std::string> kinds_;
  std::shared_ptr<inbox> in_;
};

class scripted_metrics final : public shipflow::metric_source {
 public:
  scripted_metrics(std::vector<std::string> names, std::shared_ptr<inbox> in)
      : names_(std::move(names)), in_(std::move(in)) {}
  std::vector<std::string> names() const override { return names_; }
  void read(shipflow::metric_request q, std::function<void(shipflow::metric_answer)> done) override {
    in_->push_back({"metrics " + q.source, serialize(q.spec), "metrics",
                    [done = std::move(done)](const json::object& given) { done(metric_answer_of(given)); }});
  }

 private:
  std::vector<std::string> names_;
  std::shared_ptr<inbox> in_;
};

class scripted_notifier final : public shipflow::notifier {
 public:
  scripted_notifier(std::vector<std::string> kinds, std::shared_ptr<inbox> in)
      : kinds_(std::move(kinds)), in_(std::move(in)) {}
  std::vector<std::string> kinds() const override { return kinds_; }
  void send(shipflow::delivery q, std::function<void(shipflow::delivery_answer)> done) override {
    json::array pieces;
    for (const auto& p : q.what.text)
      pieces.push_back(json::array{p.what == shipflow::text_piece::kind::words ? "words" : "value", p.text});
    in_->push_back(
        {"message " + q.what.moment, serialize(to_json(q.what)) + serialize(pieces) + serialize(q.spec),
         "message",
         [done = std::move(done)](const json::object& given) { done(delivery_answer_of(given)); }});
  }

 private:
  std::vector<std::string> kinds_;
  std::shared_ptr<inbox> in_;
};

shipflow::engine_options options_of(const json::object& scenario, const std::shared_ptr<inbox>& in) {
  shipflow::engine_options out;
  out.observer = [in](const shipflow::engine_event& e) {
    happening h;
    h.body = serialize(shipflow::to_json(e));
    if (e.what_kind == shipflow::engine_event::kind::fact) {
      h.key = key_of(e.what);
      const auto phase = text_in(e.what.body, "phase");
      h.ended = e.what.kind == shipflow::fact_kind::state &&
                (phase == "released" || phase == "rolled_back" || phase == "failed" || phase == "cancelled");
      if (!h.key.empty()) h.key.insert(0, "fact ");
    }
    in->push_back(std::move(h));
  };
  const auto* host = scenario.if_contains("host");
  const auto asked = [&](const char* what) { return host != nullptr && host->as_object().contains(what); };
  if (asked("secrets"))
    out.secrets = [in](const std::string& source, shipflow::secret_reply done) {
      in->push_back(
          {"secret " + source, source, "secret", [done](const json::object& given) {
             if (given.contains("fail"))
               done(shipflow::make_error(code_named(text_in(given, "fail")), text_in(given, "message")));
             else
               done(text_in(given, "value"));
           }});
    };
  if (asked("policy"))
    out.policy = [in](const shipflow::vote& v, shipflow::policy_reply done) {
      in->push_back({"policy " + v.step, serialize(v.body), "policy", [done](const json::object& given) {
                       const auto* allow = given.if_contains("allow");
                       if (allow != nullptr && allow->as_bool())
                         done({});
                       else
                         done(shipflow::make_error(shipflow::errc::denied, text_in(given, "why")));
                     }});
    };
  return out;
}

}  // namespace

std::string key_of(const shipflow::fact& f) {
  if (f.kind == shipflow::fact_kind::note) return {};
  std::string out(name_of(f.kind));
  const auto add = [&](const std::string& part) {
    if (!part.empty()) out += " " + part;
  };
  add(f.step);
  add(text_in(f.body, "name"));
  for (const auto* word : {"status", "phase", "meaning", "level"}) {
    const auto text = text_in(f.body, word);
    add(text);
    if (!text.empty()) break;
  }
  return out;
}

engine_host::engine_host(const json::object& scenario, std::shared_ptr<shipflow::store> keep,
                         shipflow::virtual_time& time)
    : time_(time),
      engine_(std::make_unique<shipflow::engine>(time_, std::move(keep), options_of(scenario, in_))) {
  if (const auto* providers = scenario.if_contains("providers"))
    for (const auto& p : providers->as_array()) {
      const auto& o = p.as_object();
      engine_->add(std::make_shared<scripted_provider>(text_in(o, "name"), o.at("actions").as_array(), in_))
          .value();
    }
  if (auto kinds = names_in(scenario, "probes"); !kinds.empty())
    engine_->add(std::make_shared<scripted_probes>(std::move(kinds), in_)).value();
  if (auto names = names_in(scenario, "metrics"); !names.empty())
    engine_->add(std::make_shared<scripted_metrics>(std::move(names), in_)).value();
  if (auto kinds = names_in(scenario, "notifiers"); !kinds.empty())
    engine_->add(std::make_shared<scripted_notifier>(std::move(kinds), in_)).value();
}

engine_host::~engine_host() {
  engine_.reset();
  time_.forget();
}

bool engine_host::turn(bool may_wait) {
  if (in_->empty()) time_.run_ready();
  while (in_->empty()) {
    if (!may_wait || !time_.step(shipflow::time_point::max())) return false;
    time_.run_ready();
  }
  return true;
}

shipflow::result<void> engine_host::say(const std::string& run, const json::object& words) {
  shipflow::said what;
  what.name = text_in(words, "name");
  what.principal = text_in(words, "principal");
  what.id = text_in(words, "id");
  if (const auto* groups = words.if_contains("groups"))
    for (const auto& g : groups->as_array()) what.groups.emplace_back(g.as_string());
  if (const auto* body = words.if_contains("body")) what.body = body->as_object();
  return engine_->say(run, what);
}

}  // namespace shipflow_corpus
