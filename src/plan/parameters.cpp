#include "plan/parameters.hpp"

#include "plan/hint.hpp"
#include "plan/render.hpp"

#include <map>
#include <utility>

namespace shipflow::planning {
namespace {

// The declared type, else that of the default; "" accepts any scalar.
std::string type_of(const node& written) {
  if (written.is(node_kind::mapping)) {
    if (const auto* type = written.find("type")) return type->text;
    const auto* otherwise = written.find("default");
    return otherwise == nullptr ? "" : type_of(*otherwise);
  }
  switch (written.kind) {
    case node_kind::boolean: return "boolean";
    case node_kind::integer: return "integer";
    case node_kind::number: return "number";
    case node_kind::sequence: return "list";
    default: return "";
  }
}

const node* default_of(const node& written) {
  return written.is(node_kind::mapping) ? written.find("default") : &written;
}

class parameter_reader {
 public:
  parameter_reader(const plan_document& document, const json::object& given, scope& to, diagnostics& out)
      : document_(document), given_(given), to_(to), out_(out) {
    for (const auto& [name, written] : document.parameters) known_.emplace(name, &written);
  }

  void read() {
    for (const auto& entry : given_) refuse_unknown(std::string(entry.key()));
    for (const auto& name : in_order()) {
      const auto& written = *known_.at(name);
      if (const auto* value = given_.if_contains(name))
        take_given(name, written, *value);
      else
        take_default(name, written);
    }
  }

 private:
  void refuse_unknown(const std::string& name) {
    if (known_.contains(name)) return;
    out_.error({}, "", "the plan has no parameter `" + name + "`" + hint(out_, name, document_.parameters));
  }

  // Defaults may use other parameters, wherever those stand.
  std::vector<std::string> in_order() {
    std::vector<std::pair<std::string, node>> defaults;
    for (const auto& [name, written] : document_.parameters) {
      const auto* otherwise = given_.contains(name) ? nullptr : default_of(written);
      defaults.emplace_back(name, otherwise == nullptr ? node{} : *otherwise);
    }
    const auto parameter = [&](const std::string& path) -> std::optional<std::string> {
      const auto name = path.starts_with("parameters.") ? path.substr(11) : path;
      return known_.contains(name) ? std::optional(name) : std::nullopt;
    };
    return reference::order(defaults, parameter, out_);
  }

  void take_given(const std::string& name, const node& written, json::value value) {
    const auto refuse = [&](const std::string& why) {
      out_.error(written.place, written.pointer, "the value given for parameter `" + name + "` " + why);
    };
    if (is_deferred(value)) return refuse("holds a reference itself");
    const auto type = type_of(written);
    const auto text = text_of(value);
    if (type == "integer" || type == "number" || type == "boolean") {
      auto parsed = parse_json(text);
      const bool fits = parsed && (type == "boolean"   ? parsed->is_bool()
                                   : type == "integer" ? parsed->is_int64()
                                                       : parsed->is_number());
      if (!fits) return refuse("must be of type " + type);
      value = std::move(*parsed);
    } else if (type == "duration") {
      if (const auto time = parse_duration(text); !time)
        return refuse("is no duration: " + time.error().message);
    } else if (type == "string") {
      value = text;
    }
    to_.set_parameter(name, std::move(value));
  }

  void take_default(const std::string& name, const node& written) {
    const auto* otherwise = default_of(written);
    if (otherwise == nullptr) {
      out_.error(written.place, written.pointer, "parameter `" + name + "` has no default; give it a value");
      return;
    }
    to_.set_parameter(name, renderer(to_, nullptr, out_).value(*otherwise));
  }

  const plan_document& document_;
  const json::object& given_;
  scope& to_;
  diagnostics& out_;
  std::map<std::string, const node*> known_;
};

}  // namespace

void read_parameters(const plan_document& document, const json::object& given, scope& to, diagnostics& out) {
  parameter_reader(document, given, to, out).read();
}

}  // namespace shipflow::planning
