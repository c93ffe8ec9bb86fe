// The report of a release that was watched for 24 hours with 50 metrics: size and time of the page, from the
// journal and the samples to the text, beside Boost.JSON, which in the same run only parses those samples. Prints one
// JSON object.
//
// usage: bench_report [METRICS] [HOURS]
#include <shipflow/shipflow.hpp>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

using namespace shipflow;

namespace {

[[noreturn]] void give_up(const std::string& why) {
  std::cerr << "bench_report: " << why << '\n';
  std::exit(1);
}

// Traffic with a day's shape and noise of its own for each metric.
class counters final : public metric_source {
 public:
  explicit counters(scheduler& time) : time_(time) {}
  [[nodiscard]] std::vector<std::string> names() const override { return {"bench"}; }
  void read(metric_request q, std::function<void(metric_answer)> done) override {
    const auto seconds = static_cast<double>(to_ms(time_.now()) % 1'000'000'000) / 1000;
    metric_answer a;
    for (const auto& series : q.series) {
      const double noise = static_cast<double>(time_.random() % 100) / 100;
      const double all = seconds * 100 + noise;
      a.readings.push_back({reading::state::value, series == "all" ? all : all / 1000 + noise / 100, ""});
    }
    done(std::move(a));
  }

 private:
  scheduler& time_;
};

class traffic final : public provider {
 public:
  [[nodiscard]] std::string name() const override { return "bench"; }
  [[nodiscard]] std::vector<action_spec> actions() const override {
    action_spec shift;
    shift.name = "shift";
    shift.resources = {"traffic"};
    return {shift};
  }
  void call(request q, reply r) override {
    (void)q;
    r(answer::done(json::object{{"weight", 100}}));
  }
};

plan watched_plan(int metrics, int hours) {
  plan p;
  p.name = "report";
  p.environment = "bench";
  p.release.version = "1.0.0";
  plan_step shift;
  shift.id = shift.group = shift.title = "shift";
  shift.provider = "bench";
  shift.action = "shift";
  shift.inputs = {{"weight", 100}};
  shift.resources = {"traffic"};
  shift.first_traffic = true;
  plan_step watch;
  watch.id = watch.group = watch.title = "watch";
  watch.kind = step_kind::watch;
  watch.lasts = std::chrono::hours(hours);
  watch.needs = {0};
  p.steps = {shift, watch};
  for (int i = 0; i < metrics; ++i) {
    plan_guard g;
    g.id = "errors-" + std::to_string(i);
    g.severity = "SEV3";
    g.alert = "errors > 50%";
    g.metrics = {{"errors", {{"source", "bench"}, {"ratio", {"errors", "all"}}}}};
    p.guards.push_back(std::move(g));
  }
  return p;
}

struct told {
  std::string page;
  std::size_t facts = 0;
  double journal_ms = 0, evidence_ms = 0, page_ms = 0;
  [[nodiscard]] double all_ms() const { return journal_ms + evidence_ms + page_ms; }
};

// Time of the processor: all of it is computing on one thread, and the machine may be busy with other work.
class stopwatch {
 public:
  double lap() {
    const auto now = std::clock();
    return 1000.0 * static_cast<double>(now - std::exchange(begin_, now)) / CLOCKS_PER_SEC;
  }

 private:
  std::clock_t begin_ = std::clock();
};

told tell(store& keep, const std::string& run) {
  told out;
  stopwatch clock;
  auto report = report_release(keep, run);
  out.journal_ms = clock.lap();
  if (!report) give_up("the run cannot be told");
  const auto seen = evidence_of(keep, run);
  out.evidence_ms = clock.lap();
  if (!seen) give_up(seen.error().text());
  tell_health(*report, *seen);
  out.page = to_html(*report, *seen);
  out.page_ms = clock.lap();
  out.facts = report->facts;
  return out;
}

double parsed_by_boost(store& keep, const std::string& run) {
  const auto chunks = keep.read_samples(run);
  if (!chunks) give_up(chunks.error().text());
  stopwatch clock;
  std::size_t members = 0;
  for (const auto& c : *chunks) members += json::parse(c.body).as_object().size();
  const auto took = clock.lap();
  if (members == 0) give_up("there are no samples");
  return took;
}

double median_of(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const int metrics = argc > 1 ? std::atoi(argv[1]) : 50;
  const int hours = argc > 2 ? std::atoi(argv[2]) : 24;
  virtual_time time(1);
  const std::shared_ptr<store> keep = make_memory_store();
  std::string run;
  {
    engine works(time, keep, {});
    if (!works.add(std::make_shared<traffic>()) ||
        !works.add(std::shared_ptr<metric_source>(std::make_shared<counters>(time))))
      give_up("cannot register");
    const auto started = works.start(watched_plan(metrics, hours), {"user:bench", {}, "", ""});
    if (!started) give_up(started.error().text());
    run = *started;
    time.run_until([&] { return works.ended(run); }, std::chrono::hours(hours + 2));
    if (works.look(run)->phase != phase::released) give_up("the release did not end");
  }
  std::vector<told> all;
  std::vector<double> peer;
  for (int i = 0; i < 5; ++i) {
    all.push_back(tell(*keep, run));
    peer.push_back(parsed_by_boost(*keep, run));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.all_ms() < b.all_ms(); });
  const auto& median = all[all.size() / 2];
  std::cout << json::serialize(json::object{{"benchmark", "report"},
                                            {"metrics", metrics},
                                            {"hours", hours},
                                            {"facts", median.facts},
                                            {"page_bytes", median.page.size()},
                                            {"cpu_ms_median", median.all_ms()},
                                            {"cpu_ms_most", all.back().all_ms()},
                                            {"boost_parse_ms", median_of(peer)},
                                            {"times_boost_parse", median.all_ms() / median_of(peer)},
                                            {"journal_ms", median.journal_ms},
                                            {"evidence_ms", median.evidence_ms},
                                            {"page_ms", median.page_ms}})
            << '\n';
}
