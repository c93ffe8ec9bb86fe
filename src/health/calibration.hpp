// Calibration of a trigger: which of its tests can be, what to ask of the past, and what came of it.
#pragma once

#include "health/trigger.hpp"

#include <shipflow/verdict/calibration.hpp>

namespace shipflow::health {

/// One `worse` of counts whose paces are to be chosen.
struct calibration_wish {
  std::string text;      ///< of the atom
  std::size_t look = 0;  ///< of the trigger: the series of the stable fleet
  std::size_t bad = 0;   ///< series within the look
  std::size_t all = 0;
  calibration_question question;
};
/// In order of the conditions, each text once.
[[nodiscard]] std::vector<calibration_wish> wishes_of(const trigger& t);

/// The stable fleet, instance by instance, as a source remembers it; `first` is the oldest slot.
[[nodiscard]] std::vector<fleet_slot> fleet_of(const calibration_wish& w, const metric_history& past,
                                               slot_index first);

/// The paces of a calibration as a note keeps it (<shipflow/run.hpp>), for `trigger_spec::lanes`; of null: none. Error:
/// `corrupt`.
[[nodiscard]] result<std::map<std::string, std::vector<lane>>> lanes_of(const json::value& calibration,
                                                                        duration slot);

}  // namespace shipflow::health
