// The course of one rehearsed run: engines that come and go, and the end.
#include "rehearsal/scene.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace shipflow::rehearsal {
namespace {

std::set<std::string> channel_kinds(const plan& what) {
  std::set<std::string> out;
  for (const auto& c : what.channels) out.insert(c.kind);
  return out;
}

constexpr duration downtime{3'000};
constexpr duration until_settled{90'000};  // after the end: late answers, engines that were stopped
constexpr duration parked_long_enough{900'000};
constexpr duration between_ready_looks{3'600'000};  // nothing here lapses by itself
constexpr std::uint64_t most_handlers = 3'000'000;
constexpr std::int64_t most_facts = 1'500;  // and a hundred for each step
constexpr int most_actions = 6;

// A provider as one engine sees it.
class hooked_provider final : public provider {
 public:
  using hook = std::function<void(request, reply)>;
  hooked_provider(std::shared_ptr<world_model> model, hook h)
      : model_(std::move(model)), hook_(std::move(h)) {}
  [[nodiscard]] std::string name() const override { return model_->name(); }
  [[nodiscard]] std::vector<action_spec> actions() const override { return model_->actions(); }
  [[nodiscard]] result<std::vector<action_spec>> actions_of(const json::object& target) const override {
    return model_->actions_of(target);
  }
  void call(request q, reply r) override { hook_(std::move(q), std::move(r)); }

 private:
  std::shared_ptr<world_model> model_;
  hook hook_;
};

template <class Source>
std::shared_ptr<Source> source_named(const std::vector<std::shared_ptr<Source>>& all, const std::string& name,
                                     std::vector<std::string> (Source::*names)() const) {
  for (const auto& s : all) {
    const auto has = ((*s).*names)();
    if (std::find(has.begin(), has.end(), name) != has.end()) return s;
  }
  return nullptr;
}

std::vector<std::string> active_steps(const run_state& s) {
  std::vector<std::string> out;
  for (const auto i : s.active)
    out.push_back(s.what->steps[i].id + " is " + std::string(name_of(s.steps[i].status)));
  return out;
}

}  // namespace

scene::scene(const staged& s, const std::vector<fault>& faults, std::uint64_t seed)
    : staged_(s),
      script_(faults),
      time_(seed),
      world_(std::make_shared<world>(time_)),
      climate_(std::make_shared<climate>(
          climate{time_, s.known, weather::well, [this] { return quiet_until(); }, {}, 0})),
      inner_(make_memory_store()),
      people_(s, script_, time_, [this](const said& what) { say(what); }) {
  auto made = s.make_world ? s.make_world(world_) : rehearsal_world{};
  models_ = models_for(*s.what, world_, std::move(made.models));
  for (const auto& kind : s.probe_kinds)
    probes_.push_back(make_probes(climate_, {kind}, source_named(made.probes, kind, &probe_source::kinds)));
  for (const auto& name : s.metric_names)
    metrics_.push_back(
        make_metrics(climate_, {name}, source_named(made.metrics, name, &metric_source::names)));
  watch_world();
}

// Replies first: they answer to engines; engines before the time they live in.
scene::~scene() {
  for (auto& h : hosts_) {
    h.dead = h.keep->dead = true;
    h.works.reset();
  }
  held_.clear();
  time_.forget();
  hosts_.clear();
}

scene::host& scene::boot() {
  hosts_.emplace_back();
  auto& h = hosts_.back();
  h.program = time_.begin_program();
  h.keep = std::make_shared<disturbed_store>(inner_);
  h.keep->judge = [this, &h](const commit_request& c) { return judge(h, c); };
  h.keep->written = [this](const commit_request& c) { written(c); };
  engine_options options;
  options.id = "engine-" + std::to_string(hosts_.size());
  options.secrets = [](const std::string& source, const secret_reply& done) {
    done(secret_mark + sha256_hex(source).substr(0, 16));
  };
  options.ready_every = between_ready_looks;
  h.works = std::make_unique<engine>(*h.program, h.keep, std::move(options));
  for (const auto& m : models_)
    (void)h.works->add(std::make_shared<hooked_provider>(
        m, [this, &h, m](request q, reply r) { pass_call(h, *m, std::move(q), std::move(r)); }));
  for (const auto& p : probes_) (void)h.works->add(p);
  for (const auto& m : metrics_) (void)h.works->add(m);
  for (const auto& kind : channel_kinds(*staged_.what))
    (void)h.works->add(make_notifier(kind, [this](const delivery& d) { return told(d); }));
  return h;
}

// Nobody is told anything: what would be said is looked at.
delivery_answer scene::told(const delivery& d) {
  if (json::serialize(to_json(d.what)).find(secret_mark) != std::string::npos)
    found("secrets", "a secret is in the message of " + d.what.moment + " to " + d.what.channel);
  return delivery_answer::delivered();
}

// The engine is on the stack: it stops here and is buried when its handler has returned. It need not be the
// newest: one that lost the run and does not know it may be the one that writes.
void scene::crash(host& h) {
  h.dead = h.keep->dead = true;
  h.program->pause();
  crashed_ = &h;
}

void scene::bury() {
  auto& h = *std::exchange(crashed_, nullptr);
  h.program->forget();
  h.works.reset();
  h.program->forget();
  time_.call_at(time_.now() + downtime, [this] { (void)boot().works->resume(); });
}

// The old engine is stopped without knowing it, for example by a paused machine, and acts on later.
void scene::take_over() {
  auto& old = hosts_.back();
  old.program->pause();
  constexpr std::array<std::int64_t, 4> waits{50, 400, 5'000, 45'000};
  const duration asleep{waits.at(time_.random() % waits.size())};
  time_.post([this] { (void)boot().works->resume(); });
  time_.call_at(time_.now() + asleep, [&old] { old.program->proceed(); });
}

void scene::upgrade() {
  auto& old = hosts_.back();
  if (old.dead) return;
  old.works->stop();
  time_.call_at(time_.now() + duration{1'500}, [this, &old] {
    if (old.dead) return;
    old.dead = old.keep->dead = true;
    old.program->pause();
    old.program->forget();
    old.works.reset();
    old.program->forget();
    (void)boot().works->resume();
  });
}

// Whoever speaks reaches the engine that has the run, as the control socket does; the newest when none has it.
scene::host& scene::spoken_to() {
  const auto holds = std::find_if(hosts_.rbegin(), hosts_.rend(),
                                  [](const host& h) { return !h.dead && h.works->loaded() > 0; });
  return holds == hosts_.rend() ? hosts_.back() : *holds;
}

void scene::say(const said& what) {
  auto& h = spoken_to();
  if (h.dead) {
    time_.call_at(time_.now() + duration{1'000}, [this, what] { say(what); });
    return;
  }
  (void)h.works->say(run_, what);
}

// A newer release of the same plan: refused while this one holds the environment.
void scene::supersede() {
  auto& h = hosts_.back();
  if (h.dead || !newer_run_.empty()) return;
  auto newer = *staged_.what;
  newer.release.version += "-next";
  const auto started = h.works->start(newer, staged_.start);
  newer_run_ = started ? *started : "refused";
}

std::optional<run_row> scene::row() {
  auto r = inner_->get_run(run_);
  return r ? std::optional(std::move(*r)) : std::nullopt;
}

void scene::live(const std::function<bool()>& done) {
  while (!done()) {
    if (crashed_ != nullptr) bury();
    if (!time_.step(limit_)) return;
    const auto facts = most_facts + 100 * static_cast<std::int64_t>(staged_.what->steps.size());
    if (time_.handlers() > most_handlers || facts_ > facts) {
      found("bounded", "it goes round: " + std::to_string(facts_) + " facts and no end");
      return;
    }
  }
}

void scene::begin() {
  auto& h = boot();
  began_ = time_.now();
  // The models know their components once they were asked about them.
  for (const auto& step : staged_.what->steps) {
    if (step.kind != step_kind::action) continue;
    request q;
    q.what = verb::observe;
    q.action = step.action;
    q.step = step.id;
    q.component = step.component;
    q.environment = staged_.what->environment;
    q.target = step.target;
    q.inputs = step.inputs;
    const auto model = std::find_if(models_.begin(), models_.end(),
                                    [&](const auto& m) { return m->name() == step.provider; });
    if (model != models_.end()) (*model)->call(std::move(q), reply([](const answer&) {}));
  }
  time_.run_until([] { return false; }, duration{1'000});
  before_ = snapshot();
  for (const auto& m : models_)
    for (const auto& s : m->serves())
      if (s.weight > 0) floors_[s.component] += s.healthy;
  began_ = time_.now();
  limit_ = began_ + staged_.patience;
  auto started = h.works->start(*staged_.what, staged_.start);
  if (started)
    run_ = *started;
  else
    found("ends", "the run cannot be started: " + started.error().text());
}

// Whoever meets the same trouble again takes the next of the commands that the run states.
void scene::act_as_told(const run_state& s) {
  if (s.parked.empty()) {
    if (!s.questions.empty())
      people_.asked(s.questions.begin()->second);
    else if (!s.active.empty())
      people_.asked(*s.active.begin());
    return;
  }
  const auto commands = commands_in(s.parked_command);
  const auto again = tried_[s.parked]++;
  if (again > 0 && put_right_) put_right_();
  if (commands.empty() || !people_.obey(commands[std::min(again, commands.size() - 1)]))
    people_.ask_for("rollback");
}

// What a parked run says that people can do must lead on.
void scene::obey_until_ended() {
  limit_ = time_.now() + staged_.patience;
  for (int n = 0; n < most_actions && !over_at_; ++n) {
    const auto state = load_run(*inner_, run_);
    if (!state || hosts_.back().dead) return;
    const auto rev = state->rev;
    act_as_told(*state);
    parked_at_.reset();
    const auto since = time_.now();
    live([&] {
      if (over_at_) return true;
      const auto now_row = row();
      const bool moved = now_row && now_row->rev > rev;
      const bool still = parked_at_ && time_.now() > *parked_at_ + duration{60'000};
      return (moved && still) || time_.now() > since + std::chrono::hours(5);
    });
  }
}

ending scene::play() {
  begin();
  if (run_.empty()) {
    ending e;
    e.outcome = rehearsed::violated;
    e.findings = findings_;
    return e;
  }
  live([&] {
    if (over_at_) return time_.now() > *over_at_ + until_settled;
    return parked_at_ && time_.now() > *parked_at_ + parked_long_enough;
  });
  return conclude();
}

void scene::conclude_unfinished(ending& e, const run_state& s) {
  e.outcome = rehearsed::parked;
  e.why = s.parked;
  e.action = s.parked_command;
  if (s.parked.empty() && !s.questions.empty()) {
    e.why = s.questions.begin()->second.text;
    e.action = "shipflow approve " + s.id + " " + s.questions.begin()->first;
  }
  const auto asking = std::find_if(s.active.begin(), s.active.end(),
                                   [&](step_index i) { return s.steps[i].status == step_status::asking; });
  if (e.action.empty() && asking != s.active.end()) {
    e.why = s.what->steps[*asking].id + " waits for people";
    e.action = "shipflow approve " + s.id + " " + s.what->steps[*asking].id;
  }
  if (e.action.empty()) {
    std::string all;
    for (const auto& one : active_steps(s)) all += (all.empty() ? "" : ", ") + one;
    found("ends", "the run is " + std::string(name_of(s.phase)) +
                      (s.parked.empty() ? "" : ", parked: " + s.parked) +
                      ", states nothing that a person can do, and nothing will happen" +
                      (all.empty() ? "" : ": " + all));
    return;
  }
  obey_until_ended();
  if (!over_at_) found("ends", "doing what the run asks for (" + e.action + ") does not bring it to an end");
}

ending scene::conclude() {
  ending e;
  e.happened = script_.all_happened();
  auto state = load_run(*inner_, run_);
  if (!state) {
    found("chain", state.error().text());
    e.findings = findings_;
    e.outcome = rehearsed::violated;
    return e;
  }
  const auto ended_at = over_at_ ? *over_at_ : parked_at_.value_or(time_.now());
  e.lasted = ended_at - began_;
  e.steps = state->steps;
  e.created = state->created;
  if (is_terminal(state->phase)) {
    e.outcome = state->phase == phase::released ? rehearsed::released : rehearsed::restored;
    e.why = state->reason;
    e.released = state->phase == phase::released;
    if (turned_at_) e.restoring = *over_at_ - *turned_at_;
  } else {
    conclude_unfinished(e, *state);
    if (auto later_state = load_run(*inner_, run_)) state = std::move(later_state);
  }
  check_effects();
  check_restored(*state);
  check_journal(*state);
  for (const auto& [key, count] : world_->effects())
    if (count.undone > 0) e.undone.insert(count.step);
  e.questions = questions_;
  e.hash = state->hash;
  if (!newer_run_.empty())
    if (const auto other = load_run(*inner_, newer_run_)) e.hash += other->hash;
  e.virtual_time = time_.now() - began_;
  e.findings = findings_;
  if (!e.findings.empty()) e.outcome = rehearsed::violated;
  return e;
}

}  // namespace shipflow::rehearsal
