#include "provider/http/caller.hpp"

#include "provider/http/outcome.hpp"

#include <algorithm>

namespace shipflow::http_provider {
namespace {

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

}  // namespace

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

std::string caller::name() const { return "http"; }
std::vector<action_spec> caller::actions() const { return all_actions(); }

void caller::call(shipflow::request q, reply r) {
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

void caller::apply(const shipflow::request& q, const shared_reply& then) {
  const auto in = read_inputs(q);
  if (!in) return (*then)(answer::failed(in.error()));
  if (q.action == "wait") return (*then)(answer::started(json::object{}, duration{0}));
  wire_.send(sending::effect, q, *in, in->ask, [q, in = *in, then](const http::outcome& o, time_point now) {
    auto a = answer_for(q, in, o, now);
    (*then)(!in.undo ? std::move(a) : keep_in_handle(std::move(a)));
  });
}

void caller::settle(const shipflow::request& q, const shared_reply& then) {
  if (q.action != "wait") return (*then)(from_handle(q.handle));
  const auto in = read_inputs(q);
  if (!in) return (*then)(answer::failed(in.error()));
  // Asked to end, it looks once more, and then it is over: nothing outlives a wait.
  const bool last = q.stop.stop_requested();
  auto asked = q;
  if (last) asked.stop = {};
  wire_.send(sending::poll, asked, *in, in->ask,
             [in = *in, then, last](const http::outcome& o, time_point now) {
               auto a = answer_to_poll(in, o, now);
               const bool ends = last && a.kind == answer_kind::progress;
               (*then)(ends ? answer::failed(make_error(errc::timeout, a.text)) : std::move(a));
             });
}

void caller::resolve(const shipflow::request& q, const shared_reply& then) {
  if (q.action == "wait") return (*then)(answer::started(json::object{}, duration{0}));
  const auto in = read_inputs(q);
  if (!in) return (*then)(answer::not_applied());  // such a request was never sent
  if (!in->verify)
    return (*then)(answer::unknown("no `verify` request says whether " + q.action + " was carried out"));
  wire_.send(sending::verify, q, *in, *in->verify, [in = *in, then](const http::outcome& o, time_point now) {
    auto a = answer_to_verify(in, o, now);
    (*then)(!in.undo ? std::move(a) : keep_in_handle(std::move(a)));
  });
}

void caller::undo(const shipflow::request& q, const shared_reply& then) {
  const auto in = read_inputs(q);
  const auto was = recall(q.handle);
  const bool nothing = q.action == "wait" || !in || !in->undo || was.it_was == carried_out::no;
  if (nothing) return (*then)(answer::done({{"undo", "nothing to put back"}}));
  auto back = read_undo(*in->undo, was.outputs);
  if (!back) return (*then)(answer::failed(back.error()));
  wire_.send(sending::undo, q, *in, *back, [back = *back, then](const http::outcome& o, time_point now) {
    (*then)(answer_to_undo(back, o, now));
  });
}

void caller::diagnose(const shipflow::request& q, const shared_reply& then) {
  const auto in = read_inputs(q);
  if (!in) return (*then)(answer::done({{"inputs", in.error().message}}));
  const bool waiting = q.action == "wait";
  if (!waiting && !in->verify) return (*then)(answer::done());
  const auto& ask = waiting ? in->ask : *in->verify;
  wire_.send(waiting ? sending::poll : sending::verify, q, *in, ask,
             [ask, then](const http::outcome& o, time_point now) {
               if (!o) return (*then)(answer::done({{"look", o.error().message}}));
               (*then)(answer::done({{"look", http::judge(ask.expect, *o, now).text}}));
             });
}

}  // namespace shipflow::http_provider
