// A provider of feature flags: custom_provider PLAN ENVIRONMENTS
//
// Its line goes dead after the first flag was set, so shipflow asks `resolve` whether it was. The second flag is
// refused, so both are put back to what `observe` said: a refusal does not prove that nothing was changed.
#include <shipflow/shipflow.hpp>

#include <cstdio>
#include <map>
#include <string>
#include <utility>

using shipflow::answer;

class flags final : public shipflow::provider {
 public:
  std::string name() const override { return "flags"; }

  std::vector<shipflow::action_spec> actions() const override {
    shipflow::action_spec set;
    set.name = "set";
    set.inputs = {{"flag", "string", true, false, "which one"}, {"to", "string", true, false, "on or off"}};
    set.resources = {"flag:${flag}"};
    return {set};
  }

  void call(shipflow::request q, shipflow::reply r) override {
    const std::string flag(q.inputs.at("flag").as_string());
    const std::string to(q.inputs.at("to").as_string());
    switch (q.what) {
      case shipflow::verb::observe: return r(answer::done({{"value", values_[flag]}}));
      case shipflow::verb::apply: return r(apply(flag, to));
      case shipflow::verb::resolve: return r(resolve(flag, to));
      case shipflow::verb::undo:
        values_[flag] = q.baseline.at("value").as_string();
        std::printf("%s: put back to %s\n", flag.c_str(), values_[flag].c_str());
        return r(answer::done());
      default: return r(answer::failed({shipflow::errc::unsupported, "flags are set at once", ""}));
    }
  }

 private:
  answer apply(const std::string& flag, const std::string& to) {
    if (flag == "search") {
      std::printf("search: refused, there is no index\n");
      return answer::failed({shipflow::errc::failed, "there is no index", ""});
    }
    std::printf("%s: %s -> %s, and the line went dead\n", flag.c_str(), values_[flag].c_str(), to.c_str());
    values_[flag] = to;
    return answer::unknown("the line went dead");
  }

  answer resolve(const std::string& flag, const std::string& to) {
    std::printf("%s: looked, it is %s\n", flag.c_str(), values_[flag].c_str());
    return values_[flag] == to ? answer::done() : answer::not_applied();
  }

  std::map<std::string, std::string> values_{{"checkout", "off"}, {"search", "off"}};
};

int main(int argc, char** argv) {
  if (argc < 3) return std::fputs("usage: custom_provider PLAN ENVIRONMENTS\n", stderr), 2;
  shipflow::loop loop;
  shipflow::engine engine(loop, shipflow::make_memory_store(), {});
  engine.add(std::make_shared<flags>()).value();

  shipflow::diagnostics found;
  const auto plan = shipflow::read_plan(shipflow::load_document(argv[1], found), found);
  const auto here = shipflow::read_environment(shipflow::load_document(argv[2], found), "here", {}, found);
  shipflow::release_info release;
  release.version = "1.1.0";
  const auto compiled = shipflow::compile(plan, here, release, {}, engine.offers(), found);
  if (found.has_errors()) return std::fputs(found.text().c_str(), stderr), 2;

  const auto run = engine.start(compiled, {"user:me", {}, "", ""}).value();
  loop.run_until([&] { return engine.ended(run); });
  const auto state = engine.look(run).value();
  std::printf("%s: %s\n", std::string(name_of(state.phase)).c_str(), state.reason.c_str());
}
