#include "provider/http/outcome.hpp"

#include "http/text.hpp"

#include <algorithm>
#include <array>

namespace shipflow::http_provider {
namespace {

std::string prefix(const asking& ask) {
  return ask.request.method + " " + http::shown_url(ask.request.url) + ": ";
}

json::object evidence(const http::response& r) {
  json::object out{{"status", r.status}};
  if (!r.body.empty()) out["body"] = http::one_line(r.body, 500);
  return out;
}

answer unanswered(const http::failure& f) {
  if (f.sent) return answer::unknown(f.message);
  return answer::failed(make_error(f.code, f.message));
}

result<json::object> outputs_of(const call_inputs& in, const http::response& r) {
  json::object out{{"status", r.status}, {"latency_ms", r.latency.count()}};
  if (in.capture.empty()) return out;
  const auto body = parse_json(r.body);
  if (!body) return make_error(errc::failed, "the answer is not JSON, nothing can be captured");
  for (const auto& [name, pointer] : in.capture) {
    json::error_code ec;
    const auto* found = body->find_pointer(pointer, ec);
    if (found == nullptr)
      return make_error(errc::failed, "the answer has no " + pointer + ", which `capture` wants");
    out[name] = *found;
  }
  return out;
}

errc code_for(int status) {
  if (status == 429) return errc::throttled;
  return status >= 500 ? errc::unavailable : errc::failed;
}

bool gateway_gave_up(int status) { return status == 502 || status == 504; }

}  // namespace

answer answer_for(const shipflow::request& q, const call_inputs& in, const http::outcome& o, time_point now) {
  if (!o) return unanswered(o.error());
  const auto verdict = http::judge(in.ask.expect, *o, now);
  const auto why = prefix(in.ask) + verdict.text;
  if (verdict.outcome != look::pass) {
    if (q.action == "call" && gateway_gave_up(o->status)) return answer::unknown(why, evidence(*o));
    return answer::failed(make_error(code_for(o->status), why), evidence(*o));
  }
  auto outputs = outputs_of(in, *o);
  if (!outputs)
    return answer::failed(make_error(errc::failed, prefix(in.ask) + outputs.error().message), evidence(*o));
  return answer::done(std::move(*outputs));
}

answer answer_to_undo(const asking& undo, const http::outcome& o, time_point now) {
  if (!o) return unanswered(o.error());
  const bool gone = undo.request.method == "DELETE" && (o->status == 404 || o->status == 410);
  if (gone && !undo.any_expect) return answer::done({{"status", o->status}});
  const auto verdict = http::judge(undo.expect, *o, now);
  if (verdict.outcome == look::pass) return answer::done({{"status", o->status}});
  return answer::failed(make_error(code_for(o->status), prefix(undo) + verdict.text), evidence(*o));
}

answer answer_to_verify(const call_inputs& in, const http::outcome& o, time_point now) {
  if (!o) return answer::unknown(o.error().message);
  const auto verdict = http::judge(in.verify->expect, *o, now);
  const auto why = prefix(*in.verify) + verdict.text;
  if (verdict.outcome == look::pass) {
    auto outputs = outputs_of(in, *o);
    if (outputs) return answer::done(std::move(*outputs));
    return answer::unknown(prefix(*in.verify) + outputs.error().message, evidence(*o));
  }
  // A broken or throttling server cannot say that something was not done.
  const bool tells = verdict.outcome == look::fail && o->status < 500 && o->status != 429;
  return tells ? answer::not_applied() : answer::unknown(why, evidence(*o));
}

answer answer_to_poll(const call_inputs& in, const http::outcome& o, time_point now) {
  if (!o && o.error().code == errc::invalid_argument)
    return answer::failed(make_error(errc::invalid_argument, o.error().message));
  if (!o) return answer::in_progress(-1, http::one_line(o.error().message, 400), in.every);
  const auto verdict = http::judge(in.ask.expect, *o, now);
  if (verdict.outcome != look::pass)
    return answer::in_progress(-1, http::one_line(prefix(in.ask) + verdict.text, 400), in.every);
  auto outputs = outputs_of(in, *o);
  if (!outputs) return answer::in_progress(-1, prefix(in.ask) + outputs.error().message, in.every);
  return answer::done(std::move(*outputs));
}

}  // namespace shipflow::http_provider
