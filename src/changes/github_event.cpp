// Payloads as GitHub documents them under "Webhook events and payloads".
#include <shipflow/changes.hpp>

namespace shipflow {
inline namespace v1 {
namespace {

using kind = trigger_event::kind;

const json::value* at(const json::value* v, std::string_view key) {
  return v != nullptr && v->is_object() ? v->get_object().if_contains(key) : nullptr;
}

std::string text(const json::value* v) {
  return v != nullptr && v->is_string() ? std::string(v->get_string()) : std::string{};
}

error no_payload(std::string_view name, const std::string& lacks) {
  return make_error(errc::invalid_document,
                    "the payload is not that of `" + std::string(name) + "`: it has no " + lacks);
}

// "refs/heads/main" is a branch, "refs/tags/v1" a tag.
bool take_ref(const std::string& ref, trigger_event& to) {
  constexpr std::string_view heads = "refs/heads/";
  constexpr std::string_view tags = "refs/tags/";
  if (ref.starts_with(heads)) to.branch = ref.substr(heads.size());
  if (ref.starts_with(tags)) to.tag = ref.substr(tags.size());
  return !to.branch.empty() || !to.tag.empty();
}

result<trigger_event> read_push(const json::value& p) {
  trigger_event e;
  if (!take_ref(text(at(&p, "ref")), e)) return no_payload("push", "ref of a branch or tag");
  if (const auto* deleted = at(&p, "deleted"); deleted != nullptr && *deleted == true)
    return make_error(errc::unsupported, "a push that deletes starts nothing");
  e.what = e.tag.empty() ? kind::push : kind::tag;
  e.commit = text(at(&p, "after"));
  e.message = text(at(at(&p, "head_commit"), "message"));
  return e;
}

result<trigger_event> read_pull_request(const json::value& p) {
  trigger_event e;
  e.what = kind::pull_request;
  const auto* pull = at(&p, "pull_request");
  e.name = text(at(&p, "action"));
  e.branch = text(at(at(pull, "base"), "ref"));
  if (e.name.empty() || e.branch.empty()) return no_payload("pull_request", "action and base branch");
  e.commit = text(at(at(pull, "head"), "sha"));
  e.message = text(at(pull, "title"));
  return e;
}

}  // namespace

result<trigger_event> read_github_event(std::string_view name, const json::value& payload) {
  if (name == "push") return read_push(payload);
  if (name == "pull_request") return read_pull_request(payload);
  trigger_event e;
  if (name == "workflow_dispatch") {
    e.what = kind::manual;
    if (!take_ref(text(at(&payload, "ref")), e)) return no_payload(name, "ref of a branch or tag");
    return e;
  }
  if (name == "repository_dispatch") {
    e.what = kind::event;
    e.name = text(at(&payload, "action"));
    e.branch = text(at(&payload, "branch"));
    if (e.name.empty()) return no_payload(name, "action");
    return e;
  }
  return make_error(errc::unsupported,
                    "events of kind `" + std::string(name) + "` are not known to this version");
}

}  // namespace v1
}  // namespace shipflow
