#include "process/keeper.hpp"
#include "provider/local/actions.hpp"
#include "provider/local/health.hpp"
#include "provider/local/machine.hpp"
#include "provider/local/worker.hpp"

#include <shipflow/providers/local.hpp>

#include <utility>

namespace shipflow {
inline namespace v1 {

local_provider::~local_provider() = default;

namespace {

/// Answers once, also when it is dropped with a call that never began.
template <class Answer>
class once {
 public:
  once(std::function<void(Answer)> sink, Answer when_dropped)
      : sink_(std::move(sink)), dropped_(std::move(when_dropped)) {}
  once(const once&) = delete;
  once& operator=(const once&) = delete;
  ~once() {
    if (sink_) (*this)(std::move(dropped_));
  }
  void operator()(Answer a) {
    if (auto sink = std::exchange(sink_, nullptr)) sink(std::move(a));
  }

 private:
  std::function<void(Answer)> sink_;
  Answer dropped_;
};

class local_engine final : public local_provider {
 public:
  explicit local_engine(local::house home) : on_(std::move(home)) {}

  [[nodiscard]] std::string name() const override { return "local"; }
  [[nodiscard]] std::vector<action_spec> actions() const override { return local::action_specs(); }
  [[nodiscard]] result<std::vector<action_spec>> actions_of(const json::object& target) const override {
    const auto bound = local::read_binding(target);
    if (!bound) return bound.error();
    return actions();
  }
  [[nodiscard]] std::vector<std::string> names() const override { return {"load_balancer"}; }
  [[nodiscard]] std::vector<std::string> kinds() const override { return {"state"}; }

  void call(request q, reply r) override {
    auto answer_to = std::make_shared<reply>(std::move(r));
    worker_.post([this, q = std::move(q), answer_to] { (*answer_to)(local::carry_out(on_, q)); });
  }

  void read(metric_request q, std::function<void(metric_answer)> done) override {
    metric_answer dropped;
    dropped.why = "the provider is gone";
    auto to = std::make_shared<once<metric_answer>>(std::move(done), std::move(dropped));
    worker_.post([this, q = std::move(q), to] { (*to)(local::read_metrics(on_, q)); });
  }

  void look(probe_request q, std::function<void(probe_answer)> done) override {
    probe_answer dropped;
    dropped.text = "the provider is gone";
    auto to = std::make_shared<once<probe_answer>>(std::move(done), std::move(dropped));
    worker_.post([this, q = std::move(q), to] { (*to)(local::look_at_state(on_, q)); });
  }

 private:
  local::machine on_;
  local::worker worker_;  // last: ends first
};

}  // namespace

result<std::unique_ptr<local_provider>> make_local_provider(local_options options) {
  auto& directory = options.state_directory;
  while (directory.size() > 1 && directory.back() == '/') directory.pop_back();
  if (directory.empty() || directory[0] != '/')
    return make_error(errc::invalid_argument,
                      "state_directory \"" + directory + "\" of the local provider must be an absolute path");
  auto keeper = options.keeper.empty() ? process::find_keeper() : options.keeper;
  if (keeper.empty())
    return make_error(
        errc::not_found,
        "the keeper program of shipflow is not where it was installed; set local_options::keeper");
  return std::unique_ptr<local_provider>(
      std::make_unique<local_engine>(local::house{std::move(options), std::move(keeper)}));
}

}  // namespace v1
}  // namespace shipflow
