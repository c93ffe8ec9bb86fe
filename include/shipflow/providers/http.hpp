// The `http` provider: one call to an endpoint, or waiting until an endpoint says what is wanted.
//
// Inputs of all actions
//
//   url            http or https, without user and password; sent byte for byte
//   method         call: POST, put: PUT, wait: GET
//   headers        { name: value }
//   body or json   text, or any value (sent with Content-Type: application/json)
//   expect         200 | [200, 201] | "2xx" | "200-299" | { status, header: { name: value },
//                  body: { contains, matches }, json: { "/pointer": value }, latency: "<500ms",
//                  certificate: 14d }; 2xx when not given. See probes.hpp for each member
//   capture        { name: "/json/pointer" }: outputs of the step, taken from the answer
//   timeout        of one request; the call's deadline counts if it is earlier
//   redirects      how many to follow, 0..20; 0: a redirect is the answer
//   ca, tls_verify, server_name     PEM file of authorities; false: any certificate; name to check
//
// Outputs: status, latency_ms and what `capture` names.
//
// Actions
//
//   call  {..., verify: {url, method, headers, expect, ...}, undo: {method, url, headers, json, ...}}
//           One request that makes something new each time.
//   put   the same inputs; the request may be repeated and sets the same thing every time.
//   wait  {..., every: 2s}
//           Asks every so often until `expect` holds, as long as the step's timeout allows. Changes nothing.
//
// call and put send `Idempotency-Key: <effect key>`, the same after every retry and crash, unless
// the plan sets that header (draft-ietf-httpapi-idempotency-key-header).
//
// What an answer means. As expected: done. 429, 500, 503 and other 5xx: failed, may be tried again;
// for `call` 502 and 504 are unknown, because the gateway does not say whether the request arrived.
// Another answer: failed. Connection refused, name unknown, certificate not accepted, or out of
// time before sending: failed. Reset, garbage or out of time after sending: unknown.
//
// Unknown is resolved by `verify`: it was carried out when the answer to that request is as expected
// (`capture` then reads this answer), and was not when there is another answer below 500. Without
// `verify` it stays unknown: the engine repeats a `put`, and asks people about a `call`.
//
// Undo sends the request `undo`, method and url required. `${name}` inside it (`$${name}` in a
// document) stands for what `capture` took, percent-encoded in the url. 404 and 410 to a DELETE
// without `expect` mean that it is gone already. A call that certainly was not carried out, or that has no
// `undo`, has nothing to put back. Undo itself must bear repetition.
#pragma once

#include <shipflow/provider.hpp>

#include <memory>

namespace shipflow {
inline namespace v1 {

/// A provider with one thread of its own, on which replies are given. The destructor cancels
/// requests under way (answered as `unknown` when they may have arrived) and joins.
[[nodiscard]] std::shared_ptr<provider> make_http_provider();

}  // namespace v1
}  // namespace shipflow
