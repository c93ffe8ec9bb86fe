// Which decision a signal asks for, and whether it may be asked for now.
#include "run/body.hpp"
#include "run/speech.hpp"

#include <algorithm>
#include <array>

namespace shipflow::run {
namespace {

enum class whose {
  own,       ///< the decision looks at roles itself
  operators  ///< only those who may start the release
};

struct handler {
  std::string_view name;
  whose may;
  void (*decide)(decision& d, const speech& p);
};

// Its meaning is in the fact; what follows from it, others decide.
void note(decision& d, const speech& p) { say(d, p, "done", ""); }

constexpr std::array handlers{
    handler{"approve", whose::own, approve},
    handler{"reject", whose::own, reject},
    handler{"tick", whose::own, tick},
    handler{"untick", whose::own, untick},
    handler{"rollback", whose::own, roll_back},
    handler{"override", whose::own, override_calendar},
    handler{"supersede", whose::own, supersede},
    handler{"wake", whose::own, note},
    handler{"schedule", whose::operators, move_start},
    handler{"pause", whose::operators, note},
    handler{"resume", whose::operators, resume},
    handler{"retry", whose::operators, retry},
    handler{"skip", whose::operators, skip},
    handler{"cancel", whose::operators, cancel},
};

}  // namespace

void on_signal(decision& d, const signal_event& e) {
  const speech p{e, roles_of(*d.s.what, e.principal, e.groups), text(e.body, "step")};
  const bool task = e.name == "tick" && names_tasks(d, p.step) && d.s.phase == phase::released;
  if (is_terminal(d.s.phase) && !task)
    return refuse(d, p, "the run has ended: " + std::string(name_of(d.s.phase)));
  if (!e.denied.empty()) return refuse(d, p, e.denied);
  const auto* const found =
      std::find_if(handlers.begin(), handlers.end(), [&](const handler& h) { return h.name == e.name; });
  // Who may not operate a run is told that first, whatever the signal is.
  const bool own = found != handlers.end() && found->may == whose::own;
  if (!own && !may(d, p, d.s.what->protection.start)) return;
  if (found == handlers.end()) return refuse(d, p, "\"" + e.name + "\" is not a signal");
  found->decide(d, p);
}

}  // namespace shipflow::run
