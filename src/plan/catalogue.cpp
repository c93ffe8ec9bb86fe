#include <shipflow/plan.hpp>

#include <algorithm>
#include <utility>

namespace shipflow {
inline namespace v1 {
namespace {

using spec_check = std::function<result<void>(const std::string& kind, const json::object& spec)>;

class provider_catalogue final : public catalogue {
 public:
  provider_catalogue(std::vector<const provider*> providers, std::vector<const metric_source*> sources,
                     spec_check check, spec_check check_channel)
      : providers_(std::move(providers)),
        sources_(std::move(sources)),
        check_(std::move(check)),
        check_channel_(std::move(check_channel)) {}

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

  result<void> check_channel(const std::string& kind, const json::object& spec) const override {
    if (!check_channel_) return {};
    return check_channel_(kind, spec);
  }

  result<void> check_metric(const metric_request& q) const override {
    for (const auto* source : sources_) {
      const auto names = source->names();
      if (std::find(names.begin(), names.end(), q.source) != names.end()) return source->check(q);
    }
    return make_error(errc::not_found, "no metric source is called `" + q.source + "`");
  }

 private:
  std::vector<const provider*> providers_;
  std::vector<const metric_source*> sources_;
  spec_check check_;
  spec_check check_channel_;
};

}  // namespace

std::unique_ptr<catalogue> make_catalogue(std::vector<const provider*> providers,
                                          std::vector<const metric_source*> metric_sources,
                                          spec_check check_probe, spec_check check_channel) {
  return std::make_unique<provider_catalogue>(std::move(providers), std::move(metric_sources),
                                              std::move(check_probe), std::move(check_channel));
}

}  // namespace v1
}  // namespace shipflow
