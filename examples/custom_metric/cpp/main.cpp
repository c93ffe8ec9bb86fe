// A trigger over numbers that the program itself answers for: custom_metric PLAN ENVIRONMENTS
//
// The shop takes ten orders a second. Two minutes after the new version was deployed one in five begins to fail. Time is
// virtual, so ten minutes of watching take no time.
#include <shipflow/shipflow.hpp>
#include <shipflow/world.hpp>

#include <cstdio>
#include <memory>
#include <string>

namespace {

class shop final : public shipflow::provider {
 public:
  explicit shop(shipflow::scheduler& time) : time_(time) {}

  std::string name() const override { return "shop"; }

  std::vector<shipflow::action_spec> actions() const override {
    shipflow::action_spec deploy;
    deploy.name = "deploy";
    deploy.inputs = {{"version", "string", true, false, "what is deployed"}};
    deploy.resources = {"fleet:${component}"};
    return {deploy};
  }

  void call(shipflow::request q, shipflow::reply r) override {
    switch (q.what) {
      case shipflow::verb::observe: return r(shipflow::answer::done({{"version", version_}}));
      case shipflow::verb::apply:
        version_ = q.inputs.at("version").as_string();
        std::printf("deploying %s\n", version_.c_str());
        deployed_ = time_.now();
        return r(shipflow::answer::done());
      case shipflow::verb::undo:
        version_ = q.baseline.at("version").as_string();
        std::printf("putting %s back\n", version_.c_str());
        return r(shipflow::answer::done());
      default: return r(shipflow::answer::unknown("it cannot be told"));
    }
  }

  // Counters: they only grow.
  [[nodiscard]] double count(const std::string& series) const {
    const double seconds = static_cast<double>((time_.now() - deployed_).count()) / 1000;
    if (series == "all") return seconds * 10;
    return seconds > 120 ? (seconds - 120) * 2 : 0;
  }

 private:
  shipflow::scheduler& time_;
  std::string version_ = "1.0.0";
  shipflow::time_point deployed_{};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fputs("usage: custom_metric PLAN ENVIRONMENTS\n", stderr), 2;
  shipflow::virtual_time time(1);
  shipflow::engine engine(time, shipflow::make_memory_store(), {});
  const auto fleet = std::make_shared<shop>(time);
  engine.add(fleet).value();
  engine
      .add(shipflow::make_metric_source(
          "orders",
          [fleet](const shipflow::metric_request& q) {
            shipflow::metric_answer a;
            a.kind = shipflow::series_kind::counter;
            for (const auto& series : q.series)
              a.readings.push_back({shipflow::reading::state::value, fleet->count(series)});
            return a;
          }))
      .value();

  shipflow::diagnostics found;
  const auto plan = shipflow::read_plan(shipflow::load_document(argv[1], found), found);
  const auto here = shipflow::read_environment(shipflow::load_document(argv[2], found), "here", {}, found);
  shipflow::release_info release;
  release.version = "1.1.0";
  const auto compiled = shipflow::compile(plan, here, release, {}, engine.offers(), found);
  if (found.has_errors()) return std::fputs(found.text().c_str(), stderr), 2;

  const auto begin = time.now();
  const auto run = engine.start(compiled, {"user:me", {}, "", ""}).value();
  time.run_until([&] { return engine.ended(run); });
  const auto state = engine.look(run).value();
  std::printf("%s after %lld s: %s\n", std::string(name_of(state.phase)).c_str(),
              static_cast<long long>((time.now() - begin).count() / 1000), state.reason.c_str());
}
