// A release as a host makes it, in virtual time, against AWS at a URL. Killed at any moment it goes on when it is started
// again with the same store.
//
//   production_ship PLAN ENVIRONMENTS URL BALANCER STORE VERSION BAKE WATCH
//
// Customers ask BALANCER all the time. Prints the phase it ended in, and why, as JSON.
#include "aws_double/tiny_server.hpp"
#include "blocking.hpp"
#include "people.hpp"

#include <shipflow/probes.hpp>
#include <shipflow/providers/command.hpp>
#include <shipflow/providers/ecs.hpp>
#include <shipflow/providers/http.hpp>
#include <shipflow/sources/cloudwatch.hpp>
#include <shipflow/system.hpp>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace {

using namespace shipflow;

struct order {
  std::string plan, environments, url, balancer, store, version, bake, watch;
};

class mute final : public notifier {
 public:
  [[nodiscard]] std::vector<std::string> kinds() const override { return {"slack", "webhook", "command"}; }
  void send(delivery /*q*/, std::function<void(delivery_answer)> done) override {
    done(delivery_answer::delivered());
  }
};

std::optional<std::string> variable(const order& o, const std::string& name) {
  if (name == "AWS_ACCESS_KEY_ID") return "AKIDEXAMPLE";
  if (name == "AWS_SECRET_ACCESS_KEY") return "wJalrXUtnFEMI";
  if (name == "AWS_REGION") return "eu-central-1";
  if (name == "AWS_ENDPOINT_URL") return o.url;
  if (name.starts_with("AWS_") || name.ends_with("LISTENER") || name.ends_with("LISTENER_ARN") ||
      name == "SAMPLE_CHECKOUT")
    return std::nullopt;
  return "https://hooks.example.com/" + name;
}

aws_options aws_of(const order& o) {
  aws_options a;
  a.variable = [o](const std::string& name) { return variable(o, name); };
  a.now = ship::last_call;
  return a;
}

plan compiled(const order& o, const engine& e) {
  variable_sources sources;
  sources.process_environment = [&o](const std::string& name) { return variable(o, name); };
  sources.file = system_variable_sources().file;
  diagnostics found;
  const auto document = read_plan(load_document(o.plan, found), found);
  const auto where = read_environment(load_document(o.environments, found), "production", sources, found);
  release_info release;
  release.version = o.version;
  release.extra = {{"schema", "0003"}};
  auto out = compile(document, where, release, {{"bake", o.bake}, {"watch", o.watch}}, e.offers(), found);
  if (found.has_errors()) throw std::runtime_error(found.text());
  return out;
}

/// Fifty requests every ten seconds: enough to tell an error rate of a percent by.
class customers {
 public:
  customers(virtual_time& time, std::uint16_t port) : time_(time), line_(port) { come(); }
  std::map<int, int> said;

 private:
  void come() {
    const auto now = "X-Now: " + std::to_string(to_ms(time_.now())) + "\r\n";
    for (int i = 0; i < 50; ++i) ++said[line_.get("/", "www.example.com", now).status];
    time_.call_at(time_.now() + std::chrono::seconds(10), [this] { come(); });
  }
  virtual_time& time_;
  tests::tiny_client line_;
};

void add_all(engine& e, virtual_time& time, const order& o) {
  command_options commands;
  commands.state_directory = o.store + ".d";
  commands.keeper = "/bin/true";
  const auto probes = ship::blocking(time, make_probes());
  const auto fine = [](const result<void>& added) {
    if (!added) throw std::runtime_error(added.error().text());
  };
  fine(e.add(ship::always_done(make_command_provider(commands).value())));
  fine(e.add(ship::blocking(time, make_ecs_provider({.aws = aws_of(o), .threads = 1}))));
  fine(e.add(ship::blocking(time, make_cloudwatch_source(aws_of(o)))));
  fine(e.add(ship::blocking(time, make_http_provider())));
  fine(e.add(probes));
  fine(e.add(make_probe_provider({probes}, [&time] { return time.now(); })));
  fine(e.add(std::make_shared<mute>()));
}

/// The run that a killed process left, or empty.
std::string open_run(store& keep, time_point& begin) {
  const auto rows = keep.list_runs({});
  for (const auto& row : rows.value()) {
    begin = std::max(begin, from_ms(row.updated_ms) + std::chrono::seconds(1));
    return row.id;
  }
  return {};
}

int sail(const order& o) {
  const std::shared_ptr<store> keep =
      open_sqlite_store({.path = o.store, .vfs = "", .read_only = false}).value();
  auto begin = virtual_time::default_begin;
  auto run = open_run(*keep, begin);
  virtual_time time(run.empty() ? 1 : 2, begin);
  engine_options options;
  options.secrets = [](const std::string&, const secret_reply& done) { done(std::string("kept")); };
  bool parked = false;
  options.observer = [&parked](const engine_event& v) {
    if (v.what_kind == engine_event::kind::fact && v.what.body.contains("parked")) parked = true;
    if (std::getenv("SHIP_LOG") != nullptr) std::fprintf(stderr, "%s\n", json::serialize(to_json(v)).c_str());
  };
  engine e(time, ship::blocking(time, keep), options);
  add_all(e, time, o);
  if (run.empty()) {
    auto what = compiled(o, e);
    what.promoted_from.reset();  // staging is another story
    run =
        e.start(
             what,
             {.principal = "user:alex", .groups = {"group:developers"}, .reason = "test", .external_id = ""})
            .value();
  } else {
    static_cast<void>(e.resume().value());
  }
  customers asking(time, static_cast<std::uint16_t>(std::stoi(o.balancer)));
  ship::people everybody(time, e);
  everybody.attend(run);
  time.run_until([&] { return e.ended(run) || parked; });
  const auto state = load_run(*keep, run).value();
  json::object said{{"phase", name_of(state.phase)}, {"reason", state.reason}, {"parked", state.parked}};
  for (const auto& [status, times] : asking.said) said["status " + std::to_string(status)] = times;
  std::printf("%s\n", json::serialize(said).c_str());
  e.stop();
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count != 9) return 2;
  try {
    return sail({words[1], words[2], words[3], words[4], words[5], words[6], words[7], words[8]});
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
