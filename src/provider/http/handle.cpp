#include "provider/http/outcome.hpp"

namespace shipflow::http_provider {
namespace {

errc code_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(errc::internal); ++i)
    if (name_of(static_cast<errc>(i)) == name) return static_cast<errc>(i);
  return errc::failed;
}

const json::object* member(const json::value& handle, std::string_view name) {
  const auto* object = handle.if_object();
  const auto* found =
      object == nullptr ? nullptr : object->if_contains(json::string_view(name.data(), name.size()));
  return found == nullptr ? nullptr : found->if_object();
}

std::string text(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(json::string_view(name.data(), name.size()));
  const auto* s = found == nullptr ? nullptr : found->if_string();
  return s == nullptr ? std::string{} : std::string(*s);
}

// An answer that was not as expected, but may have done something.
bool may_have_acted(const json::object& failed) {
  const auto* evidence = failed.if_contains("evidence");
  const auto* object = evidence == nullptr ? nullptr : evidence->if_object();
  const auto* status = object == nullptr ? nullptr : object->if_contains("status");
  if (status == nullptr || !status->is_int64()) return false;
  return status->get_int64() < 300 || status->get_int64() >= 500;
}

}  // namespace

answer keep_in_handle(answer certain) {
  if (certain.kind == answer_kind::done)
    return answer::started({{"done", std::move(certain.value)}}, duration{0});
  if (certain.kind != answer_kind::failed) return certain;
  json::object failed{{"code", std::string(name_of(certain.problem.code))},
                      {"why", certain.problem.message},
                      {"evidence", std::move(certain.value)}};
  return answer::started({{"failed", std::move(failed)}}, duration{0});
}

answer from_handle(const json::value& handle) {
  if (const auto* outputs = member(handle, "done")) return answer::done(*outputs);
  if (const auto* failed = member(handle, "failed")) {
    const auto* evidence = failed->if_contains("evidence");
    return answer::failed(make_error(code_named(text(*failed, "code")), text(*failed, "why")),
                          evidence == nullptr ? json::value(json::object{}) : *evidence);
  }
  return answer::failed(make_error(errc::corrupt, "the handle of the call is not one this provider wrote"));
}

recalled recall(const json::value& handle) {
  if (const auto* outputs = member(handle, "done")) return {carried_out::yes, *outputs};
  const auto* failed = member(handle, "failed");
  if (failed != nullptr && !may_have_acted(*failed)) return {carried_out::no, {}};
  return {};
}

}  // namespace shipflow::http_provider
