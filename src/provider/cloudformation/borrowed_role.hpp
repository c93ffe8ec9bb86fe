// Clients that act in the role a manifest names for its assets.
#pragma once

#include "aws/client.hpp"
#include "provider/cloudformation/assets.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace shipflow::cloudformation {

class borrowed_roles {
 public:
  explicit borrowed_roles(aws_options options);

  struct way {
    std::shared_ptr<aws::client> client;
    std::string endpoint_url;  ///< of S3; empty: AWS's own
  };
  /// In the asset's role if it names one. Where that may not be assumed and the credentials are of its account anyway,
  /// they act themselves, as cdk-assets does. Blocks.
  [[nodiscard]] result<way> client_for(const asset& a, const aws::destination& where, std::stop_token stop);

 private:
  struct held {
    std::shared_ptr<aws::client> client;
    time_point until;
  };
  [[nodiscard]] result<held> borrow(const asset& a, const aws::destination& where,
                                    const std::stop_token& stop);
  [[nodiscard]] aws::outcome ask(const std::string& operation, const json::object& input, const asset& a,
                                 const aws::destination& where, const std::stop_token& stop);

  aws_options options_;
  std::function<time_point()> now_;
  std::shared_ptr<aws::client> own_;
  std::mutex mutex_;
  std::map<std::string, held> by_role_;
};

}  // namespace shipflow::cloudformation
