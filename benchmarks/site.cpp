// One action of the `site` provider, carried out by a program of its own, as its peers are: what site.py measures.
// Prints one JSON object: what came of it, seconds within the program, and the most memory it had.
//
// usage: bench_site ENDPOINT BUCKET DIRECTORY ACTION KEY [INPUT=VALUE...]
// Keys and region come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION.
#include <shipflow/providers/site.hpp>
#include <shipflow/system.hpp>

#include <chrono>
#include <future>
#include <iostream>
#include <string_view>
#include <sys/resource.h>
#include <thread>

using namespace shipflow;

namespace {

answer ask(provider& p, request q) {
  std::promise<answer> got;
  p.call(std::move(q), reply([&got](answer a) { got.set_value(std::move(a)); }));
  return got.get_future().get();
}

answer carry_out(provider& p, request q) {
  q.what = verb::observe;
  q.baseline = ask(p, q).value;
  q.what = verb::apply;
  auto a = ask(p, q);
  if (a.kind != answer_kind::started) return a;
  q.handle = a.value;
  q.what = verb::settle;
  do {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    a = ask(p, q);
  } while (a.kind == answer_kind::progress);
  return a;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::cerr << "usage: bench_site ENDPOINT BUCKET DIRECTORY ACTION KEY [INPUT=VALUE...]\n";
    return 2;
  }
  aws_options aws;
  aws.variable = system_variable_sources().process_environment;
  const auto site = make_site_provider({aws});
  request q;
  q.action = argv[4];
  q.run = argv[5];
  q.effect_key = argv[5];
  q.component = "site";
  q.environment = "benchmark";
  q.target = {{"endpoint_url", argv[1]}, {"bucket", argv[2]}, {"directory", argv[3]}};
  for (int i = 6; i < argc; ++i) {
    const std::string_view pair(argv[i]);
    const auto cut = std::min(pair.find('='), pair.size() - 1);
    q.inputs[pair.substr(0, cut)] = pair.substr(cut + 1);
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto a = carry_out(*site, q);
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  struct rusage used {};
  ::getrusage(RUSAGE_SELF, &used);
  auto out = a.value.is_object() ? a.value.get_object() : json::object{};
  out.erase("paths");
  out["seconds"] = seconds;
  out["max_rss_kib"] = used.ru_maxrss;
  if (a.kind != answer_kind::done) out["problem"] = a.problem.text();
  std::cout << json::serialize(out) << '\n';
  return a.kind == answer_kind::done ? 0 : 1;
}
