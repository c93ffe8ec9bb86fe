#include "provider/site/note.hpp"

namespace shipflow::site {
namespace {

constexpr std::size_t most_paths = 1000;

result<void> note_change(comparison& out, const change& c) {
  ++out.changed;
  if (c.what == deed::put) {
    ++out.sent;
    out.sent_bytes += c.is.size;
  }
  out.forget.add(c);
  const bool adds = !c.there;
  if (adds || c.what == deed::attributes) {
    const auto what = adds ? touched::deed::adds : touched::deed::attributes;
    if (auto ok = out.touches.add(line_of(touched{c.key, what})); !ok) return ok;
  }
  if (auto ok = out.changes.of(c.at).add(line_of(c)); !ok) return ok;
  return out.lines.add(mark_of(c.at) + "\n");
}

}  // namespace

std::string mark_of(place p) { return std::to_string(static_cast<int>(p)); }

result<void> note_gone(comparison& out, const change& c) {
  ++out.gone;
  out.forget.add_gone(c.key);
  return out.goes.of(c.at).add(line_of(c));
}

result<void> note(comparison& out, const decision& d) {
  if (d.to_do && d.to_do->what == deed::go) return note_gone(out, *d.to_do);
  if (!d.line) return {};
  if (d.line->left) {
    ++out.left;
  } else {
    ++out.files;
    out.bytes += d.line->size;
  }
  if (d.to_do) return note_change(out, *d.to_do);
  return out.lines.add(line_of(*d.line));
}

void forgettable::add_path(const std::string& path) {
  if (paths_.size() == most_paths) all_ = true;
  if (!all_) paths_.emplace_back(path);
}

void forgettable::add(const change& c) {
  // Only an answer that nothing is there can be cached.
  if (!c.there && c.at < place::page) return;
  add_path("/" + c.key);
  // A folder is asked for by its name, too.
  const bool of_folder = c.key == entry_ || c.key.ends_with("/" + entry_);
  if (of_folder) add_path("/" + c.key.substr(0, c.key.size() - entry_.size()));
}

void forgettable::add_gone(const std::string& key) { add_path("/" + key); }

json::array forgettable::paths() const {
  if (all_) return {"/*"};
  if (paths_.empty()) return {json::value("/" + entry_)};
  return paths_;
}

}  // namespace shipflow::site
