// Amazon CloudFront in memory and in virtual time: distributions, their configuration and invalidations, as documented.
//
// A configuration is what XML says of it, whatever it holds: elements are members, texts are leaves. An update needs the
// ETag of what it replaces, and is `InProgress` for `deploys`. Invalidations take `invalidates`; one with a caller
// reference that was there is the same one again. 3,000 paths and 15 wildcards of a distribution may be in progress.
//
// Continuous deployment: copies that are staging distributions, policies with a weight up to 0.15 or a header, one staging
// distribution each; promotion against both ETags, which switches the policy off. Viewers are told apart by dice of a seed.
//
// Source: docs.aws.amazon.com/cloudfront/latest/APIReference; AmazonCloudFront/latest/DeveloperGuide: Invalidation;
// continuous-deployment and its quotas.
#pragma once

#include "world/aws/answers.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace shipflow::cloud {

struct cloudfront_options {
  duration deploys{180'000};
  duration invalidates{60'000};
  std::size_t most_paths = 3'000;   ///< in progress
  std::size_t most_wildcards = 15;  ///< in progress
  std::size_t most_staging = 20;    ///< staging distributions, and policies
  std::size_t page = 100;           ///< of lists
};

struct invalidation {
  std::string id, reference;
  std::vector<std::string> paths;
  time_point created{};
  std::optional<time_point> completes;  ///< empty: it is complete, or never will be
  bool complete = false;
};

struct distribution {
  std::string id;
  json::object config;  ///< as XML says it
  std::uint64_t version = 1;
  std::optional<time_point> deployed;  ///< when it will be; empty: it is, or never will be
  bool deploying = false;
  std::deque<invalidation> invalidations;  ///< newest first
};

struct deployment_policy {
  std::string id;
  json::object config;  ///< as XML says it
  std::uint64_t version = 1;
};

/// A viewer's request, as far as a policy looks at it.
using viewer_headers = std::map<std::string, std::string>;

class cloudfront {
 public:
  explicit cloudfront(const cloudfront_options& options = {}) : options_(options) {}

  /// Deployed, with one origin.
  distribution& install(const std::string& id, const std::string& origin_path);
  [[nodiscard]] reply ask(const std::string& operation, const json::object& input, time_point now);
  void advance(time_point now);
  [[nodiscard]] std::optional<time_point> next_change() const;
  [[nodiscard]] distribution* find(const std::string& id);
  /// Of the first origin, or that of the name.
  [[nodiscard]] static std::string origin_path(const distribution& d, const std::string& origin = {});
  /// Somebody sets it by hand.
  static void set_origin_path(distribution& d, const std::string& path, const std::string& origin = {});
  /// What is under way never ends; false: nothing is.
  static bool stall(distribution& d);
  /// The first origin is called so.
  static void name_origin(distribution& d, const std::string& origin);
  /// "d" and the id, as viewers of it would name it.
  [[nodiscard]] static std::string domain_of(const std::string& id);
  [[nodiscard]] deployment_policy* find_policy(const std::string& id);
  /// The staging distribution of this one; nullptr: none.
  [[nodiscard]] distribution* staging_of(const distribution& d);
  /// How many of so many requests to it get what lies at which path of the origin.
  [[nodiscard]] std::map<std::string, int> served(const std::string& id, int requests, std::uint64_t seed,
                                                  const viewer_headers& headers = {},
                                                  const std::string& origin = {});
  [[nodiscard]] std::uint64_t changes() const noexcept { return changes_; }

 private:
  using handler = reply (cloudfront::*)(distribution& d, const json::object& input);
  reply create_invalidation(distribution& d, const json::object& in);
  reply get_invalidation(distribution& d, const json::object& in);
  reply list_invalidations(distribution& d, const json::object& in);
  reply get(distribution& d, const json::object& in);
  reply get_config(distribution& d, const json::object& in);
  reply update(distribution& d, const json::object& in);
  reply copy(distribution& d, const json::object& in);
  reply promote(distribution& d, const json::object& in);

  using account_handler = reply (cloudfront::*)(const json::object& input);
  reply list(const json::object& in);
  reply create_policy(const json::object& in);
  reply get_policy(const json::object& in);
  reply list_policies(const json::object& in);
  reply update_policy(const json::object& in);

  /// Nothing: an update may say so of continuous deployment.
  [[nodiscard]] std::optional<refusal> illegal(const distribution& d, const json::object& config);
  [[nodiscard]] std::optional<refusal> illegal_policy(const json::object& config, const std::string& of);
  void deploy(distribution& d);

  cloudfront_options options_;
  time_point now_{};
  std::uint64_t ids_ = 0;
  std::map<std::string, distribution> distributions_;
  std::map<std::string, deployment_policy> policies_;
  std::uint64_t changes_ = 0;
};

}  // namespace shipflow::cloud
