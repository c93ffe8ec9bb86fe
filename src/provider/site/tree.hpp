// The files of a release, as they are to stand in the bucket.
#pragma once

#include <shipflow/error.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace shipflow::site {

/// What tells a file from a later state of itself.
struct stamp {
  std::uint64_t size = 0;
  std::int64_t changed_ns = 0;
  std::uint64_t number = 0;  ///< of the file on its device
  friend bool operator==(const stamp&, const stamp&) = default;
};

struct file {
  std::string key;  ///< path below the root, parts joined by '/'
  stamp is;
};

/// Bytes to be read piece by piece, by several threads.
class content {
 public:
  content() = default;
  content(const content&) = delete;
  content& operator=(const content&) = delete;
  virtual ~content() = default;
  /// Exactly so many bytes. Errors: io, conflict (there are fewer).
  [[nodiscard]] virtual result<std::string> read(std::uint64_t from, std::uint64_t size) = 0;
  [[nodiscard]] virtual result<stamp> now() = 0;
};

class tree {
 public:
  tree() = default;
  tree(const tree&) = delete;
  tree& operator=(const tree&) = delete;
  virtual ~tree() = default;
  /// The next file, by key, bytewise; empty at the end.
  virtual result<std::optional<file>> next() = 0;
  /// May be called by several threads. Errors: not_found, when it vanished.
  [[nodiscard]] virtual result<std::unique_ptr<content>> open(const std::string& key) const = 0;
};

/// Files below a directory, folder by folder: memory goes with the largest one. Symbolic links are followed as long as
/// they stay below the directory. Errors name the file and what to do about it: links that leave it or go round, devices,
/// sockets, names that are no UTF-8 or hold control characters, keys over 1024 bytes, folders over 100 deep.
[[nodiscard]] result<std::unique_ptr<tree>> open_directory(const std::string& path);

}  // namespace shipflow::site
