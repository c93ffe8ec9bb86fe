#include <shipflow/plan.hpp>

#include <algorithm>
#include <utility>

namespace shipflow {
inline namespace v1 {
namespace {

using probe_check = std::function<result<void>(const std::string& kind, const json::object& spec)>;

class provider_catalogue final : public catalogue {
 public:
  provider_catalogue(std::vector<const provider*> providers, std::vector<std::string> sources,
                     probe_check check)
      : providers_(std::move(providers)), sources_(std::move(sources)), check_(std::move(check)) {}

  result<std::vector<action_spec>> actions(const std::string& name,
                                           const json::object& target) const override {
    for (const auto* candidate : providers_)
      if (candidate->name() == name) return candidate->actions_of(target);
    return make_error(errc::not_found, "no provider is called `" + name + "`");
  }

  result<void> check_probe(const std::string& kind, const json::object& spec) const override {
    if (!check_) return {};
    return check_(kind, spec);
  }

  bool has_metric_source(const std::string& name) const override {
    return std::find(sources_.begin(), sources_.end(), name) != sources_.end();
  }

 private:
  std::vector<const provider*> providers_;
  std::vector<std::string> sources_;
  probe_check check_;
};

}  // namespace

std::unique_ptr<catalogue> make_catalogue(std::vector<const provider*> providers,
                                          std::vector<std::string> metric_sources, probe_check check_probe) {
  return std::make_unique<provider_catalogue>(std::move(providers), std::move(metric_sources),
                                              std::move(check_probe));
}

}  // namespace v1
}  // namespace shipflow
