// The two readers. Both feed a tree_builder and end with `stop` after a finding that ends the pass.
#pragma once

#include "document/tree_builder.hpp"

#include <string_view>

namespace shipflow::doc {

/// YAML 1.2 by yaml-cpp's events. The text is valid UTF-8 without a byte order mark.
void read_yaml(std::string_view text, tree_builder& tree);

/// JSON (RFC 8259) and `#` comments to the end of the line. Own reader, since yaml-cpp refuses
/// the surrogate pairs of `\ud83d\ude00` and accepts much that is not JSON.
void read_json(std::string_view text, tree_builder& tree);

}  // namespace shipflow::doc
