// A provider that looks and never touches: for observe-only mode, see shadow.hpp.
#pragma once

#include <shipflow/provider.hpp>

#include <memory>

namespace shipflow {
inline namespace v1 {

/// Offers what `real` offers, under its name. `observe` and `diagnose` are asked of `real`; an observation that
/// fails counts as nothing seen. `apply`, `undo` and `settle` are done at once and reach nobody, `resolve`
/// answers that nothing was carried out, `ready` is unknown.
[[nodiscard]] std::shared_ptr<provider> make_shadow_provider(std::shared_ptr<provider> real);

}  // namespace v1
}  // namespace shipflow
