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

bool is_deletion(const json::value& push) {
  const auto* deleted = at(&push, "deleted");
  const auto after = text(at(&push, "after"));
  return (deleted != nullptr && *deleted == true) ||
         (!after.empty() && after.find_first_not_of('0') == std::string::npos);
}

result<trigger_event> read_push(const json::value& p) {
  trigger_event e;
  if (!take_ref(text(at(&p, "ref")), e)) return no_payload("push", "ref of a branch or tag");
  if (is_deletion(p)) return make_error(errc::unsupported, "a push that deletes starts nothing");
  e.what = e.tag.empty() ? kind::push : kind::tag;
  // Of an annotated tag `after` is the tag itself.
  const auto* head = at(&p, "head_commit");
  e.commit = text(at(head, "id"));
  if (e.commit.empty()) e.commit = text(at(&p, "after"));
  e.message = text(at(head, "message"));
  return e;
}

// A fork that was deleted meanwhile is null.
bool is_fork(const json::value* pull) {
  const auto* from = at(at(pull, "head"), "repo");
  const auto* into = at(at(pull, "base"), "repo");
  return from != nullptr && text(at(from, "full_name")) != text(at(into, "full_name"));
}

result<trigger_event> read_pull_request(const json::value& p) {
  trigger_event e;
  e.what = kind::pull_request;
  const auto* pull = at(&p, "pull_request");
  e.name = text(at(&p, "action"));
  e.branch = text(at(at(pull, "base"), "ref"));
  if (e.name.empty() || e.branch.empty()) return no_payload("pull_request", "action and base branch");
  e.commit = text(at(at(pull, "head"), "sha"));
  e.fork = is_fork(pull);
  e.message = text(at(pull, "title"));
  return e;
}

// What is to be released may come with a dispatch.
result<trigger_event> with_release(std::string_view name, trigger_event e, const json::value* given) {
  const auto wrong = [&](std::string_view key, std::string_view what) {
    return make_error(errc::invalid_document, "`" + std::string(key) + "` of the payload of `" +
                                                  std::string(name) + "` must be " + std::string(what));
  };
  for (const std::string_view key : {"version", "commit"}) {
    const auto* v = at(given, key);
    if (v == nullptr || v->is_null()) continue;
    if (!v->is_string()) return wrong(key, "a text");
    (key == "version" ? e.version : e.commit) = text(v);
  }
  const auto* images = at(given, "images");
  if (images == nullptr || e.what != kind::event) return e;
  if (!images->is_object()) return wrong("images", "a mapping of components to references");
  for (const auto& image : images->get_object()) {
    if (!image.value().is_string()) return wrong("images", "a mapping of components to references");
    e.images[std::string(image.key())] = text(&image.value());
  }
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
    return with_release(name, std::move(e), at(&payload, "inputs"));
  }
  if (name == "repository_dispatch") {
    e.what = kind::event;
    e.name = text(at(&payload, "action"));
    e.branch = text(at(&payload, "branch"));
    if (e.name.empty()) return no_payload(name, "action");
    return with_release(name, std::move(e), at(&payload, "client_payload"));
  }
  return make_error(errc::unsupported,
                    "events of kind `" + std::string(name) + "` are not known to this version");
}

}  // namespace v1
}  // namespace shipflow
