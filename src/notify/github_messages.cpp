#include "notify/github_messages.hpp"

#include "base/members.hpp"
#include "github/asking.hpp"
#include "github/dispatch.hpp"
#include "http/fields.hpp"
#include "notify/cut.hpp"

#include <algorithm>
#include <utility>

namespace shipflow::notify {
namespace {

constexpr auto message_input = "shipflow_message";
constexpr std::size_t most_text = std::size_t{8} << 10U;
constexpr std::size_t most_traces = 10'000;
constexpr duration look_again{15'000};

bool is_secret_reference(const std::string& text) { return text.find("${secret:") != std::string::npos; }

json::object told_of(const message& m) {
  auto out = to_json(m);
  out["text"] = cut(plain_text(m), most_text);
  return out;
}

// What goes with the event, beside the key.
void take_payload(http::fields& in, const delivery& q, request& r) {
  const bool event = in.has("event_type");
  r.action = event ? "repository_dispatch" : "workflow_dispatch";
  const auto* member = event ? "client_payload" : "inputs";
  const auto* given = in.object(member);
  auto payload = given == nullptr ? json::object{} : *given;
  if (payload.contains(message_input))
    in.wrong(member, "must not name `shipflow_message`, which shipflow gives");
  payload[message_input] = told_of(q.what);
  r.inputs[member] = std::move(payload);
  r.inputs["workflow"] = in.text("workflow");
  r.inputs[event ? "event_type" : "ref"] = in.text(event ? "event_type" : "ref");
}

// A text that is still a reference to a secret is checked when it is known.
result<void> check(const request& r) {
  const auto url = members::text(r.inputs, "api_url");
  if (auto place = github::check_place(r.inputs); !place && !is_secret_reference(url)) return place;
  return github::check_event(r);
}

std::string with_remedy(std::string why) {
  const auto says = [&](const char* part) { return why.find(part) != std::string::npos; };
  if (says("is not on the public internet")) return why + "; `private: true` on the channel allows it";
  if (says(message_input)) return why + "; the workflow has to declare the input `shipflow_message`";
  return why;
}

}  // namespace

result<request> github_request_of(const std::string& kind, const json::object& spec, const delivery& q) {
  if (kind != "github")
    return make_error(errc::not_found, "nothing here sends messages of kind \"" + kind + "\"");
  http::fields in(spec);
  request r;
  r.effect_key = "message:" + q.what.id;
  const auto repository = in.text("github");
  if (!github::is_repository(repository)) in.wrong("github", "must be a repository, OWNER/NAME");
  r.inputs = {{"repository", repository}, {"token", in.text("token")}, {"api_url", in.text("api_url")}};
  if (members::text(r.inputs, "token").empty())
    in.wrong("token", "is needed: GitHub takes events from nobody unknown");
  r.inputs["public_only"] = !in.flag("private", false);
  r.inputs["wait"] = in.flag("wait", true);
  r.inputs["key_input"] = in.text("key_input");
  const auto accept = in.texts("accept");
  r.inputs["accept"] = json::array(accept.begin(), accept.end());
  take_payload(in, q, r);
  if (auto good = in.finish(); !good) return good.error();
  if (auto good = check(r); !good) return good.error();
  return r;
}

delivery_answer judge(const answer& a) {
  switch (a.kind) {
    case answer_kind::done: {
      auto out = delivery_answer::delivered();
      out.why = members::text(members::as_object(a.value), "text");
      return out;
    }
    case answer_kind::started: return delivery_answer::again("GitHub took the event", a.look_again);
    case answer_kind::progress: return delivery_answer::again(a.text, a.look_again);
    case answer_kind::not_applied:
      return delivery_answer::again("looks whether GitHub has the event already", look_again);
    case answer_kind::failed:
      if (a.problem.retryable()) return delivery_answer::again(a.problem.message, a.look_again);
      return delivery_answer::refused(with_remedy(a.problem.message));
    default: return delivery_answer::again(a.problem.message, look_again);
  }
}

void github_sender::send(const delivery& q, reply_to done) {
  auto made = github_request_of(q.kind, q.spec, q);
  if (!made) return done(delivery_answer::refused(made.error().message));
  if (q.stop.stop_requested()) return done(delivery_answer::again("called off before it was sent"));
  // Nothing is asked to stop later on: that would cancel the run.
  made->deadline = on_.now() + std::max(q.deadline - q.now, duration{1});
  ask(q.what.id, std::move(*made), trace_of(q), std::move(done));
}

github_sender::trace github_sender::trace_of(const delivery& q) {
  const std::lock_guard lock(guard_);
  const auto found = traces_.find(q.what.id);
  if (found != traces_.end()) return found->second;
  return {q.attempt <= 1 ? standing::unsent : standing::unclear, nullptr, on_.now()};
}

void github_sender::note(const std::string& message, trace now) {
  const std::lock_guard lock(guard_);
  traces_[message] = std::move(now);
  if (traces_.size() <= most_traces) return;
  // Given up without a word: the oldest is looked for again, should it come after all.
  traces_.erase(std::min_element(traces_.begin(), traces_.end(), [](const auto& a, const auto& b) {
    return a.second.since < b.second.since;
  }));
}

void github_sender::forget(const std::string& message) {
  const std::lock_guard lock(guard_);
  traces_.erase(message);
}

void github_sender::ask(const std::string& message, request r, const trace& known, reply_to done) {
  r.what = known.is == standing::begun    ? verb::settle
           : known.is == standing::unsent ? verb::apply
                                          : verb::resolve;
  r.handle = known.handle;
  auto kept = known;
  // Until the answer says otherwise.
  if (r.what == verb::apply) kept = {standing::unclear, nullptr, on_.now()};
  note(message, kept);
  const auto sent = std::make_shared<request>(r);
  github::dispatch(api_, on_, std::move(r),
                   reply([this, message, sent, kept, done = std::move(done)](const answer& a) {
                     came(message, *sent, kept, a, done);
                   }));
}

void github_sender::came(const std::string& message, request r, const trace& known, const answer& a,
                         const reply_to& done) {
  const bool absent = r.what == verb::resolve && a.kind == answer_kind::not_applied;
  if (absent && on_.now() - known.since >= github::listed_within)
    return ask(message, std::move(r), {standing::unsent, nullptr, on_.now()}, done);
  auto out = judge(a);
  if (out.what != delivery_answer::outcome::again)
    forget(message);
  else if (a.kind == answer_kind::started)
    note(message, {standing::begun, a.value, on_.now()});
  else if (r.what == verb::apply && a.kind == answer_kind::failed)
    note(message, {standing::unsent, nullptr, on_.now()});
  done(std::move(out));
}

}  // namespace shipflow::notify
