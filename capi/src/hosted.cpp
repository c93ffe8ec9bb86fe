#include "hosted.hpp"

#include "answers.hpp"
#include "text.hpp"

#include <array>

namespace shipflow_c {
namespace {

using shipflow::json::object;

template <class Enum, std::size_t N>
Enum one_of(const std::string& word, const std::array<Enum, N>& all, const char* what) {
  std::string names;
  for (const auto e : all) {
    if (name_of(e) == word) return e;
    names.append(names.empty() ? "" : ", ").append(name_of(e));
  }
  throw failure(SHIPFLOW_INVALID_ARGUMENT,
                std::string("actions: `") + what + "` must be one of " + names + ", not `" + word + "`");
}

shipflow::number_range read_range(const shipflow::json::value& v, const std::string& what) {
  const auto* pair = v.if_array();
  if (pair != nullptr && pair->size() == 2 && pair->at(0).is_int64() && pair->at(1).is_int64() &&
      pair->at(0).get_int64() <= pair->at(1).get_int64())
    return {pair->at(0).get_int64(), pair->at(1).get_int64()};
  throw failure(SHIPFLOW_INVALID_ARGUMENT,
                what + ": `ranges` must hold pairs of whole numbers, [least, most]");
}

std::vector<shipflow::number_range> read_ranges(const shipflow::json::value* list, const std::string& what) {
  if (list == nullptr) return {};
  if (!list->is_array()) throw failure(SHIPFLOW_INVALID_ARGUMENT, what + ": `ranges` must be a list");
  std::vector<shipflow::number_range> out;
  for (const auto& item : list->get_array()) out.push_back(read_range(item, what));
  return out;
}

std::vector<shipflow::field_spec> read_fields(const shipflow::json::value* list, const char* what) {
  std::vector<shipflow::field_spec> out;
  if (list == nullptr) return out;
  if (!list->is_array())
    throw failure(SHIPFLOW_INVALID_ARGUMENT, std::string("actions: `") + what + "` must be a list");
  for (const auto& item : list->get_array()) {
    if (!item.is_object())
      throw failure(SHIPFLOW_INVALID_ARGUMENT,
                    std::string("actions: `") + what + "` must be a list of objects");
    members m(item.get_object(), std::string("actions: ") + what);
    out.push_back({m.needed("name"), m.text("type", "any"), m.yes("required"), m.yes("sensitive"),
                   m.text("help"), read_ranges(m.any("ranges"), std::string("actions: ") + what)});
    m.done();
  }
  return out;
}

shipflow::action_spec read_action(const shipflow::json::value& v) {
  using namespace shipflow;
  if (!v.is_object()) throw failure(SHIPFLOW_INVALID_ARGUMENT, "actions must be a list of objects");
  members m(v.get_object(), "actions");
  action_spec out;
  out.name = m.needed("name");
  out.version = static_cast<int>(m.integer("version", 1, 1, 1'000'000));
  out.repeat = one_of(m.text("repeat", "set_value"),
                      std::array{effect_class::token, effect_class::compare_and_set, effect_class::set_value,
                                 effect_class::creates},
                      "repeat");
  out.undo = one_of(m.text("undo", "reversible"),
                    std::array{reversibility::reversible, reversibility::forward_only,
                               reversibility::destructive, reversibility::irreversible},
                    "undo");
  out.rank = one_of(
      m.text("rank", "service"),
      std::array{restore_rank::traffic, restore_rank::service, restore_rank::database, restore_rank::cleanup},
      "rank");
  out.help = m.text("help");
  out.inputs = read_fields(m.any("inputs"), "inputs");
  out.outputs = read_fields(m.any("outputs"), "outputs");
  out.resources = m.texts("resources");
  out.tells_ready = m.yes("tells_ready");
  constexpr std::int64_t longest = 864'000'000'000;
  out.call_timeout = duration{m.integer("call_timeout_ms", 30'000, 1, longest)};
  out.timeout = duration{m.integer("timeout_ms", 600'000, 0, longest)};
  m.done();
  return out;
}

object body_of(const std::string& provider, const shipflow::request& q) {
  return {{"provider", provider},
          {"action", q.action},
          {"verb", std::string(name_of(q.what))},
          {"run", q.run},
          {"step", q.step},
          {"environment", q.environment},
          {"component", q.component},
          {"effect_key", q.effect_key},
          {"attempt", q.attempt},
          {"deadline_ms", shipflow::to_ms(q.deadline)},
          {"timeout_ms", q.timeout.count()},
          {"target", q.target},
          {"inputs", q.inputs},
          {"baseline", q.baseline},
          {"handle", q.handle}};
}

class hosted_provider final : public shipflow::provider {
 public:
  hosted_provider(host& at, std::string name, std::vector<shipflow::action_spec> actions)
      : at_(at), name_(std::move(name)), actions_(std::move(actions)) {}

  std::string name() const override { return name_; }
  std::vector<shipflow::action_spec> actions() const override { return actions_; }
  void call(shipflow::request q, shipflow::reply r) override {
    at_.ask(SHIPFLOW_CALL_ACTION, q.run, body_of(name_, q), pending_action(std::move(r)), q.stop);
  }

 private:
  host& at_;
  std::string name_;
  std::vector<shipflow::action_spec> actions_;
};

class hosted_probes final : public shipflow::probe_source {
 public:
  hosted_probes(host& at, std::vector<std::string> kinds) : at_(at), kinds_(std::move(kinds)) {}

  std::vector<std::string> kinds() const override { return kinds_; }
  void look(shipflow::probe_request q, std::function<void(shipflow::probe_answer)> done) override {
    at_.ask(SHIPFLOW_CALL_PROBE, "",
            {{"kind", q.kind},
             {"name", q.name},
             {"spec", q.spec},
             {"target", q.target},
             {"environment", q.environment},
             {"component", q.component},
             {"deadline_ms", shipflow::to_ms(q.deadline)}},
            pending_probe(std::move(done)), q.stop);
  }

 private:
  host& at_;
  std::vector<std::string> kinds_;
};

class hosted_metrics final : public shipflow::metric_source {
 public:
  hosted_metrics(host& at, std::vector<std::string> names) : at_(at), names_(std::move(names)) {}

  std::vector<std::string> names() const override { return names_; }
  void read(shipflow::metric_request q, std::function<void(shipflow::metric_answer)> done) override {
    shipflow::json::array series;
    for (const auto& name : q.series) series.emplace_back(name);
    at_.ask(SHIPFLOW_CALL_METRICS, "",
            {{"source", q.source},
             {"metric", q.metric},
             {"series", std::move(series)},
             {"arm", q.arm},
             {"spec", q.spec},
             {"target", q.target},
             {"environment", q.environment},
             {"component", q.component},
             {"version", q.version},
             {"from_ms", shipflow::to_ms(q.from)},
             {"until_ms", shipflow::to_ms(q.until)},
             {"deadline_ms", shipflow::to_ms(q.deadline)}},
            pending_metrics(q.series.size(), std::move(done)), q.stop);
  }

 private:
  host& at_;
  std::vector<std::string> names_;
};

shipflow::json::array pieces_of(const shipflow::message& m) {
  shipflow::json::array out;
  for (const auto& p : m.text)
    out.push_back(
        shipflow::json::array{p.what == shipflow::text_piece::kind::words ? "words" : "value", p.text});
  return out;
}

class hosted_notifiers final : public shipflow::notifier {
 public:
  hosted_notifiers(host& at, std::vector<std::string> kinds) : at_(at), kinds_(std::move(kinds)) {}

  std::vector<std::string> kinds() const override { return kinds_; }
  void send(shipflow::delivery q, std::function<void(shipflow::delivery_answer)> done) override {
    auto body = to_json(q.what);
    body["kind"] = q.kind;
    body["pieces"] = pieces_of(q.what);
    body["spec"] = q.spec;
    body["attempt"] = q.attempt;
    body["deadline_ms"] = shipflow::to_ms(q.deadline);
    at_.ask(SHIPFLOW_CALL_MESSAGE, q.what.run, body, pending_message(std::move(done)), q.stop);
  }

 private:
  host& at_;
  std::vector<std::string> kinds_;
};

}  // namespace

std::vector<shipflow::action_spec> read_actions(shipflow_str text) {
  const auto v = shipflow::parse_json(text_of(text, "actions"));
  if (!v || !v->is_array() || v->get_array().empty())
    throw failure(SHIPFLOW_INVALID_ARGUMENT, "actions must be a JSON array with at least one action");
  std::vector<shipflow::action_spec> out;
  for (const auto& item : v->get_array()) out.push_back(read_action(item));
  return out;
}

std::shared_ptr<shipflow::provider> make_hosted_provider(host& at, std::string name,
                                                         std::vector<shipflow::action_spec> actions) {
  return std::make_shared<hosted_provider>(at, std::move(name), std::move(actions));
}

std::shared_ptr<shipflow::probe_source> make_hosted_probes(host& at, std::vector<std::string> kinds) {
  return std::make_shared<hosted_probes>(at, std::move(kinds));
}

std::shared_ptr<shipflow::metric_source> make_hosted_metrics(host& at, std::vector<std::string> names) {
  return std::make_shared<hosted_metrics>(at, std::move(names));
}

std::shared_ptr<shipflow::notifier> make_hosted_notifiers(host& at, std::vector<std::string> kinds) {
  return std::make_shared<hosted_notifiers>(at, std::move(kinds));
}

}  // namespace shipflow_c
