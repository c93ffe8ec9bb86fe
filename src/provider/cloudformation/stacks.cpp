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

std::string key_of(const std::string& template_hash) {
  return "shipflow/templates/" + template_hash + ".template";
}

/// An object of the component's bucket, named by what is in it.
asset in_bucket(const session& s, const std::string& stack, std::string text) {
  asset a;
  a.name = "template of stack " + stack;
  a.bucket = s.bound.bucket;
  a.key = key_of(sha256_hex(text));
  a.region = s.bound.region;
  a.owner = s.bound.account;
  a.content = std::move(text);
  return a;
}

error bad_size(const session& s, const std::string& file, std::size_t size) {
  return wrong(
      s, file + " has " + std::to_string(size) +
             " bytes; a template is not empty and has at most 51,200, or 1,048,576 by way of S3: give a "
             "`bucket` in the binding, or the https URL of one in S3");
}

result<assembly> read_one(const session& s) {
  const auto& o = s.q.inputs;
  assembly out;
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
    out.stacks.push_back(std::move(w));
    return out;
  }
  auto text = s.file(from);
  if (!text)
    return make_error(text.error().code, s.q.component + ": stack " + w.name + ": " + text.error().message);
  const auto most = s.bound.bucket.empty() ? most_template : most_template_in_s3;
  if (text->empty() || text->size() > most) return bad_size(s, from, text->size());
  if (text->size() <= most_template) {
    w.text = std::move(*text);
  } else {
    out.first.files.push_back(in_bucket(s, w.name, std::move(*text)));
    const auto& a = out.first.files.back();
    w.url = url_of(a.bucket, a.region, a.key);
  }
  out.stacks.push_back(std::move(w));
  return out;
}

}  // namespace

result<assembly> wanted_stacks(const session& s) {
  if (s.q.action != "deploy_assembly") return read_one(s);
  const auto folder = members::text(s.q.inputs, "assembly");
  if (folder.empty()) return wrong(s, "needs `assembly`, the folder that `cdk synth` left");
  return read_assembly(s.file, folder, members::texts(s.q.inputs, "only"), s.where);
}

session there(const session& s, const wanted& w) {
  auto out = s;
  if (!w.region.empty()) out.where.region = w.region;
  return out;
}

aws::got<std::vector<asset>> former_templates(session& s, const std::vector<wanted>& after) {
  std::vector<asset> out;
  if (s.bound.bucket.empty()) return out;
  const auto& before = members::as_object(s.q.baseline);
  for (const auto& w : after) {
    const auto& was = members::object(members::object(before, "stacks"), w.name);
    if (!members::truth(was, "exists") || was.contains("template")) continue;
    auto at = there(s, w);
    auto text = template_of(at, w.name);
    if (!text) return text.error();
    if (sha256_hex(*text) !=
        members::text(members::object(members::object(before, "restores"), w.name), "template"))
      continue;
    out.push_back(in_bucket(s, w.name, std::move(*text)));
  }
  return out;
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
    f.is_protected = members::truth(o, "EnableTerminationProtection");
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
    auto at = there(s, w);
    const auto now = find_stack(at, w.name);
    if (!now) return now.error();
    // A stack that only was asked for has no resources yet.
    if (!*now || (*now)->status == "REVIEW_IN_PROGRESS") {
      stacks[w.name] = json::object{{"exists", false}};
      restores[w.name] = nullptr;
      continue;
    }
    const auto text = template_of(at, w.name);
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
    w.region = a.region;
    w.account = a.account;
    w.role = a.role;
    w.goes_back = true;
    out.push_back(w);
    if (!members::truth(before, "exists")) continue;
    auto& to = out.back();
    to.text = members::text(before, "template");
    const auto& as = members::object(members::object(members::as_object(s.q.baseline), "restores"), a.name);
    if (to.text.empty() && !s.bound.bucket.empty())
      to.url = url_of(s.bound.bucket, s.bound.region, key_of(members::text(as, "template")));
    else if (to.text.empty())
      return make_error(errc::failed,
                        s.q.component + ": the former template of stack " + a.name + " has " +
                            members::text(before, "template_bytes") +
                            " bytes and was not recorded (a `bucket` in the binding would have kept it); "
                            "release the version before instead");
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
