// Reading the calendar of an environment: its words, its time zone and its holidays.
#pragma once

#include <shipflow/model.hpp>

namespace shipflow::model_room {

/// `where` has its roles already. Nothing when something is wrong.
[[nodiscard]] std::optional<release_calendar> read_calendar(const node& written, const environment& where,
                                                            const variable_sources& sources,
                                                            diagnostics& out);

}  // namespace shipflow::model_room
