// rehearse and survey: a release played in virtual time, from an assumed or a recorded state.
#include "commands.hpp"
#include "files.hpp"
#include "host.hpp"
#include "inputs.hpp"

#include <shipflow/recording.hpp>
#include <shipflow/rehearsal_views.hpp>
#include <shipflow/release_report.hpp>
#include <shipflow/system.hpp>

#include <charconv>
#include <cstdio>
#include <unistd.h>

namespace program {
namespace {

namespace json = shipflow::json;
using shipflow::errc;
using shipflow::make_error;
using shipflow::result;

constexpr std::size_t largest_recording = std::size_t{16} << 20U;
constexpr std::uint64_t most_runs = 10'000'000;

result<std::uint64_t> number_of(const arguments& given, const char* option, std::uint64_t fallback,
                                std::uint64_t most) {
  if (!given.has(option)) return fallback;
  const auto text = given.get(option);
  std::uint64_t n = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (ec == std::errc{} && end == text.data() + text.size() && n <= most) return n;
  return make_error(errc::invalid_argument, std::string(option) + " takes a number from 0 to " +
                                                std::to_string(most) + ", not \"" + text + "\"");
}

result<void> read_mode(const arguments& given, shipflow::rehearsal_options& to) {
  if (given.has("--exhaustive") && given.has("--swarm"))
    return make_error(errc::invalid_argument, "--exhaustive and --swarm exclude each other");
  for (const auto& text : given.faults) {
    auto f = shipflow::parse_fault(text);
    if (!f) return f.error();
    to.faults.push_back(*f);
  }
  const auto runs = number_of(given, "--swarm", 1'000, most_runs);
  const auto seed = number_of(given, "--seed", 1, UINT64_MAX);
  if (!runs) return runs.error();
  if (!seed) return seed.error();
  to.runs = static_cast<std::size_t>(*runs);
  to.seed = *seed;
  using mode = shipflow::rehearsal_mode;
  to.mode = given.has("--swarm") ? mode::swarm : mode::exhaustive;
  if (!to.faults.empty() && !given.has("--swarm") && !given.has("--exhaustive")) to.mode = mode::single;
  if (!given.has("--watch")) return {};
  const auto watch = shipflow::parse_duration(given.get("--watch"));
  if (!watch || watch->count() <= 0)
    return make_error(errc::invalid_argument,
                      "--watch takes a time such as 24h, not \"" + given.get("--watch") + "\"");
  to.watch = *watch;
  return {};
}

result<shipflow::recording> read_recording(const arguments& given) {
  if (!given.has("--from")) return shipflow::recording{};
  const auto path = given.get("--from");
  const auto text = read_file(path, largest_recording);
  if (!text) return text.error();
  const auto value = shipflow::parse_json(*text);
  if (!value) return make_error(errc::invalid_argument, path + ": " + value.error().message);
  auto r = shipflow::recording_from_json(*value);
  if (!r) return make_error(errc::invalid_argument, path + ": " + r.error().message);
  return r;
}

/// How far it is: a bar on a terminal, some lines on a pipe, events for programs.
class progress_view {
 public:
  explicit progress_view(const arguments& given)
      : json_(given.has("--json")), bar_(::isatty(STDERR_FILENO) != 0 && !given.has("--plain")) {}
  void show(std::size_t done, std::size_t of) {
    const auto tenths = of == 0 ? 10 : done * (bar_ ? 50 : 10) / of;
    if (tenths == shown_) return;
    shown_ = tenths;
    if (json_)
      std::printf("%s\n",
                  json::serialize(json::object{{"event", "progress"}, {"done", done}, {"of", of}}).c_str());
    else if (bar_)
      std::fprintf(stderr, "\r  [%-50s] %zu of %zu runs", std::string(tenths, '#').c_str(), done, of);
    else
      std::fprintf(stderr, "%zu of %zu runs\n", done, of);
    std::fflush(json_ ? stdout : stderr);
  }
  void finish() const {
    if (bar_ && !json_) std::fputs("\r\x1b[2K", stderr);
  }

 private:
  bool json_;
  bool bar_;
  std::size_t shown_ = 0;
};

/// The compiled plan; the exit code when there is none.
struct compiled {
  shipflow::plan plan;
  int code = 0;
};
compiled compile_for(const arguments& given, const host& h) {
  compiled out;
  if (!given.has("--environments") || !given.has("--environment")) {
    out.code = complain(make_error(errc::invalid_argument,
                                   given.command + " needs --environments FILE and --environment NAME"));
    return out;
  }
  auto read = read_inputs(given);
  if (!read.found.has_errors() && read.what.version.empty())
    read.found.error({"--version", 0, 0}, "", given.command + " needs --version or --release");
  if (!read.found.has_errors()) out.plan = compile_inputs(read, h.engine->offers());
  if (!tell(read.found)) out.code = 2;
  return out;
}

int put_page(const std::string& file, const std::string& page) {
  arguments to;
  to.options["--output"] = file;
  return put_out(to, page);
}

/// The page that `report` would make of the release, were it carried out without a fault.
std::string page_of(shipflow::store& keep, const std::string& run) {
  auto told = shipflow::report_release(keep, run);
  if (!told) return {};
  const auto found = shipflow::evidence_of(keep, run);
  const auto seen = found ? *found : std::vector<shipflow::guard_evidence>{};
  tell_health(*told, seen);
  return shipflow::to_html(*told, seen);
}

int put_report(const arguments& given, const shipflow::rehearsal_report& r) {
  const int code = r.violations.empty() ? 0 : 1;
  if (given.has("--html"))
    if (const int failed = put_page(given.get("--html"), shipflow::to_html(r)); failed != 0) return failed;
  if (given.has("--json"))
    std::printf(
        "%s\n",
        json::serialize(json::object{{"event", "report"}, {"report", shipflow::to_json(r)}, {"exit", code}})
            .c_str());
  else
    std::fputs(shipflow::to_table(r).c_str(), stdout);
  return code;
}

}  // namespace

int rehearse(const arguments& given) {
  shipflow::rehearsal_options options;
  if (auto mode = read_mode(given, options); !mode) return complain(mode.error());
  const auto from = read_recording(given);
  if (!from) return complain(from.error());
  const auto dry = open_dry_host();
  if (!dry) return complain(dry.error());
  const auto what = compile_for(given, **dry);
  if (what.code != 0) return what.code;
  // Whether the world can be made is better known before the runs.
  shipflow::virtual_time trial(1);
  if (auto made = shipflow::make_recorded_world(what.plan, *from, std::make_shared<shipflow::world>(trial));
      !made)
    return complain(make_error(errc::invalid_argument, made.error().message));
  options.make_world = [&](const std::shared_ptr<shipflow::world>& where) {
    return shipflow::make_recorded_world(what.plan, *from, where).value();
  };
  progress_view view(given);
  options.progress = [&](std::size_t done, std::size_t of) {
    view.show(done, of);
    return true;
  };
  std::string page;
  if (given.has("--report"))
    options.undisturbed = [&](shipflow::store& keep, const std::string& run) { page = page_of(keep, run); };
  const auto report = shipflow::rehearse(what.plan, options);
  view.finish();
  if (report && given.has("--report"))
    if (const int failed = put_page(given.get("--report"), page); failed != 0) return failed;
  return report ? put_report(given, *report) : complain(report.error());
}

int survey(const arguments& given) {
  const auto h = open_dry_host(places_of(given).state);
  if (!h) return complain(h.error());
  const auto what = compile_for(given, **h);
  if (what.code != 0) return what.code;
  std::optional<result<shipflow::recording>> taken;
  shipflow::take_recording(what.plan, (*h)->providers, shipflow::read_secret, (*h)->loop,
                           [&](result<shipflow::recording> r) { taken = std::move(r); });
  (*h)->loop.run_until([&] { return taken.has_value(); });
  if (!*taken) return complain(taken->error());
  return put_out(given, json::serialize(shipflow::to_json(**taken)) + "\n");
}

}  // namespace program
