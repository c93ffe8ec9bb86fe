#include "provider/cloudformation/stacks.hpp"

#include "base/members.hpp"

#include <algorithm>

namespace shipflow::cloudformation {
namespace {

constexpr const char* not_echoed = "****";

error wrong(const session& s, const std::string& what) {
  return make_error(errc::invalid_argument, s.q.component + ": " + s.q.action + ": " + what);
}

bool good_name(const std::string& name) {
  return !name.empty() && name.size() <= 128 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

result<wanted> read_one(const session& s) {
  const auto& o = s.q.inputs;
  wanted w;
  w.name = members::text(o, "stack");
  if (!good_name(w.name))
    return wrong(s, "`stack` is a name of letters, digits and hyphens, not \"" + w.name + "\"");
  const auto from = members::text(o, "template");
  if (from.empty()) return wrong(s, "needs a `template` for stack " + w.name);
  for (const auto& p : members::object(o, "parameters"))
    w.parameters[p.key()] = members::text(members::object(o, "parameters"), std::string_view(p.key()));
  if (from.starts_with("https://")) {
    w.url = from;
    return w;
  }
  auto text = s.file(from);
  if (!text)
    return make_error(text.error().code, s.q.component + ": stack " + w.name + ": " + text.error().message);
  if (text->empty() || text->size() > most_template)
    return wrong(
        s, from + " has " + std::to_string(text->size()) +
               " bytes; a template is not empty and has at most 51,200, or is the https URL of one in S3");
  w.text = std::move(*text);
  return w;
}

}  // namespace

result<std::vector<wanted>> wanted_stacks(const session& s) {
  if (s.q.action == "deploy_assembly") {
    const auto assembly = members::text(s.q.inputs, "assembly");
    if (assembly.empty()) return wrong(s, "needs `assembly`, the folder that `cdk synth` left");
    return read_assembly(s.file, assembly, members::texts(s.q.inputs, "only"));
  }
  auto one = read_one(s);
  if (!one) return one.error();
  return std::vector<wanted>{std::move(*one)};
}

aws::got<std::optional<found>> find_stack(session& s, const std::string& name) {
  const auto said = s.attempt(service, "DescribeStacks", {{"StackName", name}});
  if (!said) {
    const auto f = said.error();
    if (f.message.find("does not exist") != std::string::npos) return std::optional<found>{};
    return aws::visit::not_read(f);
  }
  for (const auto& v : members::list(*said, "Stacks")) {
    const auto& o = members::as_object(v);
    found f;
    f.id = members::text(o, "StackId");
    f.status = members::text(o, "StackStatus");
    f.why = members::text(o, "StackStatusReason");
    f.change_set = members::text(o, "ChangeSetId");
    for (const auto& p : members::list(o, "Parameters"))
      f.parameters[members::text(members::as_object(p), "ParameterKey")] =
          members::text(members::as_object(p), "ParameterValue");
    for (const auto& p : members::list(o, "Outputs"))
      f.outputs[members::text(members::as_object(p), "OutputKey")] =
          members::text(members::as_object(p), "OutputValue");
    return std::optional(std::move(f));
  }
  return std::optional<found>{};
}

aws::got<std::string> template_of(session& s, const std::string& name) {
  const auto said = s.read(service, "GetTemplate", {{"StackName", name}, {"TemplateStage", "Original"}});
  if (!said) return said.error();
  return members::text(*said, "TemplateBody");
}

aws::got<json::object> picture_of(session& s, const std::vector<wanted>& of) {
  json::object stacks;
  json::object restores;
  for (const auto& w : of) {
    const auto now = find_stack(s, w.name);
    if (!now) return now.error();
    // A stack that only was asked for has no resources yet.
    if (!*now || (*now)->status == "REVIEW_IN_PROGRESS") {
      stacks[w.name] = json::object{{"exists", false}};
      restores[w.name] = nullptr;
      continue;
    }
    const auto text = template_of(s, w.name);
    if (!text) return text.error();
    restores[w.name] = json::object{{"template", sha256_hex(*text)}, {"parameters", (*now)->parameters}};
    json::object one{{"exists", true},
                     {"template_bytes", static_cast<std::int64_t>(text->size())},
                     {"parameters", (*now)->parameters}};
    if (text->size() <= most_template) one["template"] = *text;
    stacks[w.name] = std::move(one);
  }
  return json::object{{"stacks", std::move(stacks)}, {"restores", std::move(restores)}};
}

result<std::vector<wanted>> stacks_before(const session& s, const std::vector<wanted>& after) {
  std::vector<wanted> out;
  for (const auto& a : after) {
    const auto& before = members::object(members::object(members::as_object(s.q.baseline), "stacks"), a.name);
    if (!before.contains("exists"))
      return make_error(errc::invalid_argument, s.q.component + ": " + std::string(name_of(s.q.what)) +
                                                    " of " + s.q.action + " needs its baseline");
    wanted w;
    w.name = a.name;
    out.push_back(w);
    if (!members::truth(before, "exists")) continue;
    auto& to = out.back();
    to.text = members::text(before, "template");
    if (to.text.empty())
      return make_error(errc::failed, s.q.component + ": the former template of stack " + a.name + " has " +
                                          members::text(before, "template_bytes") +
                                          " bytes and was not recorded; release the version before instead");
    for (const auto& p : members::object(before, "parameters")) {
      const auto value = members::text(members::object(before, "parameters"), std::string_view(p.key()));
      if (value == not_echoed)
        to.kept.emplace_back(p.key());
      else
        to.parameters[p.key()] = value;
    }
  }
  return out;
}

}  // namespace shipflow::cloudformation
