// The world model of the http provider: its calls, over servers that are memory.
#include "provider/http/caller.hpp"
#include "provider/http/outcome.hpp"

#include <shipflow/providers/http_world.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace shipflow {
namespace http_provider {
namespace {

/// The name in a token of a JSON pointer (RFC 6901, section 4).
std::string unescaped(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escape = token[i] == '~' && i + 1 < token.size();
    out += !escape ? token[i] : token[i + 1] == '1' ? '/' : '~';
    i += escape ? 1 : 0;
  }
  return out;
}

/// Writes `value` at a JSON pointer, making the objects on the way; lists are not made.
void put_at(json::value& into, std::string_view pointer, const json::value& value) {
  auto* here = &into;
  while (!pointer.empty()) {
    const auto end = std::min(pointer.find('/', 1), pointer.size());
    if (!here->is_object()) *here = json::object{};
    here = &here->get_object()[unescaped(pointer.substr(1, end - 1))];
    pointer.remove_prefix(end);
  }
  *here = value;
}

/// A body with what the plan expects of it and wants to capture.
std::string body_for(const call_inputs& in, const asking& ask, const std::string& made) {
  if (in.capture.empty() && ask.expect.json.empty()) return ask.expect.body_contains;
  json::value body = json::object{};
  for (const auto& [name, pointer] : in.capture) put_at(body, pointer, json::value(name + "-" + made));
  for (const auto& [pointer, value] : ask.expect.json) put_at(body, pointer, value);
  if (!ask.expect.body_contains.empty() && body.is_object())
    body.as_object()["text"] = ask.expect.body_contains;
  return json::serialize(body);
}

/// An undo has a key of its own; what it takes back is known by run and step.
std::string place_of(const shipflow::request& q) { return q.run + "/" + q.step; }

/// What servers know of one effect.
struct record {
  std::string step;
  bool there = false;
  time_point since{};
};

class servers final : public wire {
 public:
  servers(std::shared_ptr<world> where, http_world_options options)
      : where_(std::move(where)), options_(std::move(options)) {}

  void send(sending what, const shipflow::request& q, const call_inputs& in, const asking& ask,
            arrival then) override {
    auto& time = where_->time();
    time.call_at(time.now() + options_.latency, [this, what, q, in, ask, then = std::move(then)] {
      then(answer_to(what, q, in, ask), now());
    });
  }

  [[nodiscard]] const std::map<std::string, record>& made() const noexcept { return made_; }

 private:
  [[nodiscard]] time_point now() const { return where_->time().now(); }
  [[nodiscard]] static http::outcome say(int status, std::string body, duration latency) {
    http::response r;
    r.status = status;
    r.body = std::move(body);
    r.latency = latency;
    return r;
  }
  http::outcome fitting(const call_inputs& in, const asking& ask, const std::string& made) {
    auto r = *say(ask.expect.statuses.front().first, body_for(in, ask, made), options_.latency);
    r.headers = ask.expect.headers;
    if (ask.expect.certificate) r.certificate_not_after = now() + 2 * *ask.expect.certificate;
    return r;
  }
  http::outcome answer_to(sending what, const shipflow::request& q, const call_inputs& in, const asking& ask);
  void carry_out(sending what, const shipflow::request& q);

  std::shared_ptr<world> where_;
  http_world_options options_;
  std::map<std::string, record> made_;         ///< by run and step
  std::map<std::string, time_point> awaited_;  ///< by effect: first asked
};

void servers::carry_out(sending what, const shipflow::request& q) {
  auto& r = made_[place_of(q)];
  const bool wanted = what == sending::effect;
  const bool again = r.there == wanted && (q.action == "put" || !wanted);
  where_->about_to(q);
  r.step = q.step;
  if (r.there != wanted) r.since = now();
  r.there = wanted;
  const auto repeat = q.action == "put" ? effect_class::set_value : effect_class::creates;
  if (!again) where_->carried_out(q, repeat, !wanted);
  where_->touch();
}

http::outcome servers::answer_to(sending what, const shipflow::request& q, const call_inputs& in,
                                 const asking& ask) {
  const auto own = options_.endpoints.find(ask.request.method + " " + ask.request.url);
  const bool otherwise = own != options_.endpoints.end();
  if (otherwise && own->second.refuses) {
    http::failure f;
    f.code = errc::unavailable;
    f.message = ask.request.method + " " + http::shown_url(ask.request.url) + ": connection refused";
    f.where = http::stage::connect;
    return f;
  }
  const bool well = !otherwise || (own->second.status >= 200 && own->second.status < 300);
  if (well && (what == sending::effect || what == sending::undo)) carry_out(what, q);
  if (otherwise) return say(own->second.status, own->second.body, options_.latency);
  if (what == sending::verify) {
    const auto r = made_.find(place_of(q));
    const bool seen = r != made_.end() && r->second.there && now() >= r->second.since + options_.lag;
    if (!seen) return say(404, "not found", options_.latency);
  }
  if (what == sending::poll && now() < awaited_.emplace(q.effect_key, now()).first->second + options_.becomes)
    return say(503, "not yet", options_.latency);
  return fitting(in, ask, q.step);
}

class model final : public world_model {
 public:
  model(std::shared_ptr<world> where, http_world_options options)
      : servers_(std::move(where), std::move(options)), caller_(servers_) {}
  [[nodiscard]] std::string name() const override { return caller_.name(); }
  [[nodiscard]] std::vector<action_spec> actions() const override { return caller_.actions(); }
  void call(shipflow::request q, reply r) override { caller_.call(std::move(q), std::move(r)); }
  [[nodiscard]] json::object snapshot() const override {
    json::object all;
    for (const auto& [key, r] : servers_.made())
      if (r.there) all["http:" + r.step] = "there";
    return all;
  }

 private:
  servers servers_;
  caller caller_;
};

}  // namespace
}  // namespace http_provider

inline namespace v1 {

std::shared_ptr<world_model> make_http_world(std::shared_ptr<world> where, http_world_options options) {
  return std::make_shared<http_provider::model>(std::move(where), std::move(options));
}

}  // namespace v1
}  // namespace shipflow
