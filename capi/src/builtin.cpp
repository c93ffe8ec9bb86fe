#include "builtin.hpp"

#include "fields.hpp"

#include <shipflow/aws_messages.hpp>
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
#include <shipflow/providers/site.hpp>
#include <shipflow/sources/cloudwatch.hpp>
#include <shipflow/sources/http.hpp>
#include <shipflow/sources/prometheus.hpp>
#include <shipflow/system.hpp>

#include <array>

namespace shipflow_c {
namespace {

using shipflow::json::object;

void read_environment(members& m, std::vector<std::pair<std::string, std::string>>& to) {
  if (m.any("environment") == nullptr) return;
  to.clear();
  for (const auto& [name, value] : m.object("environment")) {
    if (!value.is_string())
      throw failure(SHIPFLOW_INVALID_ARGUMENT, "options: `environment` must map names to text");
    to.emplace_back(name, value.get_string());
  }
}

void add_probes(host& at, const object& given) {
  members m(given, "options of probes");
  shipflow::probe_options options;
  options.parallel = static_cast<std::size_t>(m.integer("parallel", 32, 1, 1'000));
  m.done();
  const auto probes = shipflow::make_probes(options);
  at.probes.push_back(probes);
  at.on_engine([&](shipflow::engine& e) {
    check(e.add(probes));
    check(e.add(shipflow::make_probe_provider(at.probes)));
  });
}

void add_http(host& at, const object& given) {
  members(given, "options of http").done();
  at.on_engine([](shipflow::engine& e) { check(e.add(shipflow::make_http_provider())); });
}

void add_gate(host& at, const object& given) {
  members(given, "options of gate").done();
  at.on_engine([](shipflow::engine& e) { check(e.add(shipflow::make_gate_provider())); });
}

void add_github(host& at, const object& given) {
  members(given, "options of github").done();
  at.on_engine([](shipflow::engine& e) { check(e.add(shipflow::make_github_provider())); });
}

void add_notifiers(host& at, const object& given) {
  members(given, "options of notifiers").done();
  at.on_engine([](shipflow::engine& e) {
    check(e.add(shipflow::make_notifiers()));
    check(e.add(shipflow::make_github_notifier()));
  });
}

void add_command(host& at, const object& given) {
  members m(given, "options of command");
  shipflow::command_options options;
  options.state_directory = m.needed("state_directory");
  options.keeper = m.text("keeper");
  options.programs = m.texts("programs");
  read_environment(m, options.environment);
  m.done();
  std::shared_ptr<shipflow::provider> made = value_of(shipflow::make_command_provider(std::move(options)));
  at.on_engine([&](shipflow::engine& e) { check(e.add(made)); });
}

void add_local(host& at, const object& given) {
  members m(given, "options of local");
  shipflow::local_options options;
  options.state_directory = m.needed("state_directory");
  options.keeper = m.text("keeper");
  read_environment(m, options.environment);
  m.done();
  const std::shared_ptr<shipflow::local_provider> made =
      value_of(shipflow::make_local_provider(std::move(options)));
  at.on_engine([&](shipflow::engine& e) {
    check(e.add(std::shared_ptr<shipflow::provider>(made)));
    check(e.add(std::shared_ptr<shipflow::metric_source>(made)));
    check(e.add(std::shared_ptr<shipflow::probe_source>(made)));
  });
  at.probes.push_back(made);
}

constexpr std::array<field<shipflow::aws_options>, 4> aws_fields{{
    {"profile", &shipflow::aws_options::profile},
    {"region", &shipflow::aws_options::region},
    {"endpoint_url", &shipflow::aws_options::endpoint_url},
    {"ca_file", &shipflow::aws_options::ca_file},
}};

shipflow::aws_options read_aws(const host& at, const object& given, const char* where) {
  members m(given, where);
  shipflow::aws_options aws;
  read_fields(m, aws_fields, aws);
  m.done();
  const auto system = shipflow::system_variable_sources();
  aws.variable = system.process_environment;
  aws.file = system.file;
  aws.keyring = at.keyring;
  return aws;
}

void add_aws(host& at, const object& given) {
  const auto aws = read_aws(at, given, "options of aws");
  const std::array made{
      shipflow::make_aws_provider({.aws = aws}),        shipflow::make_ecs_provider({.aws = aws}),
      shipflow::make_site_provider({.aws = aws}),       shipflow::make_rds_provider({.aws = aws}),
      shipflow::make_cloudfront_provider({.aws = aws}), shipflow::make_cloudformation_provider({.aws = aws})};
  const auto alarms = shipflow::make_alarm_probes({.aws = aws});
  at.on_engine([&](shipflow::engine& e) {
    for (const auto& provider : made) check(e.add(provider));
    check(e.add(shipflow::make_aws_notifier(aws)));
    check(e.add(alarms));
  });
  at.probes.push_back(alarms);
}

void add_sources(host& at, const object& given) {
  members m(given, "options of sources");
  const auto aws_given = m.object("aws");
  m.done();
  const std::array made{shipflow::make_prometheus_source(), shipflow::make_http_source(),
                        shipflow::make_cloudwatch_source(read_aws(at, aws_given, "options of sources: aws"))};
  at.on_engine([&](shipflow::engine& e) {
    for (const auto& source : made) check(e.add(source));
  });
}

struct offer {
  std::string_view name;
  void (*add)(host&, const object&);
};
constexpr std::array offers{
    offer{"probes", add_probes},   offer{"http", add_http},           offer{"gate", add_gate},
    offer{"github", add_github},   offer{"command", add_command},     offer{"local", add_local},
    offer{"sources", add_sources}, offer{"notifiers", add_notifiers}, offer{"aws", add_aws}};

}  // namespace

void add_builtin(host& at, const std::string& name, const object& options) {
  if (at.virtual_time())
    throw failure(SHIPFLOW_UNSUPPORTED,
                  "`" + name + "` lives in real time; an engine with virtual time cannot have it");
  for (const auto& one : offers)
    if (one.name == name) return one.add(at, options);
  std::string names;
  for (const auto& one : offers)
    names += (names.empty() ? "" : &one == &offers.back() ? " and " : ", ") + std::string(one.name);
  throw failure(SHIPFLOW_NOT_FOUND, "nothing called `" + name + "` comes with shipflow: there are " + names);
}

}  // namespace shipflow_c
