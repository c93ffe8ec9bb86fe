// What was compared becomes so.
#pragma once

#include "provider/site/compare.hpp"
#include "provider/site/lock.hpp"
#include "provider/site/transfer.hpp"

namespace shipflow::site {

/// Carries the changes out, place by place: nothing is named before it is there. `from` null: nothing is put. What is
/// replaced is kept first.
[[nodiscard]] result<void> carry(session& s, lock& held, const tree* from, comparison& what);
/// Deletes `goes`, pages first.
[[nodiscard]] result<void> let_go(session& s, lock& held, comparison& what);
/// Writes what is about to happen down, for those who come after a crash.
[[nodiscard]] result<void> announce(session& s, comparison& what);
/// Writes the manifest, and the same as the release's own; from then on the release is what stands there. `etag`: of
/// the manifest it replaces, or empty. Fills digest, files and bytes of `head` when there is no digest yet.
[[nodiscard]] result<void> conclude(session& s, lock& held, heading& head, comparison& what,
                                    const std::string& etag);

}  // namespace shipflow::site
