#include <shipflow/document.hpp>

#include <algorithm>
#include <tuple>

namespace shipflow {
inline namespace v1 {
namespace {

// Names in documents may hold line ends and escapes of terminals.
std::string one_line(const std::string& text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f)
      ((out += "\\x") += digits[byte >> 4U]) += digits[byte & 0x0fU];
    else
      out += c;
  }
  return out;
}

std::string place_text(const diagnostic& d) {
  std::string out = d.place.file;
  if (d.place.line != 0) out += ":" + std::to_string(d.place.line);
  if (d.place.line != 0 && d.place.column != 0) out += ":" + std::to_string(d.place.column);
  if (!d.pointer.empty()) out += (out.empty() ? "" : " ") + d.pointer;
  return one_line(out);
}

std::vector<const diagnostic*> sorted(const std::vector<diagnostic>& items) {
  std::vector<const diagnostic*> out;
  out.reserve(items.size());
  for (const auto& item : items) out.push_back(&item);
  std::stable_sort(out.begin(), out.end(), [](const auto* a, const auto* b) {
    return std::tie(a->place.file, a->place.line, a->place.column) <
           std::tie(b->place.file, b->place.line, b->place.column);
  });
  return out;
}

}  // namespace

std::string diagnostic::text() const {
  auto out = place_text(*this);
  if (!out.empty()) out += ": ";
  if (severity == severity_of_diagnostic::warning) out += "warning: ";
  return out + one_line(message);
}

void diagnostics::error(source_place place, std::string pointer, std::string message) {
  items_.push_back({severity_of_diagnostic::error, std::move(place), std::move(pointer), std::move(message)});
  ++errors_;
}

void diagnostics::warning(source_place place, std::string pointer, std::string message) {
  items_.push_back(
      {severity_of_diagnostic::warning, std::move(place), std::move(pointer), std::move(message)});
}

void diagnostics::append(const diagnostics& other) {
  const auto copy = other.items_;  // `other` may be this object
  items_.insert(items_.end(), copy.begin(), copy.end());
  errors_ += other.errors_;
}

std::string diagnostics::text() const {
  std::string out;
  for (const auto* item : sorted(items_)) out += item->text() + "\n";
  return out;
}

shipflow::error diagnostics::to_error() const {
  const auto order = sorted(items_);
  auto first = std::find_if(order.begin(), order.end(),
                            [](const auto* item) { return item->severity == severity_of_diagnostic::error; });
  if (first == order.end()) first = order.begin();
  if (first == order.end()) return make_error(errc::internal, "no finding was reported");
  auto message = one_line((*first)->message);
  if (items_.size() > 1) message += " (and " + std::to_string(items_.size() - 1) + " more)";
  return make_error(errc::invalid_document, std::move(message), place_text(**first));
}

}  // namespace v1
}  // namespace shipflow
