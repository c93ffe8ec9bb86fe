// Who is asking: `bearer: TOKEN` or `basic: { user, password }` in a mapping, as a header.
#pragma once

#include "http/fields.hpp"
#include "http/message.hpp"

namespace shipflow::http {

/// Adds an Authorization header (RFC 6750, RFC 7617) where one of the two is given. Both, or one beside
/// a header of that name, is wrong.
void read_authorization(fields& in, request& q);

}  // namespace shipflow::http
