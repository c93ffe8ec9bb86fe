#include "engine/probe_provider.hpp"

#include <algorithm>
#include <map>

namespace shipflow::engine_room {
namespace {

constexpr duration default_within{120'000};

std::string text_of(const json::object& o, const char* key) {
  const auto* v = o.if_contains(key);
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
}

duration span_of(const json::object& o, const char* key, duration otherwise) {
  const auto read = parse_duration(text_of(o, key));
  return read ? *read : otherwise;
}

// How one probe of a waiting step stands.
struct standing {
  int passes = 0;
  int wanted = 1;
  std::string text = "not looked at yet";
  bool looking = false;
  time_point next{};
};

// One waiting step. After a crash it is built anew: looking again costs nothing.
struct vigil {
  time_point give_up{};
  std::map<std::string, standing> probes;
};

class probe_provider final : public provider {
 public:
  explicit probe_provider(core& shared) : core_(shared) {}

  [[nodiscard]] std::string name() const override { return "probe"; }
  [[nodiscard]] std::vector<action_spec> actions() const override {
    action_spec a;
    a.name = "wait";
    a.undo = reversibility::forward_only;
    a.help = "waits until probes are up";
    a.inputs = {{"probes", "object", true, false, "name to probe, as the compiler writes it"},
                {"within", "duration", false, false, "how long that may take"}};
    return {a};
  }

  void call(request q, reply r) override {
    switch (q.what) {
      case verb::apply:
        r(answer::started(json::object{{"since", to_ms(core_.time.now())}}, duration{0}));
        return;
      case verb::settle: r(settle(q)); return;
      case verb::resolve: r(answer::not_applied()); return;
      default: r(answer::done()); return;
    }
  }

 private:
  answer settle(const request& q) {
    const auto* probes = q.inputs.if_contains("probes");
    if (probes == nullptr || !probes->is_object())
      return answer::failed(make_error(errc::invalid_argument, "probe: `probes` is missing"));
    if (q.stop.stop_requested()) {
      vigils_.erase(q.effect_key);
      return answer::failed(make_error(errc::cancelled, "stopped"));
    }
    const auto now = core_.time.now();
    const auto [at, fresh] = vigils_.try_emplace(q.effect_key);
    auto& v = at->second;
    if (fresh) v.give_up = now + span_of(q.inputs, "within", default_within);
    for (const auto& probe : probes->get_object())
      look(q, v, std::string(probe.key()), probe.value().get_object());
    return judge(q.effect_key, v, now);
  }

  answer judge(const std::string& key, const vigil& v, time_point now) {
    std::string waiting;
    std::size_t up = 0;
    for (const auto& [name, s] : v.probes) {
      if (s.passes >= s.wanted)
        ++up;
      else
        waiting += (waiting.empty() ? "" : "; ") + name + ": " + s.text;
    }
    if (up == v.probes.size()) {
      vigils_.erase(key);
      return answer::done();
    }
    if (now >= v.give_up) {
      vigils_.erase(key);
      return answer::failed(make_error(errc::failed, "not up in time: " + waiting));
    }
    const auto percent = static_cast<int>(100 * up / v.probes.size());
    return answer::in_progress(percent, waiting, duration{100});
  }

  void look(const request& q, vigil& v, const std::string& name, const json::object& probe) {
    auto& s = v.probes[name];
    const auto* rise = probe.if_contains("rise");
    s.wanted = rise != nullptr && rise->is_int64() ? static_cast<int>(rise->get_int64()) : 1;
    const auto now = core_.time.now();
    if (s.looking || s.passes >= s.wanted || now < s.next) return;
    probe_request look;
    look.kind = text_of(probe, "kind");
    look.name = name;
    if (const auto* spec = probe.if_contains("spec"); spec != nullptr && spec->is_object())
      look.spec = spec->get_object();
    if (const auto* target = probe.if_contains("target"); target != nullptr && target->is_object())
      look.target = target->get_object();
    look.environment = q.environment;
    look.component = text_of(probe, "component");
    look.deadline = now + span_of(probe, "timeout", duration{2'000});
    s.next = now + std::min(span_of(probe, "every", duration{5'000}), duration{1'000});
    auto* source = core_.find_probe(look.kind);
    if (source == nullptr) {
      s.text = "no source for probes of kind " + look.kind;
      return;
    }
    s.looking = true;
    source->look(std::move(look), [this, &time = core_.time, alive = std::weak_ptr<int>(alive_),
                                   key = q.effect_key, name](probe_answer a) {
      time.post([this, alive, key, name, a = std::move(a)] {
        if (!alive.expired()) seen(key, name, a);
      });
    });
  }

  void seen(const std::string& key, const std::string& name, const probe_answer& a) {
    const auto found = vigils_.find(key);
    if (found == vigils_.end()) return;
    auto& s = found->second.probes[name];
    s.looking = false;
    s.text = a.text;
    s.passes = a.outcome == shipflow::look::pass ? s.passes + 1 : 0;
  }

  core& core_;
  std::map<std::string, vigil> vigils_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace

std::shared_ptr<provider> make_probe_provider(core& shared) {
  return std::make_shared<probe_provider>(shared);
}

}  // namespace shipflow::engine_room
