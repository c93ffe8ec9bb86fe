// backtest: the rules of a plan on recorded metrics of past releases.
#include "commands.hpp"
#include "files.hpp"
#include "host.hpp"
#include "inputs.hpp"

#include <shipflow/backtest.hpp>

#include <cstdio>
#include <filesystem>

namespace program {
namespace {

namespace json = shipflow::json;
using shipflow::errc;
using shipflow::make_error;
using shipflow::past_release;
using shipflow::result;

constexpr std::size_t most_bytes = std::size_t{1} << 30U;
constexpr std::size_t columns = 100;

// Rules are tried on recorded data: their sources need not be built.
class recorded_offers final : public shipflow::catalogue {
 public:
  explicit recorded_offers(const shipflow::catalogue& real) : real_(real) {}
  [[nodiscard]] result<std::vector<shipflow::action_spec>> actions(
      const std::string& provider, const json::object& target) const override {
    return real_.actions(provider, target);
  }
  [[nodiscard]] result<void> check_probe(const std::string& kind, const json::object& spec) const override {
    return real_.check_probe(kind, spec);
  }
  [[nodiscard]] result<void> check_metric(const shipflow::metric_request&) const override { return {}; }

 private:
  const shipflow::catalogue& real_;
};

// JSON is a record or a range query, everything else is CSV.
result<past_release> read_release(const std::string& path) {
  const auto text = read_file(path, most_bytes);
  if (!text) return text.error();
  const auto name = std::filesystem::path(path).stem().string();
  const auto first = text->find_first_not_of(" \t\r\n");
  if (first == std::string::npos || ((*text)[first] != '{' && (*text)[first] != '['))
    return shipflow::release_from_csv(name, *text);
  const auto v = shipflow::parse_json(*text);
  if (!v) return v.error();
  const auto* o = v->if_object();
  if (o == nullptr || !o->contains("shipflow_decisions")) return shipflow::release_from_prometheus(name, *v);
  const auto record = shipflow::decisions_from_json(*v);
  if (!record) return record.error();
  return shipflow::release_from_record(*record);
}

result<std::vector<past_release>> read_past(const arguments& given) {
  std::vector<past_release> out;
  for (const auto& [option, path] : given.data) {
    auto release = read_release(path);
    if (!release) return make_error(errc::invalid_document, path + ": " + release.error().text());
    if (option == "--good") release->truth = shipflow::release_truth::good;
    if (option == "--bad") release->truth = shipflow::release_truth::bad;
    out.push_back(std::move(*release));
  }
  if (out.empty()) return make_error(errc::invalid_argument, "backtest needs --data, --good or --bad FILE");
  return out;
}

int show(const arguments& given, const shipflow::backtest_report& report) {
  const auto format = given.get("--format", given.has("--json") ? "json" : "text");
  if (format == "text") return put_out(given, shipflow::backtest_text(report, columns));
  if (format == "html") return put_out(given, shipflow::backtest_html(report));
  if (format == "json") return put_out(given, json::serialize(to_json(report)) + "\n");
  return complain(
      make_error(errc::invalid_argument, "--format takes text, html or json, not \"" + format + "\""));
}

}  // namespace

int backtest(const arguments& given) {
  if (!given.has("--environments") || !given.has("--environment"))
    return complain(
        make_error(errc::invalid_argument, "backtest needs --environments FILE and --environment NAME"));
  shipflow::backtest_options options;
  if (given.has("--slot")) {
    const auto slot = shipflow::parse_duration(given.get("--slot"));
    if (!slot || slot->count() == 0)
      return complain(make_error(errc::invalid_argument, "--slot takes a time such as 60s"));
    options.slot = *slot;
  }
  auto read = read_inputs(given);
  if (read.what.version.empty()) read.what.version = "0.0.0";
  const auto dry = open_dry_host();
  if (!dry) return complain(dry.error());
  shipflow::plan plan;
  if (!read.found.has_errors()) plan = compile_inputs(read, recorded_offers((*dry)->engine->offers()));
  if (!read.found.items().empty()) std::fputs(read.found.text().c_str(), stderr);
  if (read.found.has_errors()) return 2;
  const auto past = read_past(given);
  if (!past) return complain(past.error());
  const auto report = shipflow::backtest(shipflow::trigger_rules(plan), *past, options);
  if (!report) return complain(make_error(errc::invalid_document, report.error().text()));
  return show(given, *report);
}

}  // namespace program
