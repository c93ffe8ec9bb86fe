#include <shipflow/shipflow.hpp>

#include <cstdio>

struct printer final : shipflow::provider {
  std::string name() const override { return "print"; }
  std::vector<shipflow::action_spec> actions() const override {
    shipflow::action_spec say;
    say.name = "say";
    say.undo = shipflow::reversibility::forward_only;
    say.inputs = {{"text", "string", true, false, "what is printed"}};
    return {say};
  }
  void call(shipflow::request q, shipflow::reply r) override {
    if (q.what == shipflow::verb::apply) std::printf("%s\n", q.inputs.at("text").as_string().c_str());
    r(shipflow::answer::done());
  }
};

int main(int, char** argv) {
  shipflow::diagnostics found;
  const auto plan = shipflow::read_plan(shipflow::load_document(argv[1], found), found);
  const auto here = shipflow::read_environment(shipflow::load_document(argv[2], found), "here", {}, found);
  shipflow::loop loop;
  shipflow::engine engine(loop, shipflow::make_memory_store(), {});
  engine.add(std::make_shared<printer>()).value();
  shipflow::release_info release;
  release.version = "1.0.0";
  const auto compiled = shipflow::compile(plan, here, release, {}, engine.offers(), found);
  if (found.has_errors()) return std::puts(found.text().c_str()), 2;
  const auto run = engine.start(compiled, {"user:me", {}, "", ""}).value();
  loop.run_until([&] { return engine.ended(run); });
  std::puts(std::string(name_of(engine.look(run)->phase)).c_str());
}
