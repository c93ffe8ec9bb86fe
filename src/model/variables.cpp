#include "model/variables.hpp"

#include "document/reference.hpp"
#include "document/schema.hpp"

#include <algorithm>

namespace shipflow::model_room {
namespace {

constexpr std::size_t most_bytes = 64U << 10U;

// The text a variable is made from, or where it is fetched.
struct source {
  const node* at = nullptr;
  const node* text = nullptr;    ///< literal or default, references allowed
  std::string from = "literal";  ///< "env:NAME", "file:PATH", "aws_secret:{...}", "aws_parameter:{...}"
  bool secret = false;
};

json::object details_of(const node& written, const node& name) {
  json::object o{{"name", name.text}};
  for (const auto* word : {"key", "stage", "region"})
    if (const auto* more = written.find(word)) o[word] = more->text;
  return o;
}

source source_of(const node& written) {
  source s;
  s.at = &written;
  if (!written.is(node_kind::mapping)) {
    s.text = &written;
    return s;
  }
  s.secret = schema::read_boolean(written, "secret").value_or(false);
  s.text = written.find("value") != nullptr ? written.find("value") : written.find("default");
  if (const auto* env = written.find("env")) s.from = "env:" + schema::string_of(*env);
  if (const auto* file = written.find("file")) s.from = "file:" + file->text;
  for (const auto* word : {"aws_secret", "aws_parameter"}) {
    const auto* name = written.find(word);
    if (name == nullptr) continue;
    s.secret = true;
    s.from = std::string(word) + ":" + json::serialize(details_of(written, *name));
  }
  return s;
}

// Which words say more about which source.
bool detailed_right(const node& written, diagnostics& out) {
  const auto is = [&](const char* word) { return written.find(word) != nullptr; };
  const auto refuse = [&](const char* word, const std::string& why) {
    const auto* at = written.find(word);
    out.error(at->place, at->pointer, "`" + std::string(word) + "` " + why);
    return false;
  };
  const bool of_aws = is("aws_secret") || is("aws_parameter");
  for (const auto* word : {"key", "stage"})
    if (is(word) && !is("aws_secret")) return refuse(word, "goes with `aws_secret` only");
  if (is("region") && !of_aws) return refuse("region", "goes with `aws_secret` and `aws_parameter` only");
  if (of_aws && is("secret") && !schema::read_boolean(written, "secret").value_or(true))
    return refuse("secret", "cannot be false: what AWS keeps is fetched late, and never written anywhere");
  return true;
}

class resolver {
 public:
  resolver(const node& written, const variable_sources& sources, diagnostics& out)
      : written_(written), sources_(sources), out_(out) {}

  std::map<std::string, variable> run() {
    for (const auto& [name, value] : written_.fields)
      if (!value.is(node_kind::mapping) || detailed_right(value, out_))
        sources_by_name_[name] = source_of(value);
    for (const auto& name : ordered()) resolve(name);
    return std::move(done_);
  }

 private:
  std::vector<std::string> ordered() {
    std::vector<std::pair<std::string, node>> texts;
    for (const auto& [name, value] : written_.fields) {
      const auto found = sources_by_name_.find(name);
      if (found == sources_by_name_.end()) continue;
      texts.emplace_back(name, found->second.text == nullptr ? node{} : *found->second.text);
    }
    return reference::order(
        texts,
        [&](const std::string& path) {
          return sources_by_name_.contains(path) ? std::optional(path) : std::nullopt;
        },
        out_);
  }

  std::optional<json::value> look_up(const std::string& name) {
    const auto found = done_.find(name);
    if (found != done_.end() && !found->second.secret) return json::value(found->second.value);
    if (found != done_.end()) return json::value("${secret:" + name + "}");
    if (!sources_.process_environment) return std::nullopt;
    if (auto value = sources_.process_environment(name)) return json::value(*value);
    return std::nullopt;
  }

  std::optional<std::string> text_of(const node& n) {
    const auto before = out_.items().size();
    const auto rendered = reference::render(
        n, [this](const std::string& name) { return look_up(name); }, out_);
    if (out_.items().size() != before) return std::nullopt;
    return rendered.is(node_kind::null) ? std::string{} : schema::string_of(rendered);
  }

  // Nothing means: no value there. A file that cannot be read is a finding of its own.
  std::optional<std::string> fetch(const source& s) {
    if (s.from.starts_with("env:"))
      return sources_.process_environment ? sources_.process_environment(s.from.substr(4)) : std::nullopt;
    if (!s.from.starts_with("file:") || !sources_.file) return std::nullopt;
    auto content = sources_.file(s.from.substr(5));
    if (content && content->size() > most_bytes) {
      out_.error(s.at->place, s.at->pointer, s.from.substr(5) + " is above 64 KiB");
      return std::nullopt;
    }
    if (content) return *content;
    if (s.text == nullptr) out_.error(s.at->place, s.at->pointer, content.error().message);
    return std::nullopt;
  }

  void resolve(const std::string& name) {
    const auto& s = sources_by_name_.at(name);
    variable v;
    v.secret = s.secret;
    v.source = s.from;
    if (s.secret && s.from != "literal") {
      if (s.text != nullptr)
        out_.error(s.at->place, s.at->pointer, "a secret has no `default`: it would stand in the document");
      done_[name] = std::move(v);
      return;
    }
    if (s.secret) {
      out_.error(s.at->place, s.at->pointer,
                 "a secret must not stand in a document; give `env`, `file`, `aws_secret` or `aws_parameter` "
                 "instead "
                 "of its value");
      return;
    }
    const auto before = out_.items().size();
    auto value = s.from == "literal" ? std::nullopt : fetch(s);
    if (!value && s.text != nullptr) value = text_of(*s.text);
    if (!value) {
      if (out_.items().size() == before)
        out_.error(s.at->place, s.at->pointer,
                   "variable `" + name + "` has no value: " + s.from.substr(4) +
                       " is not set; set it or give a `default`");
      return;
    }
    v.value = std::move(*value);
    done_[name] = std::move(v);
  }

  const node& written_;
  const variable_sources& sources_;
  diagnostics& out_;
  std::map<std::string, source> sources_by_name_;
  std::map<std::string, variable> done_;
};

}  // namespace

std::map<std::string, variable> read_variables(const node& written, const variable_sources& sources,
                                               diagnostics& out) {
  return resolver(written, sources, out).run();
}

}  // namespace shipflow::model_room
