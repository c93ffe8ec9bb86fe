// Rows of a kept chunk of a trigger's samples, read without a tree: a day of fifty metrics has millions of values.
#pragma once

#include "health/slot.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace shipflow::health {

struct chunk_row {
  slot_index slot = 0;
  std::vector<slot_sample> samples;
};
struct chunk_rows {
  std::vector<chunk_row> rows;
  std::optional<slot_index> began;
};

/// The body is described in <shipflow/run.hpp>; each row has as many samples as the trigger has `inputs`. Whatever is in
/// `into` is overwritten, and its memory used again. False when it is not readable: `into` is then of no use.
[[nodiscard]] bool read_chunk_rows(std::string_view body, std::size_t inputs, chunk_rows& into);

}  // namespace shipflow::health
