// JSON bodies and the digests that name them.
#pragma once

#include <shipflow/error.hpp>

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace shipflow {
inline namespace v1 {

namespace json = boost::json;

/// The canonical text of a value: keys sorted bytewise at every level, no white space,
/// integers without exponent, shortest round-trip doubles. Equal values give equal bytes,
/// so digests are taken over this form. O(n log n) in the number of keys.
[[nodiscard]] std::string canonical(const json::value& value);

/// Lower-case hexadecimal SHA-256 (FIPS 180-4) of the bytes, 64 characters.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// "sha256:" and the hash of the canonical text: the name of a plan, a pin or a rule set.
[[nodiscard]] std::string digest_of(const json::value& value);

/// Parses JSON with bounds: at most `max_depth` levels and no duplicate-key tolerance
/// beyond "last one wins" (documents written by people go through `document` instead).
/// Doubles are rounded correctly, so `parse_json(canonical(v))` has the digest of `v`; Boost's
/// own `json::parse` is off by a bit now and then and must not read what is hashed.
[[nodiscard]] result<json::value> parse_json(std::string_view text, std::size_t max_depth = 64);

}  // namespace v1
}  // namespace shipflow
