#include "player.hpp"

#include "answers.hpp"

#include <optional>
#include <utility>

namespace shipflow_corpus {
namespace {

constexpr int most_turns = 10'000;
constexpr auto begin = shipflow::from_ms(1'772'532'000'000);

class player {
 public:
  explicit player(const json::object& scenario) : scenario_(scenario) {
    if (const auto* script = scenario.if_contains("script"))
      for (const auto& e : script->as_array()) script_.push_back({&e.as_object(), false});
    open();
  }

  outcome play() {
    if (!start()) return std::move(out_);
    int turns = 0;
    while (one_turn())
      if (++turns == most_turns)
        return out_.trouble.emplace_back("it does not come to an end"), std::move(out_);
    for (const auto& e : script_)
      if (!e.done) out_.trouble.push_back("never came to: " + json::serialize(*e.what));
    read_end();
    return std::move(out_);
  }

 private:
  struct entry {
    const json::object* what;
    bool done;
  };

  void open() { host_ = std::make_unique<engine_host>(scenario_, store_, time_); }

  void refuse(const shipflow::error& e) {
    out_.refused = name_of_code(e.code);
    out_.message = e.text();
  }

  bool start() {
    shipflow::diagnostics found;
    const auto document = [&](const char* member) {
      return shipflow::parse_document(json::serialize(scenario_.at(member)), std::string(member) + ".json",
                                      found);
    };
    const auto& request = scenario_.at("request").as_object();
    shipflow::variable_sources sources;
    sources.process_environment = [&](const std::string& name) -> std::optional<std::string> {
      const auto* all = request.if_contains("variables");
      const auto* one = all == nullptr ? nullptr : all->as_object().if_contains(name);
      return one == nullptr ? std::nullopt : std::optional(std::string(one->as_string()));
    };
    const auto plan = shipflow::read_plan(document("plan"), found);
    const auto where =
        shipflow::read_environment(document("environments"), text_in(request, "environment"), sources, found);
    const auto release = shipflow::read_release(
        shipflow::parse_document(json::serialize(request.at("release")), "release", found), found);
    if (found.has_errors()) return refuse(found.to_error()), false;
    const auto* given = request.if_contains("parameters");
    const auto parameters = given == nullptr ? json::object{} : given->as_object();
    const auto compiled =
        shipflow::compile(plan, where, release, parameters, host_->engine().offers(), found);
    if (found.has_errors()) return refuse(found.to_error()), false;
    const auto& options = scenario_.at("start").as_object();
    shipflow::start_options how;
    how.principal = text_in(options, "principal");
    how.emergency = text_in(options, "emergency");
    if (const auto* at = options.if_contains("start_at_ms")) how.start_at = shipflow::from_ms(at->as_int64());
    const auto run = host_->engine().start(compiled, how);
    if (!run) return refuse(run.error()), false;
    run_ = *run;
    return true;
  }

  bool one_turn() {
    if (!host_->turn(held_.empty())) return carry_out("idle");
    auto h = std::move(host_->in().front());
    host_->in().pop_front();
    if (!h.finish) {
      out_.written += h.body;
      if (!h.key.empty()) carry_out(h.key);
      return true;
    }
    out_.calls.push_back(h.key);
    out_.bodies += h.body;
    carry_out(h.key);
    take_call(std::move(h));
    return true;
  }

  // The commands for a key, when it is its turn; false when there are none.
  bool carry_out(const std::string& key) {
    const int nth = ++turns_[key];
    bool any = false;
    for (auto& e : script_) {
      const auto* wanted = e.what->if_contains("nth");
      if (text_in(*e.what, "on") != key || (wanted == nullptr ? 1 : wanted->to_number<int>()) != nth)
        continue;
      e.done = any = true;
      for (const auto& command : e.what->at("do").as_array()) obey(command.as_object());
    }
    return any;
  }

  void obey(const json::object& command) {
    if (const auto* words = command.if_contains("say")) {
      const auto said = host_->say(run_, words->as_object());
      const auto status = said ? "OK" : name_of_code(said.error().code);
      if (status != text_in(command, "status", "OK"))
        out_.trouble.push_back("said " + json::serialize(*words) + ": " + status);
    } else if (command.contains("answer")) {
      const auto found = held_.find(text_in(command, "answer"));
      if (found == held_.end()) return out_.trouble.push_back("holds no " + text_in(command, "answer"));
      auto h = std::move(found->second);
      held_.erase(found);
      h.finish(command.at("with").as_object());
    } else if (command.contains("crash")) {
      host_.reset();
      open();
      host_->engine().resume().value();
    }
  }

  void take_call(happening h) {
    const auto given = next_answer(h);
    if (given.contains("hold")) {
      held_.insert_or_assign(text_in(given, "hold"), std::move(h));
    } else if (!given.contains("drop")) {
      h.finish(given);
    }
  }

  json::object next_answer(const happening& h) {
    const auto* world = scenario_.if_contains("world");
    const auto* list = world == nullptr ? nullptr : world->as_object().if_contains(h.key);
    if (list == nullptr) {
      if (h.kind == "action") return {{"kind", "done"}};
      if (h.kind == "probe") return {{"outcome", "pass"}};
      out_.trouble.push_back("the world has no answer for " + h.key);
      return {};
    }
    const int turn = answered_[h.key]++;
    int upto = 0;
    for (const auto& answer : list->as_array()) {
      const auto* times = answer.as_object().if_contains("times");
      upto += times == nullptr ? 1 : times->to_number<int>();
      if (turn < upto) return answer.as_object();
    }
    return list->as_array().back().as_object();
  }

  void read_end() {
    const auto state = host_->engine().look(run_).value();
    out_.phase = name_of(state.phase);
    out_.reason = state.reason;
    out_.parked = state.parked;
    out_.written += json::serialize(shipflow::summary(state));
    for (const auto& stored : store_->read_facts(run_).value()) {
      out_.written += stored.body;
      const auto f = shipflow::fact_from_json(shipflow::parse_json(stored.body).value()).value();
      if (auto key = key_of(f); !key.empty()) out_.facts.push_back(std::move(key));
    }
    out_.folded_phase = name_of(shipflow::load_run(*store_, run_).value().phase);
    out_.audited = shipflow::verify_audit(*store_, run_).value().facts;
  }

  const json::object& scenario_;
  std::shared_ptr<shipflow::store> store_ = shipflow::make_memory_store();
  shipflow::virtual_time time_{1, begin};
  std::unique_ptr<engine_host> host_;
  std::string run_;
  std::vector<entry> script_;
  std::map<std::string, int> turns_;
  std::map<std::string, int> answered_;
  std::map<std::string, happening> held_;
  outcome out_;
};

}  // namespace

outcome play(const json::object& scenario) { return player(scenario).play(); }

}  // namespace shipflow_corpus
