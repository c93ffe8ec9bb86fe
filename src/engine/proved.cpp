#include "engine/proved.hpp"

#include <shipflow/promotion.hpp>

namespace shipflow::engine_room {

result<std::string> proved_in(store& keep, const plan& what, const std::string& emergency,
                              const std::string& hotfix, time_point now) {
  const auto& rule = what.promoted_from;
  if (!rule || !hotfix.empty() || (rule->skippable && !emergency.empty())) return std::string{};
  const auto told = ask_promotion(keep, what, now);
  if (!told) return told.error();
  if (told->granted) return told->run;
  return make_error(errc::denied, what.environment + " takes only what proved itself in " +
                                      rule->environment + ": " + told->why);
}

}  // namespace shipflow::engine_room
