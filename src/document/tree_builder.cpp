#include "document/tree_builder.hpp"

#include <algorithm>

namespace shipflow::doc {
namespace {

constexpr std::size_t deepest = 400;  // the YAML reader's own recursion ends at 500
constexpr std::size_t longest_key = 1024;
constexpr std::size_t linear_search = 16;

}  // namespace

tree_builder::tree_builder(std::string file, diagnostics& out, const document_limits& limits)
    : file_(std::move(file)),
      out_(out),
      depth_limit_(std::min(limits.depth, deepest)),
      nodes_left_(limits.nodes),
      node_limit_(limits.nodes),
      bytes_left_(std::max<std::size_t>(std::size_t{1} << 20U, 16 * limits.bytes)) {}

bool tree_builder::in_mapping() const noexcept {
  return !open_.empty() && open_.back().value.is(node_kind::mapping);
}

bool tree_builder::wants_key() const noexcept { return in_mapping() && !open_.back().has_key; }

const node* tree_builder::known(frame& in, const std::string& name) {
  const auto& fields = in.value.fields;
  if (fields.size() < linear_search) return in.value.find(name);
  for (auto i = in.index.size(); i < fields.size(); ++i) in.index.emplace(fields[i].first, i);
  const auto found = in.index.find(name);
  return found == in.index.end() ? nullptr : &fields[found->second].second;
}

void tree_builder::key(position at, std::string name) {
  if (name.size() > longest_key) fail(at, "a key is longer than 1024 bytes");
  auto& in = open_.back();
  const auto* earlier = known(in, name);
  in.pending = std::move(name);
  in.pending_at = at;
  in.has_key = true;
  in.duplicate = earlier != nullptr;
  if (earlier != nullptr)
    report(at, "the key " + quoted(in.pending) + " stands here and at " + std::to_string(earlier->key_line) +
                   ":" + std::to_string(earlier->key_column) + "; remove one");
}

std::string tree_builder::next_pointer() const {
  if (open_.empty()) return {};
  const auto& in = open_.back();
  if (in.value.is(node_kind::mapping))
    return in.has_key ? in.value.pointer + "/" + pointer_segment(in.pending) : in.value.pointer;
  return in.value.pointer + "/" + std::to_string(in.value.items.size());
}

void tree_builder::spend_node(position at) {
  if (nodes_left_ == 0) fail(at, "more than " + std::to_string(node_limit_) + " nodes, aliases expanded");
  --nodes_left_;
}

void tree_builder::spend_bytes(position at, std::size_t n) {
  if (n > bytes_left_) fail(at, "names and aliases expand beyond the size limit");
  bytes_left_ -= n;
}

void tree_builder::check_depth(position at, std::size_t depth) {
  if (depth >= depth_limit_) fail(at, "nested deeper than " + std::to_string(depth_limit_) + " levels");
}

void tree_builder::place(node& n, position at) {
  n.place = {file_, at.line, at.column};
  n.pointer = next_pointer();
  spend_node(at);
  spend_bytes(at, n.pointer.size());
}

node& tree_builder::attach(node value) {
  if (open_.empty()) {
    complete_ = true;
    return root_ = std::move(value);
  }
  auto& in = open_.back();
  if (in.value.is(node_kind::sequence)) return in.value.items.emplace_back(std::move(value));
  value.key_line = in.pending_at.line;
  value.key_column = in.pending_at.column;
  in.has_key = false;
  if (in.duplicate) return dropped_ = std::move(value);
  return in.value.fields.emplace_back(std::move(in.pending), std::move(value)).second;
}

const node& tree_builder::scalar(position at, node value) {
  place(value, at);
  return attach(std::move(value));
}

void tree_builder::begin(position at, node_kind kind) {
  check_depth(at, open_.size());
  frame next;
  next.value.kind = kind;
  place(next.value, at);
  open_.push_back(std::move(next));
}

const node& tree_builder::end() {
  node value = std::move(open_.back().value);
  open_.pop_back();
  return attach(std::move(value));
}

void tree_builder::renew(node& n, std::string pointer, position at, std::size_t depth) {
  spend_node(at);
  spend_bytes(at, pointer.size() + n.text.size());
  n.pointer = std::move(pointer);
  if (n.items.empty() && n.fields.empty()) return;
  check_depth(at, depth);
  for (std::size_t i = 0; i < n.items.size(); ++i)
    renew(n.items[i], n.pointer + "/" + std::to_string(i), at, depth + 1);
  for (auto& [name, value] : n.fields) {
    spend_bytes(at, name.size());
    renew(value, n.pointer + "/" + pointer_segment(name), at, depth + 1);
  }
}

const node& tree_builder::copy(position at, const node& original) {
  node value = original;
  renew(value, next_pointer(), at, open_.size());
  return attach(std::move(value));
}

void tree_builder::charge(const node& n) {
  const position at{n.place.line, n.place.column};
  spend_node(at);
  spend_bytes(at, n.text.size() + n.pointer.size());
  for (const auto& item : n.items) charge(item);
  for (const auto& field : n.fields) charge(field.second);
}

void tree_builder::report(position at, std::string message) {
  out_.error({file_, at.line, at.column}, next_pointer(), std::move(message));
}

void tree_builder::warn(position at, std::string message) {
  out_.warning({file_, at.line, at.column}, next_pointer(), std::move(message));
}

void tree_builder::fail(position at, std::string message) {
  report(at, std::move(message));
  throw stop{};
}

}  // namespace shipflow::doc
