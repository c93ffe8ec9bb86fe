// Where a request goes, and for which region it is signed.
#pragma once

#include "aws/service.hpp"

#include <shipflow/aws.hpp>

#include <string>

namespace shipflow::aws {

struct address {
  std::string endpoint;  ///< what clocks and connections belong to: "https://ecs.eu-west-1.amazonaws.com"
  std::string url;       ///< the whole of it, path and query included
  std::string region;    ///< of the signature
};

/// `endpoint`: of the call, or empty: what is configured, else AWS's own. Buckets are part of the host at AWS itself
/// if their name may be, and of the path everywhere else: names with dots match no certificate, and a server with
/// an address of its own seldom answers to the names of its buckets. Error: the service is not in that partition.
[[nodiscard]] result<address> address_of(const aws_options& from, const service& s, const wire_request& q,
                                         const std::string& endpoint, const std::string& region);

}  // namespace shipflow::aws
