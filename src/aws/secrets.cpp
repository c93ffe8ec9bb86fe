// Secrets Manager and Parameter Store as sources of secrets.
#include "aws/client.hpp"
#include "base/members.hpp"

#include <shipflow/aws_secrets.hpp>
#include <shipflow/json.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace shipflow::aws {
namespace {

constexpr service secrets_manager{"SECRETS_MANAGER", "secretsmanager", "secretsmanager", protocol::json_1_1,
                                  "secretsmanager"};
constexpr service parameter_store{"SSM", "ssm", "ssm", protocol::json_1_1, "AmazonSSM"};
constexpr std::size_t most_names = 10;  // of one GetParameters

using reply = std::function<void(result<std::string>)>;

struct wanted {
  std::string name, key, stage, region;
  reply done;
};

result<wanted> read_wanted(std::string_view details, reply done) {
  const auto v = parse_json(details);
  const auto* o = v ? v->if_object() : nullptr;
  if (o == nullptr || members::text(*o, "name").empty())
    return make_error(errc::invalid_argument, "where the secret is cannot be read");
  return wanted{members::text(*o, "name"), members::text(*o, "key"), members::text(*o, "stage"),
                members::text(*o, "region"), std::move(done)};
}

error about(const std::string& name, errc code, const std::string& what) {
  return make_error(code, name + ": " + what);
}

// Texts as they are, numbers and truths as JSON writes them.
result<std::string> member_of(const std::string& name, const std::string& text, const std::string& key) {
  const auto v = parse_json(text);
  const auto* o = v ? v->if_object() : nullptr;
  if (o == nullptr) return about(name, errc::failed, "it is no JSON object, and `key` wants a member of one");
  const auto* found = o->if_contains(key);
  if (found == nullptr) return about(name, errc::not_found, "it has no member `" + key + "`");
  if (found->is_object() || found->is_array() || found->is_null())
    return about(name, errc::failed, "its member `" + key + "` is no text");
  return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
}

result<std::string> value_in(const wanted& w, const json::object& answer) {
  const auto* text = answer.if_contains("SecretString");
  if (text == nullptr || !text->is_string())
    return about(w.name, errc::failed, "it is binary, and only texts can be variables");
  std::string whole(text->get_string());
  return w.key.empty() ? result<std::string>(std::move(whole)) : member_of(w.name, whole, w.key);
}

using group = std::vector<wanted>;

/// What nobody has asked for yet; answered at the end.
struct waiting {
  group secrets, parameters;
  waiting() = default;
  waiting(const waiting&) = delete;
  waiting& operator=(const waiting&) = delete;
  ~waiting() {
    for (const auto* left : {&secrets, &parameters})
      for (const auto& w : *left) w.done(about(w.name, errc::cancelled, "cancelled"));
  }
};

/// Gathers what is asked for within one turn of the client's thread, and asks for it together.
class reader {
 public:
  explicit reader(aws_options options) : client_(std::move(options)) {}

  enum class place { secret, parameter };

  void want(place where, wanted w) {
    const std::scoped_lock hold(mutex_);
    const bool first = asked_.secrets.empty() && asked_.parameters.empty();
    (where == place::secret ? asked_.secrets : asked_.parameters).push_back(std::move(w));
    if (first) client_.later([this] { fetch(); });
  }

 private:
  void fetch() {
    group secrets;
    group parameters;
    {
      const std::scoped_lock hold(mutex_);
      secrets.swap(asked_.secrets);
      parameters.swap(asked_.parameters);
    }
    std::map<std::string, group> same;
    for (auto& w : secrets) same[w.region + "\n" + w.name + "\n" + w.stage].push_back(std::move(w));
    for (auto& [key, all] : same) fetch_secret(std::move(all));
    std::map<std::string, group> there;
    for (auto& w : parameters) there[w.region].push_back(std::move(w));
    for (auto& [region, all] : there) fetch_parameters(std::move(all));
  }

  void fetch_secret(group all) {
    const auto& one = all.front();
    json::object input{{"SecretId", one.name}};
    if (!one.stage.empty()) input["VersionStage"] = one.stage;
    call_options how;
    how.region = one.region;
    client_.call(secrets_manager, "GetSecretValue", input, how, [all = std::move(all)](const outcome& o) {
      for (const auto& w : all)
        w.done(o ? value_in(w, *o) : result<std::string>(about(w.name, o.error().code, o.error().message)));
    });
  }

  // Ten different names a call.
  void fetch_parameters(group all) {
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    group some;
    json::array names;
    const auto flush = [&] {
      if (!some.empty()) ask(std::exchange(some, {}), std::exchange(names, {}));
    };
    for (auto& w : all) {
      const bool fresh = some.empty() || some.back().name != w.name;
      if (fresh && names.size() == most_names) flush();
      if (fresh) names.emplace_back(w.name);
      some.push_back(std::move(w));
    }
    flush();
  }

  void ask(group some, json::array names) {
    call_options how;
    how.region = some.front().region;
    const json::object input{{"Names", std::move(names)}, {"WithDecryption", true}};
    client_.call(parameter_store, "GetParameters", input, how, [some = std::move(some)](const outcome& o) {
      for (const auto& w : some)
        w.done(o ? parameter_in(w, *o)
                 : result<std::string>(about(w.name, o.error().code, o.error().message)));
    });
  }

  // The answer names a parameter by name or, if it was asked for so, by ARN.
  static result<std::string> parameter_in(const wanted& w, const json::object& answer) {
    const auto* list = answer.if_contains("Parameters");
    if (list == nullptr || !list->is_array())
      return about(w.name, errc::failed, "the answer holds no parameters");
    for (const auto& p : list->get_array()) {
      const auto* o = p.if_object();
      if (o == nullptr) continue;
      const auto* value = o->if_contains("Value");
      const bool it = members::text(*o, "Name") == w.name || members::text(*o, "ARN") == w.name;
      if (it && value != nullptr && value->is_string()) return std::string(value->get_string());
    }
    return about(w.name, errc::not_found, "there is no such parameter");
  }

  std::mutex mutex_;
  waiting asked_;
  client client_;  // last: its thread uses the rest, and ends first
};

}  // namespace
}  // namespace shipflow::aws

namespace shipflow {
inline namespace v1 {

secret_reader aws_secrets(aws_options options, secret_reader others) {
  const auto shared = std::make_shared<aws::reader>(std::move(options));
  return [shared, others = std::move(others)](const std::string& source,
                                              std::function<void(result<std::string>)> done) {
    constexpr std::string_view secret = "aws_secret:";
    constexpr std::string_view parameter = "aws_parameter:";
    const bool from_secret = source.starts_with(secret);
    if (!from_secret && !source.starts_with(parameter)) return others(source, std::move(done));
    const auto details = std::string_view(source).substr(from_secret ? secret.size() : parameter.size());
    auto w = aws::read_wanted(details, done);
    if (!w) return done(w.error());
    shared->want(from_secret ? aws::reader::place::secret : aws::reader::place::parameter, std::move(*w));
  };
}

}  // namespace v1
}  // namespace shipflow
