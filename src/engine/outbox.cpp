#include "engine/outbox.hpp"

#include "engine/core.hpp"
#include "engine/secret_fetch.hpp"
#include "message/pieces.hpp"
#include "message/teller.hpp"

#include <algorithm>
#include <utility>

namespace shipflow::engine_room {
namespace {

constexpr std::size_t at_once = 8;
// Longer than any attempt: until then nobody else takes the message.
constexpr duration held_for{90'000};
constexpr duration first_pause{5'000};
constexpr duration longest_pause{600'000};
constexpr duration longest_wish{3'600'000};  // of a `Retry-After`
constexpr int most_attempts = 500;
constexpr duration retry_store{1'000};

duration pause_after(int attempts, std::uint64_t draw) {
  auto wait = first_pause.count();
  for (int i = 1; i < attempts && wait < longest_pause.count(); ++i) wait *= 2;
  wait = std::min(wait, longest_pause.count());
  return duration{wait / 2 + static_cast<std::int64_t>(draw % static_cast<std::uint64_t>(wait / 2 + 1))};
}

const plan_channel* channel_of(const plan& what, const std::string& name) {
  const auto found =
      std::find_if(what.channels.begin(), what.channels.end(), [&](const auto& c) { return c.name == name; });
  return found == what.channels.end() ? nullptr : &*found;
}

}  // namespace

outbox::outbox(core& shared) : core_(shared) {}

outbox::~outbox() {
  core_.time.cancel(timer_);
  for (auto& [id, s] : open_) {
    core_.time.cancel(s.deadline);
    s.stop.request_stop();
  }
}

void outbox::wake() { look_at(core_.time.now()); }

void outbox::stop() {
  for (auto& [id, s] : open_) s.stop.request_stop();
}

std::size_t outbox::unsent() const {
  if (!open_.empty() || core_.stopping) return open_.size();
  const auto next = core_.keep->next_message();
  return next && *next && from_ms(**next) <= core_.time.now() ? 1 : 0;
}

void outbox::look_at(time_point when) {
  if (core_.stopping || (timer_at_ && *timer_at_ <= when)) return;
  core_.time.cancel(timer_);
  timer_at_ = when;
  timer_ = core_.time.call_at(when, [this, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired()) return;
    timer_at_.reset();
    look();
  });
}

void outbox::look() {
  if (core_.stopping || open_.size() >= at_once) return;
  const auto now = core_.time.now();
  const auto next = core_.keep->next_message();
  if (next && (!*next || from_ms(**next) > now)) {
    if (*next) look_at(from_ms(**next));
    return;
  }
  auto taken = next ? core_.keep->take_messages(to_ms(now), to_ms(now + held_for), at_once - open_.size())
                    : result<std::vector<stored_message>>(next.error());
  if (!taken) {
    core_.emit_trouble("", "messages cannot be read: " + taken.error().text());
    look_at(now + retry_store);
    return;
  }
  for (const auto& m : *taken) start(m);
  look_at(now + duration{1});
}

void outbox::start(const stored_message& m) {
  const auto row = core_.keep->get_run(m.run);
  const auto what =
      row ? core_.load_plan(row->plan_digest) : result<std::shared_ptr<const plan>>(row.error());
  const auto* channel = what ? channel_of(**what, m.channel) : nullptr;
  if (channel == nullptr) {
    auto lost = m;
    lost.status = message_status::given_up;
    lost.why = what ? "the plan has no such channel" : what.error().message;
    settle(std::move(lost));
    return;
  }
  auto& s = open_[m.id];
  s.what = m;
  s.channel = *channel;
  s.deadline = core_.time.call_after(channel->timeout, [this, alive = std::weak_ptr<int>(alive_), id = m.id] {
    if (alive.expired()) return;
    const auto found = open_.find(id);
    if (found == open_.end()) return;
    found->second.stop.request_stop();
    answered(id,
             delivery_answer::again("no answer within " + format_duration(found->second.channel.timeout)));
  });
  send(m.id, *what);
}

void outbox::send(const std::string& id, const std::shared_ptr<const plan>& what) {
  auto* via = core_.find_notifier(open_.at(id).channel.kind);
  if (via == nullptr) {
    answered(id, delivery_answer::again("nothing here sends messages of kind " + open_.at(id).channel.kind));
    return;
  }
  const auto names = secret_names(json::value(open_.at(id).channel.spec));
  fetch_secrets(
      core_, *what, names,
      [this, alive = std::weak_ptr<int>(alive_), id, via, what](const result<secret_values>& known) {
        if (alive.expired() || !open_.contains(id)) return;
        auto& s = open_.at(id);
        delivery q;
        q.kind = s.channel.kind;
        q.spec = s.channel.spec;
        if (auto revealed = reveal_spec(q.spec, known, s.seen); !revealed)
          return answered(id, delivery_answer::again(revealed.error().message));
        q.what = messages::read_stored(s.what);
        q.attempt = s.what.attempts;
        q.now = core_.time.now();
        q.deadline = q.now + s.channel.timeout;
        q.stop = s.stop.get_token();
        via->send(std::move(q), [this, alive, id, back = core_.back](delivery_answer a) {
          back->post([this, alive, id, a = std::move(a)]() mutable {
            if (!alive.expired()) answered(id, std::move(a));
          });
        });
      });
}

void outbox::answered(const std::string& id, delivery_answer a) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  core_.time.cancel(found->second.deadline);
  auto m = after(found->second, std::move(a));
  wipe(found->second.seen);
  open_.erase(found);
  settle(std::move(m));
  look_at(core_.time.now());
}

stored_message outbox::after(const sending& s, delivery_answer a) const {
  auto m = s.what;
  m.why = a.why.empty() ? a.why : messages::harmless(redact(std::move(a.why), s.seen));
  const auto now = core_.time.now();
  const bool old = now - from_ms(m.at_ms) >= s.channel.give_up || m.attempts >= most_attempts;
  if (a.what == delivery_answer::outcome::delivered) {
    m.status = message_status::delivered;
  } else if (a.what == delivery_answer::outcome::refused || old) {
    m.status = message_status::given_up;
    if (m.why.empty()) m.why = "no reason was given";
  } else {
    const auto wish = std::min(a.not_before, longest_wish);
    m.due_ms = to_ms(now + std::max(wish, pause_after(m.attempts, core_.time.random())));
  }
  return m;
}

void outbox::settle(stored_message m) {
  if (auto kept = core_.keep->settle_message(m); !kept) {
    // It is due again when its time is over; a receiver that had it knows its id.
    core_.emit_trouble(m.run, "a message's outcome cannot be kept: " + kept.error().text());
    return;
  }
  engine_event e;
  e.what_kind = engine_event::kind::message;
  e.run = m.run;
  e.body = {{"message", m.id},
            {"channel", m.channel},
            {"moment", m.moment},
            {"status", std::string(name_of(m.status))},
            {"attempts", m.attempts}};
  if (!m.why.empty()) e.body["why"] = m.why;
  core_.emit(std::move(e));
}

}  // namespace shipflow::engine_room
