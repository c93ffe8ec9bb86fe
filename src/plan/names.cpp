#include <shipflow/plan.hpp>

namespace shipflow {
inline namespace v1 {

catalogue::~catalogue() = default;

result<void> catalogue::check_channel(const std::string& /*kind*/, const json::object& /*spec*/) const {
  return {};
}

std::string_view name_of(step_kind k) noexcept {
  switch (k) {
    case step_kind::action: return "action";
    case step_kind::approval: return "approval";
    case step_kind::checklist: return "checklist";
    case step_kind::wait: return "wait";
    case step_kind::watch: return "watch";
    case step_kind::restore: return "restore";
    case step_kind::window: return "window";
  }
  return "action";
}

std::string_view name_of(after_traffic a) noexcept {
  switch (a) {
    case after_traffic::undo: return "undo";
    case after_traffic::ask: return "ask";
    case after_traffic::keep: return "keep";
  }
  return "ask";
}

std::string plan::digest() const { return digest_of(to_json(*this)); }

std::optional<step_index> plan::find(std::string_view id) const noexcept {
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (steps[i].id == id) return static_cast<step_index>(i);
  return std::nullopt;
}

}  // namespace v1
}  // namespace shipflow
