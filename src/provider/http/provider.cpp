#include "provider/http/inputs.hpp"
#include "provider/http/outcome.hpp"

#include <shipflow/providers/http.hpp>

#include <algorithm>

namespace shipflow {
namespace http_provider {
namespace {

using shared_reply = std::shared_ptr<reply>;

// The engine ignores what comes at the deadline, so the request ends a little earlier.
duration time_for(const shipflow::request& q) {
  const auto now = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
  const auto left = std::clamp<duration>(q.deadline - now, duration{0}, std::chrono::hours(24));
  return left - std::min<duration>(left / 10, duration{250});
}

http::request ready(const shipflow::request& q, const asking& ask) {
  auto r = ask.request;
  r.deadline = std::min(r.deadline, time_for(q));
  r.stop = q.stop;
  return r;
}

// For requests with an effect: the key, and a connection that cannot turn out to be stale.
http::request ready_effect(const shipflow::request& q, const asking& ask) {
  auto r = ready(q, ask);
  r.connection = http::connection_use::fresh;
  if (http::find(r.headers, "Idempotency-Key") == nullptr)
    r.headers.push_back({"Idempotency-Key", q.effect_key});
  return r;
}

action_spec spec_of(const char* name, const char* help) {
  action_spec a;
  a.name = name;
  a.help = help;
  a.inputs = common_fields();
  a.outputs = {{"status", "integer", false, false, "status of the answer"},
               {"latency_ms", "integer", false, false, "milliseconds to the last byte"},
               {"*", "any", false, false, "what `capture` names"}};
  return a;
}

std::vector<action_spec> all_actions() {
  auto call = spec_of("call", "sends one request that makes something new each time");
  call.inputs.push_back(
      {"verify", "object", false, false, "a request that tells whether the call was carried out"});
  call.inputs.push_back({"undo", "object", false, false, "the request that takes it back"});
  call.repeat = effect_class::creates;
  auto put = call;
  put.name = "put";
  put.help = "sends one request that may be repeated";
  put.repeat = effect_class::set_value;
  auto wait = spec_of("wait", "asks until the answer is as expected");
  wait.inputs.push_back({"every", "duration", false, false, "time between two looks"});
  wait.repeat = effect_class::set_value;
  wait.undo = reversibility::forward_only;
  return {std::move(call), std::move(put), std::move(wait)};
}

class http_provider final : public provider {
 public:
  [[nodiscard]] std::string name() const override { return "http"; }
  [[nodiscard]] std::vector<action_spec> actions() const override { return all_actions(); }

  void call(shipflow::request q, reply r) override {
    const auto known = all_actions();
    const bool ours =
        std::any_of(known.begin(), known.end(), [&](const auto& a) { return a.name == q.action; });
    if (!ours)
      return r(answer::failed(make_error(errc::unsupported, "provider http has no action " + q.action)));
    const auto then = std::make_shared<reply>(std::move(r));
    switch (q.what) {
      case verb::observe: return (*then)(answer::done());
      case verb::apply: return apply(q, then);
      case verb::settle: return settle(q, then);
      case verb::resolve: return resolve(q, then);
      case verb::undo: return undo(q, then);
      case verb::diagnose: return diagnose(q, then);
      case verb::ready: return (*then)(answer::unknown("an endpoint does not say whether it can go back"));
    }
  }

 private:
  void apply(const shipflow::request& q, const shared_reply& then) {
    const auto in = read_inputs(q);
    if (!in) return (*then)(answer::failed(in.error()));
    if (q.action == "wait") return (*then)(answer::started(json::object{}, duration{0}));
    client_.send(ready_effect(q, in->ask), [q, in = *in, then](const http::outcome& o) {
      auto a = answer_for(q, in, o);
      (*then)(!in.undo ? std::move(a) : keep_in_handle(std::move(a)));
    });
  }

  void settle(const shipflow::request& q, const shared_reply& then) {
    if (q.action != "wait") return (*then)(from_handle(q.handle));
    const auto in = read_inputs(q);
    if (!in) return (*then)(answer::failed(in.error()));
    client_.send(ready(q, in->ask),
                 [in = *in, then](const http::outcome& o) { (*then)(answer_to_poll(in, o)); });
  }

  void resolve(const shipflow::request& q, const shared_reply& then) {
    if (q.action == "wait") return (*then)(answer::started(json::object{}, duration{0}));
    const auto in = read_inputs(q);
    if (!in) return (*then)(answer::not_applied());  // such a request was never sent
    if (!in->verify)
      return (*then)(answer::unknown("no `verify` request says whether " + q.action + " was carried out"));
    client_.send(ready(q, *in->verify), [in = *in, then](const http::outcome& o) {
      auto a = answer_to_verify(in, o);
      (*then)(!in.undo ? std::move(a) : keep_in_handle(std::move(a)));
    });
  }

  void undo(const shipflow::request& q, const shared_reply& then) {
    const auto in = read_inputs(q);
    const auto was = recall(q.handle);
    const bool nothing = q.action == "wait" || !in || !in->undo || was.it_was == carried_out::no;
    if (nothing) return (*then)(answer::done({{"undo", "nothing to put back"}}));
    auto back = read_undo(*in->undo, was.outputs);
    if (!back) return (*then)(answer::failed(back.error()));
    client_.send(ready_effect(q, *back),
                 [back = *back, then](const http::outcome& o) { (*then)(answer_to_undo(back, o)); });
  }

  void diagnose(const shipflow::request& q, const shared_reply& then) {
    const auto in = read_inputs(q);
    if (!in) return (*then)(answer::done({{"inputs", in.error().message}}));
    const bool waiting = q.action == "wait";
    if (!waiting && !in->verify) return (*then)(answer::done());
    const auto& ask = waiting ? in->ask : *in->verify;
    client_.send(ready(q, ask), [ask, then](const http::outcome& o) {
      if (!o) return (*then)(answer::done({{"look", o.error().message}}));
      const auto now = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
      (*then)(answer::done({{"look", http::judge(ask.expect, *o, now).text}}));
    });
  }

  http::client client_;
};

}  // namespace
}  // namespace http_provider

inline namespace v1 {

std::shared_ptr<provider> make_http_provider() { return std::make_shared<http_provider::http_provider>(); }

}  // namespace v1
}  // namespace shipflow
