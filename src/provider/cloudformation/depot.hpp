// Where assets are brought to.
#pragma once

#include "provider/cloudformation/assets.hpp"

#include <memory>

namespace shipflow::cloudformation {

/// How far one asset is.
struct brought {
  enum class state { there, under_way, failed };
  state is = state::there;
  error problem{};  ///< failed; asked for again, it is tried again
};

/// Used by several threads.
class depot {
 public:
  depot() = default;
  depot(const depot&) = delete;
  depot& operator=(const depot&) = delete;
  virtual ~depot() = default;
  /// Begins to bring it, if it is not there and nobody is at it. Does not wait.
  virtual brought bring(const asset& a, const aws::destination& where) = 0;
};

/// S3 itself. An object that is there stays as it is: its key says what is in it. Folders are read from the disk.
[[nodiscard]] std::unique_ptr<depot> make_depot(aws_options options);

}  // namespace shipflow::cloudformation
