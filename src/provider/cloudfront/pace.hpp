// Effects that are made of several writes: one in each call, each after a look at what stands.
#pragma once

#include "provider/cloudfront/binding.hpp"

namespace shipflow::cloudfront {

/// Where such an effect is: what is noted of it, and when it began.
struct under_way {
  json::object handle;
  time_point begun{};
};

/// It has begun, or is found again.
[[nodiscard]] answer begun(under_way at);
/// Something was written; the next thing need not wait.
[[nodiscard]] answer next(const session& s, under_way at, const std::string& text);
/// CloudFront is at it; looked at again the later the longer it takes.
[[nodiscard]] answer goes_on(const session& s, under_way at, const std::string& text);
/// After a write. Who writes meanwhile is not overwritten: what stands is looked at again.
[[nodiscard]] answer written(const session& s, under_way at, const aws::outcome& said,
                             const std::string& text);

}  // namespace shipflow::cloudfront
