// What goes wrong with calls, on demand.
#pragma once

#include <random>
#include <string>

namespace tests {

enum class mishap {
  none,
  throttled,     ///< refused with ThrottlingException
  fails_before,  ///< 500 and nothing happened
  fails_after,   ///< 500, and it happened
  drops_before,  ///< the connection is gone, and nothing happened
  drops_after,   ///< it happened, and the connection is gone
  truncated,     ///< half of the answer
  malformed,     ///< what is no JSON and no XML
  oversized,     ///< more than any client should take
  entities,      ///< XML with entities that grow
  mangled,       ///< some bytes are others
};

/// The body of a good answer as it comes out.
[[nodiscard]] std::string spoiled(mishap how, const std::string& operation, std::string body,
                                  std::mt19937& dice);

}  // namespace tests
