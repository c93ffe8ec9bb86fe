// `${name}` in the undo request.
#pragma once

#include <shipflow/json.hpp>

namespace shipflow::http_provider {

/// A copy with every `${name}` replaced by the member of `from`, as text. In the member `url` of the
/// top level the text is percent-encoded (RFC 3986 2.3). Errors: a name that `from` does not have.
[[nodiscard]] result<json::object> fill(const json::object& into, const json::object& from);

}  // namespace shipflow::http_provider
