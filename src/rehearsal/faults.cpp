// The catalogue of faults, and faults as text.
#include <shipflow/rehearsal.hpp>

#include <algorithm>
#include <array>

namespace shipflow {
inline namespace v1 {
namespace {

constexpr std::array<std::string_view, 6> verbs{"apply", "observe", "settle", "resolve", "undo", "verify"};

std::string listed_kinds() {
  std::string out;
  for (const auto& k : fault_catalogue()) out += (out.empty() ? "" : ", ") + k.name;
  return out;
}

}  // namespace

const std::vector<fault_kind>& fault_catalogue() {
  static const std::vector<fault_kind> all{
      {"crash_before_intent", "the engine dies before the intent is written"},
      {"crash_after_intent", "the engine dies when the intent is durable and nothing was done"},
      {"crash_after_start", "the engine dies when it knows that the effect is under way"},
      {"crash_after_effect", "the engine dies when the effect happened and before it hears of it"},
      {"crash_after_outcome", "the engine dies when the outcome is durable"},
      {"throttled", "the other side asks to slow down"},
      {"error_with_effect", "a server error, and yet the effect happened"},
      {"error_without_effect", "a server error, and nothing happened"},
      {"timeout_with_effect", "no answer comes, and the effect happened"},
      {"timeout_without_effect", "no answer comes, and nothing happened"},
      {"reply_dropped", "the effect happened and the connection broke before the answer"},
      {"stale_read", "looks show what was there before"},
      {"stalls", "what was started makes no progress any more"},
      {"fails", "refused for good, nothing happened"},
      {"fails_half_way", "part of it happened, then it failed"},
      {"trigger_fires", "guards see alerts from here on"},
      {"trigger_flaps", "guards see good and bad in turn from here on"},
      {"trigger_silent", "guards see nothing from here on"},
      {"approval_late", "people answer after the time they had"},
      {"approval_twice", "people say everything twice"},
      {"approval_never", "people do not answer"},
      {"approval_rejected", "people say no"},
      {"cancel", "somebody cancels while it is under way"},
      {"rollback", "somebody asks for a rollback right after it"},
      {"lease_lost", "another engine takes over while this one is stopped, then goes on acting"},
      {"store_full", "the store cannot write for a while"},
      {"commit_unknown", "the store does not know whether it wrote, and it did"},
      {"commit_lost", "the store does not know whether it wrote, and it did not"},
      {"clock_forward", "the wall clock jumps an hour ahead"},
      {"clock_back", "the wall clock jumps an hour back"},
      {"upgrade", "the engine is stopped and another one goes on"},
      {"foreign_change", "somebody else changes the same thing"},
      {"superseded", "a newer release is started"},
      {"undo_throttled", "rolled back after it, and its undo is throttled"},
      {"undo_timeout", "rolled back after it, and its undo does not answer"},
      {"undo_fails", "rolled back after it, and its undo is refused"},
      {"undo_stale", "rolled back after it, and the check afterwards sees what was there before"},
      {"undo_crash", "rolled back after it, and the engine dies when its undo happened"},
  };
  return all;
}

std::string to_text(const fault& f) { return (f.at == "apply" ? "" : f.at + "@") + f.step + ":" + f.kind; }

result<fault> parse_fault(std::string_view text) {
  const auto wrong = [&](const std::string& why) {
    return make_error(errc::invalid_argument, "fault \"" + std::string(text) + "\": " + why);
  };
  fault f;
  auto rest = text;
  if (const auto at = rest.find('@'); at != std::string_view::npos) {
    f.at = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    if (std::find(verbs.begin(), verbs.end(), f.at) == verbs.end())
      return wrong("\"" + f.at + "\" is none of apply, observe, settle, resolve, undo, verify");
  }
  const auto colon = rest.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return wrong("it must read STEP:KIND or VERB@STEP:KIND");
  f.step = rest.substr(0, colon);
  f.kind = rest.substr(colon + 1);
  const auto& all = fault_catalogue();
  if (std::none_of(all.begin(), all.end(), [&](const auto& k) { return k.name == f.kind; }))
    return wrong("\"" + f.kind + "\" is none of " + listed_kinds());
  return f;
}

std::string_view name_of(rehearsal_mode m) noexcept {
  constexpr std::array<std::string_view, 3> names{"single", "exhaustive", "swarm"};
  return names.at(static_cast<std::size_t>(m));
}

std::string_view name_of(rehearsed r) noexcept {
  constexpr std::array<std::string_view, 5> names{"not_applicable", "released", "restored", "parked",
                                                  "violated"};
  return names.at(static_cast<std::size_t>(r));
}

}  // namespace v1
}  // namespace shipflow
