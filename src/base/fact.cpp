#include <shipflow/fact.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace shipflow {
inline namespace v1 {
namespace {

constexpr std::array kinds{
    std::pair{fact_kind::created, std::string_view{"created"}},
    std::pair{fact_kind::pinned, std::string_view{"pinned"}},
    std::pair{fact_kind::intent, std::string_view{"intent"}},
    std::pair{fact_kind::started, std::string_view{"started"}},
    std::pair{fact_kind::outcome, std::string_view{"outcome"}},
    std::pair{fact_kind::resolved, std::string_view{"resolved"}},
    std::pair{fact_kind::timer, std::string_view{"timer"}},
    std::pair{fact_kind::signal, std::string_view{"signal"}},
    std::pair{fact_kind::verdict, std::string_view{"verdict"}},
    std::pair{fact_kind::state, std::string_view{"state"}},
    std::pair{fact_kind::undo_intent, std::string_view{"undo_intent"}},
    std::pair{fact_kind::undo_outcome, std::string_view{"undo_outcome"}},
    std::pair{fact_kind::note, std::string_view{"note"}},
    std::pair{fact_kind::skipped, std::string_view{"skipped"}},
    std::pair{fact_kind::undo_started, std::string_view{"undo_started"}},
};

}  // namespace

std::string_view name_of(fact_kind k) noexcept {
  const auto* found = std::find_if(kinds.begin(), kinds.end(), [&](const auto& e) { return e.first == k; });
  return found == kinds.end() ? "unknown" : found->second;
}

json::object to_json(const fact& f) {
  json::object o;
  o["rev"] = f.rev;
  o["kind"] = std::string{name_of(f.kind)};
  o["at"] = to_ms(f.at);
  o["step"] = f.step;
  o["attempt"] = f.attempt;
  o["body"] = f.body;
  return o;
}

result<fact> fact_from_json(const json::value& v) {
  const auto* o = v.if_object();
  if (o == nullptr) return make_error(errc::corrupt, "a fact must be a JSON object");
  fact f;
  const auto number = [&](std::string_view key) -> const std::int64_t* {
    const auto* member = o->if_contains(key);
    return member == nullptr ? nullptr : member->if_int64();
  };
  const auto* rev = number("rev");
  const auto* at = number("at");
  const auto* attempt = number("attempt");
  const auto* kind = o->if_contains("kind");
  const auto* step = o->if_contains("step");
  const auto* body = o->if_contains("body");
  if (rev == nullptr || at == nullptr || attempt == nullptr || kind == nullptr || !kind->is_string() ||
      step == nullptr || !step->is_string() || body == nullptr || !body->is_object() ||
      !std::in_range<int>(*attempt))
    return make_error(errc::corrupt, "a fact needs rev, kind, at, step, attempt and body");
  const auto* found =
      std::find_if(kinds.begin(), kinds.end(), [&](const auto& e) { return e.second == kind->get_string(); });
  if (found == kinds.end())
    return make_error(errc::newer_version,
                      "fact kind \"" + std::string(kind->get_string()) + "\" is not known to this version");
  f.rev = *rev;
  f.kind = found->first;
  f.at = from_ms(*at);
  f.step = std::string(step->get_string());
  f.attempt = static_cast<int>(*attempt);
  f.body = body->get_object();
  return f;
}

std::string chain_start(std::string_view run) { return sha256_hex("shipflow run " + std::string(run)); }

std::string chain(std::string_view previous, const fact& f) {
  return sha256_hex(std::string(previous) + "\n" + canonical(to_json(f)));
}

}  // namespace v1
}  // namespace shipflow
