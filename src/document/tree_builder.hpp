// Builds the tree from the events of either reader and holds the rules both share: duplicate
// keys, limits, pointers.
#pragma once

#include "document/text.hpp"

#include <shipflow/document.hpp>

#include <unordered_map>

namespace shipflow::doc {

/// Thrown inside the readers after a finding that ends the pass; never leaves parse_document.
struct stop {};

class tree_builder {
 public:
  tree_builder(std::string file, diagnostics& out, const document_limits& limits);

  /// True when the next thing must be a key.
  [[nodiscard]] bool wants_key() const noexcept;
  [[nodiscard]] bool in_mapping() const noexcept;
  void key(position at, std::string name);
  /// Attaches a scalar whose value is set. The reference is valid until the next call.
  const node& scalar(position at, node value);
  void begin(position at, node_kind kind);
  /// Closes the innermost sequence or mapping.
  const node& end();
  /// Attaches a copy with its own pointers; `at` is where the alias stands.
  const node& copy(position at, const node& original);
  /// Counts what keeping a copy of the node costs.
  void charge(const node& n);

  [[nodiscard]] bool complete() const noexcept { return complete_; }
  [[nodiscard]] node take_root() { return std::move(root_); }

  /// A finding at a place in the node being read; `fail` also ends the pass.
  void report(position at, std::string message);
  void warn(position at, std::string message);
  [[noreturn]] void fail(position at, std::string message);

 private:
  struct frame {
    node value;
    std::string pending;
    position pending_at;
    bool has_key = false;
    bool duplicate = false;
    std::unordered_map<std::string, std::size_t> index;  ///< used once a linear search is slow
  };

  [[nodiscard]] std::string next_pointer() const;
  [[nodiscard]] const node* known(frame& in, const std::string& name);
  void spend_node(position at);
  void spend_bytes(position at, std::size_t n);
  node& attach(node value);
  void place(node& n, position at);
  void check_depth(position at, std::size_t depth);
  void renew(node& n, std::string pointer, position at, std::size_t depth);

  std::string file_;
  diagnostics& out_;
  std::size_t depth_limit_;
  std::size_t nodes_left_;
  std::size_t node_limit_;
  std::size_t bytes_left_;
  std::vector<frame> open_;
  node root_;
  node dropped_;  ///< the value of a duplicate key, kept only while an anchor may need it
  bool complete_ = false;
};

}  // namespace shipflow::doc
