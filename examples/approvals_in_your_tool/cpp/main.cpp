// A run asks its question in the tool that people use anyway: approvals_in_your_tool PLAN ENVIRONMENTS
//
// The chat of this example is a list of what two people type. A question is a `timer` fact of an approval step; what came
// of a vote is a `signal` fact.
#include <shipflow/shipflow.hpp>

#include <cstdio>
#include <deque>
#include <string>
#include <string_view>

namespace {

struct site final : shipflow::provider {
  std::string name() const override { return "site"; }
  std::vector<shipflow::action_spec> actions() const override {
    shipflow::action_spec publish;
    publish.name = "publish";
    publish.undo = shipflow::reversibility::forward_only;
    publish.inputs = {{"version", "string", true, false, "what is published"}};
    return {publish};
  }
  void call(shipflow::request q, shipflow::reply r) override {
    if (q.what == shipflow::verb::apply)
      std::printf("publishing %s\n", q.inputs.at("version").as_string().c_str());
    r(shipflow::answer::done());
  }
};

struct chat {
  std::deque<std::string> people{"user:dana", "user:quinn"};  // both type: approve

  void answer_next(shipflow::engine& engine, const std::string& run, const std::string& step) {
    if (people.empty()) return;
    shipflow::said approve;
    approve.name = "approve";
    approve.principal = people.front();
    approve.body = {{"step", step}};
    people.pop_front();
    std::printf("%s approves\n", approve.principal.c_str());
    engine.say(run, approve).value();
  }
};

std::string text(const shipflow::fact& f, std::string_view key) {
  const auto* found = f.body.if_contains(key);
  return found == nullptr ? "" : std::string(found->as_string());
}

void show(const shipflow::fact& f, chat& with, shipflow::engine& engine, const std::string& run) {
  if (f.kind == shipflow::fact_kind::timer) {
    std::printf("%s: may 2.4.0 be published?\n", f.step.c_str());
    with.answer_next(engine, run, f.step);
  } else if (f.kind == shipflow::fact_kind::signal && text(f, "meaning") == "refused") {
    std::printf("refused: %s\n", text(f, "why").c_str());
    with.answer_next(engine, run, f.step);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fputs("usage: approvals_in_your_tool PLAN ENVIRONMENTS\n", stderr), 2;
  // Observers must not call back into the engine, so facts wait until it has had its turn.
  std::deque<shipflow::fact> news;
  shipflow::engine_options options;
  options.observer = [&](const shipflow::engine_event& e) {
    if (e.what_kind == shipflow::engine_event::kind::fact) news.push_back(e.what);
  };
  shipflow::loop loop;
  shipflow::engine engine(loop, shipflow::make_memory_store(), options);
  engine.add(std::make_shared<site>()).value();

  shipflow::diagnostics found;
  const auto plan = shipflow::read_plan(shipflow::load_document(argv[1], found), found);
  const auto here = shipflow::read_environment(shipflow::load_document(argv[2], found), "here", {}, found);
  shipflow::release_info release;
  release.version = "2.4.0";
  const auto compiled = shipflow::compile(plan, here, release, {}, engine.offers(), found);
  if (found.has_errors()) return std::fputs(found.text().c_str(), stderr), 2;

  const auto run = engine.start(compiled, {"user:release-bot", {}, "", ""}).value();
  chat people;
  loop.run_until([&] {
    while (!news.empty()) {
      const auto f = std::move(news.front());
      news.pop_front();
      show(f, people, engine, run);
    }
    return engine.ended(run);
  });
  std::printf("%s\n", std::string(name_of(engine.look(run)->phase)).c_str());
}
