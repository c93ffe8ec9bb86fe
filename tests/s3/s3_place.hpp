// Where an S3 server of the tests is, and how it is talked to.
#pragma once

#include "aws/place.hpp"
#include "aws/wire_request.hpp"
#include "s3/remote_bucket.hpp"

#include <future>
#include <stdexcept>
#include <string>

namespace tests {

struct s3_place {
  std::string server;  ///< its URL
  std::string bucket = "site";
  place keys{};
  bool source_is_checked = true;  ///< copies only from the ETag that is asked for

  [[nodiscard]] std::string url() const { return server; }
  [[nodiscard]] shipflow::s3::location at() const { return {.bucket = bucket, .endpoint_url = server}; }

  /// An operation on the bucket that the provider has no need of.
  void ask(const char* method, shipflow::aws::query_list query, std::string body = "") const {
    shipflow::aws::client c(keys.options());
    shipflow::aws::wire_request q;
    q.operation = "CreateBucket";
    q.method = method;
    q.bucket = bucket;
    q.query = std::move(query);
    q.body = std::move(body);
    std::promise<shipflow::aws::rest_outcome> got;
    c.send(shipflow::aws::s3, std::move(q), {},
           [&](shipflow::aws::rest_outcome o) { got.set_value(std::move(o)); });
    const auto o = got.get_future().get();
    if (!o) throw std::runtime_error(o.error().message);
  }
  void make_bucket() const { ask("PUT", {}); }
  void keep_versions() const {
    ask("PUT", {{"versioning", ""}},
        "<VersioningConfiguration "
        "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status>"
        "</VersioningConfiguration>");
  }
};

}  // namespace tests
