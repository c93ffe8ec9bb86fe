#include "host.hpp"

#include <shipflow/aws_messages.hpp>
#include <shipflow/aws_secrets.hpp>
#include <shipflow/github_messages.hpp>
#include <shipflow/message.hpp>
#include <shipflow/probes.hpp>
#include <shipflow/providers/aws.hpp>
#include <shipflow/providers/aws_probes.hpp>
#include <shipflow/providers/cloudformation.hpp>
#include <shipflow/providers/cloudfront.hpp>
#include <shipflow/providers/command.hpp>
#include <shipflow/providers/ecs.hpp>
#include <shipflow/providers/gate.hpp>
#include <shipflow/providers/github.hpp>
#include <shipflow/providers/http.hpp>
#include <shipflow/providers/local.hpp>
#include <shipflow/providers/rds.hpp>
#include <shipflow/providers/shadow.hpp>
#include <shipflow/providers/site.hpp>
#include <shipflow/sources/cloudwatch.hpp>
#include <shipflow/sources/http.hpp>
#include <shipflow/sources/prometheus.hpp>
#include <shipflow/system.hpp>

#include <cstdlib>
#include <filesystem>
#include <unistd.h>

namespace program {
namespace {

template <class T>
using held = shipflow::result<std::shared_ptr<T>>;

// What commands and instances inherit: enough to find programs, nothing that could be a secret.
std::vector<std::pair<std::string, std::string>> inherited() {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto* name : {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ"})
    if (const char* value = std::getenv(name)) out.emplace_back(name, value);
  return out;
}

/// One search for credentials serves all that a host adds.
shipflow::aws_options aws_of_process() {
  shipflow::aws_options aws;
  aws.keyring = shipflow::make_aws_keyring();
  aws.variable = shipflow::system_variable_sources().process_environment;
  aws.file = shipflow::system_variable_sources().file;
  return aws;
}

shipflow::result<void> add_metric_sources(shipflow::engine& engine, const shipflow::aws_options& aws) {
  for (const auto& source : {shipflow::make_prometheus_source(), shipflow::make_http_source(),
                             shipflow::make_cloudwatch_source(aws)})
    if (auto added = engine.add(source); !added) return added;
  return {};
}

/// What a provider is added as: itself, or its shadow.
using dress = std::function<std::shared_ptr<shipflow::provider>(std::shared_ptr<shipflow::provider>)>;

shipflow::result<void> add(host& to, std::shared_ptr<shipflow::provider> p) {
  to.providers.push_back(p);
  return to.engine->add(std::move(p));
}

shipflow::result<void> add_aws_providers(host& to, const dress& as, const shipflow::aws_options& aws) {
  for (auto& p : {shipflow::make_aws_provider({.aws = aws}), shipflow::make_ecs_provider({.aws = aws}),
                  shipflow::make_site_provider({.aws = aws}), shipflow::make_rds_provider({.aws = aws}),
                  shipflow::make_cloudfront_provider({.aws = aws}),
                  shipflow::make_cloudformation_provider({.aws = aws})})
    if (auto added = add(to, as(p)); !added) return added;
  return {};
}

shipflow::result<void> add_providers(host& to, const std::string& state, const dress& as,
                                     const shipflow::aws_options& aws) {
  auto& engine = *to.engine;
  shipflow::command_options commands;
  commands.state_directory = state + "/commands";
  commands.environment = inherited();
  auto command = shipflow::make_command_provider(commands);
  if (!command) return command.error();
  if (auto added = add(to, as(std::move(*command))); !added) return added;

  shipflow::local_options locals;
  locals.state_directory = state + "/local";
  locals.environment = inherited();
  auto local = shipflow::make_local_provider(locals);
  if (!local) return local.error();
  const std::shared_ptr<shipflow::local_provider> shared = std::move(*local);
  if (auto added = add(to, as(shared)); !added) return added;
  if (auto added = engine.add(std::shared_ptr<shipflow::metric_source>(shared)); !added) return added;
  if (auto added = engine.add(std::shared_ptr<shipflow::probe_source>(shared)); !added) return added;

  if (auto added = add_metric_sources(engine, aws); !added) return added;
  if (auto added = add(to, as(shipflow::make_http_provider())); !added) return added;
  if (auto added = add_aws_providers(to, as, aws); !added) return added;
  if (auto added = add(to, shipflow::make_gate_provider()); !added) return added;
  if (auto added = add(to, shipflow::make_github_provider()); !added) return added;
  const auto probes = shipflow::make_probes();
  if (auto added = engine.add(probes); !added) return added;
  const auto alarms = shipflow::make_alarm_probes({.aws = aws});
  if (auto added = engine.add(alarms); !added) return added;
  return add(to, shipflow::make_probe_provider({probes, shared, alarms}));
}

// Takes channels as another notifier does, and tells nobody.
class mute final : public shipflow::notifier {
 public:
  explicit mute(std::shared_ptr<shipflow::notifier> like) : like_(std::move(like)) {}
  [[nodiscard]] std::vector<std::string> kinds() const override { return like_->kinds(); }
  [[nodiscard]] shipflow::result<void> check(const std::string& kind,
                                             const shipflow::json::object& spec) const override {
    return like_->check(kind, spec);
  }
  void send(shipflow::delivery /*q*/, std::function<void(shipflow::delivery_answer)> done) override {
    done(shipflow::delivery_answer::delivered());
  }

 private:
  std::shared_ptr<shipflow::notifier> like_;
};

using notifier_list = std::vector<std::shared_ptr<shipflow::notifier>>;

notifier_list all_notifiers(const shipflow::aws_options& aws) {
  return {shipflow::make_notifiers(), shipflow::make_github_notifier(), shipflow::make_aws_notifier(aws)};
}

notifier_list mute_notifiers(const shipflow::aws_options& aws) {
  notifier_list out;
  for (auto& n : all_notifiers(aws)) out.push_back(std::make_shared<mute>(std::move(n)));
  return out;
}

shipflow::result<std::unique_ptr<host>> assemble(std::shared_ptr<shipflow::store> store,
                                                 const std::string& state, observer seen, const dress& as,
                                                 notifier_list (*tells)(const shipflow::aws_options&)) {
  const auto aws = aws_of_process();
  auto out = std::make_unique<host>();
  out->store = std::move(store);
  shipflow::engine_options options;
  options.observer = std::move(seen);
  options.secrets = shipflow::aws_secrets(aws, shipflow::system_secrets);
  out->engine = std::make_unique<shipflow::engine>(out->loop, out->store, std::move(options));
  if (auto added = add_providers(*out, state, as, aws); !added) return added.error();
  for (const auto& n : tells(aws))
    if (auto added = out->engine->add(n); !added) return added.error();
  return out;
}

std::shared_ptr<shipflow::provider> itself(std::shared_ptr<shipflow::provider> p) { return p; }

}  // namespace

places places_of(const arguments& given) {
  places out;
  out.store = std::filesystem::absolute(given.get("--store", "shipflow.db")).string();
  out.socket = out.store + ".sock";
  out.state = std::filesystem::absolute(given.get("--state", out.store + ".d")).string();
  return out;
}

shipflow::result<std::unique_ptr<shipflow::store>> open_to_read(const arguments& given) {
  const auto path = places_of(given).store;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    return shipflow::make_error(shipflow::errc::not_found,
                                "there is no store at " + path + "; name it with --store FILE");
  return shipflow::open_sqlite_store({.path = path, .vfs = "", .read_only = true});
}

shipflow::result<std::unique_ptr<host>> open_host(const places& at, observer seen) {
  auto store = shipflow::open_sqlite_store({.path = at.store, .vfs = "", .read_only = false});
  if (!store) return store.error();
  // The socket tells others what is under way.
  const auto socket = std::make_shared<std::weak_ptr<shipflow::control_server>>();
  auto out = assemble(
      std::move(*store), at.state,
      [socket, seen = std::move(seen)](const shipflow::engine_event& e) {
        if (const auto alive = socket->lock()) alive->note(e);
        if (seen) seen(e);
      },
      itself, all_notifiers);
  if (!out) return out;
  auto control = shipflow::control_server::listen(at.socket, (*out)->loop, *(*out)->engine, *(*out)->store);
  if (!control) return control.error();
  (*out)->control = std::move(*control);
  *socket = (*out)->control;
  return out;
}

shipflow::result<std::unique_ptr<host>> open_dry_host(const std::string& state) {
  // Providers make their directories when they first act, so a dry host leaves nothing behind.
  const auto nowhere = std::filesystem::temp_directory_path() / "shipflow-dry";
  return assemble(shipflow::make_memory_store(), state.empty() ? nowhere.string() : state, {}, itself,
                  mute_notifiers);
}

shipflow::result<std::unique_ptr<host>> open_shadow_host(const places& at, observer seen) {
  return assemble(shipflow::make_memory_store(), at.state, std::move(seen), shipflow::make_shadow_provider,
                  mute_notifiers);
}

shipflow::identity speaker(const arguments& given) {
  if (given.has("--as")) return shipflow::identity_of_principal(given.get("--as"));
  return shipflow::identity_of_user(::geteuid());
}

}  // namespace program
