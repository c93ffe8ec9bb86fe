#include "aws/search.hpp"

#include "aws/settings.hpp"
#include "aws/sign_on.hpp"
#include "http/text.hpp"
#include "process/child.hpp"

#include <array>
#include <utility>

namespace shipflow::aws {
namespace {

constexpr duration program_wait = std::chrono::minutes(1);
constexpr std::size_t most_output = 64U << 10U;

/// What a credential_process may see of the environment.
constexpr std::array<const char*, 22> passed_on{"PATH",
                                                "HOME",
                                                "USER",
                                                "LOGNAME",
                                                "LANG",
                                                "LC_ALL",
                                                "TZ",
                                                "TMPDIR",
                                                "XDG_CONFIG_HOME",
                                                "XDG_CACHE_HOME",
                                                "XDG_RUNTIME_DIR",
                                                "DBUS_SESSION_BUS_ADDRESS",
                                                "SSH_AUTH_SOCK",
                                                "AWS_CONFIG_FILE",
                                                "AWS_SHARED_CREDENTIALS_FILE",
                                                "AWS_PROFILE",
                                                "AWS_REGION",
                                                "AWS_DEFAULT_REGION",
                                                "AWS_CA_BUNDLE",
                                                "HTTPS_PROXY",
                                                "HTTP_PROXY",
                                                "NO_PROXY"};

result<credentials> read_program_output(const process::child_end& end, const std::string& where) {
  const auto bad = [&](const std::string& why) {
    return make_error(errc::failed,
                      "AWS credentials of " + where + ": " + why + "; run it by hand to see why");
  };
  if (end.exit_code != 0)
    return bad(end.signal != 0 ? "it was ended by signal " + std::to_string(end.signal)
                               : "it ended with status " + std::to_string(end.exit_code));
  const auto v = parse_json(end.output);
  const auto* o = v ? v->if_object() : nullptr;
  if (o == nullptr) return bad("its output is no JSON object");
  const auto* version = o->if_contains("Version");
  if (version == nullptr || *version != json::value(1)) return bad("its output is not of Version 1");
  return read_credentials(*o, "SessionToken", where);
}

class search : public std::enable_shared_from_this<search> {
 public:
  search(machine& with, way found, std::string region, found_credentials done)
      : with_(with), way_(std::move(found)), region_(std::move(region)), done_(std::move(done)) {}

  void begin() {
    std::visit([this](const auto& how) { begin(how); }, way_.from);
  }

 private:
  void begin(const by_keys& how) { got(how.keys); }

  void begin(const by_web_identity& how) {
    const auto& file = with_.options.file;
    auto token = file ? file(how.token_file)
                      : result<std::string>(make_error(errc::not_found, how.token_file + " cannot be read"));
    if (!token) return got(token.error());
    while (!token->empty() && (token->back() == '\n' || token->back() == '\r')) token->pop_back();
    auto anyone = sts;
    anyone.signing = "";
    auto input = input_of(how.as);
    input["WebIdentityToken"] = *token;
    ask(anyone, "AssumeRoleWithWebIdentity", input, {});
  }

  void begin(const by_sign_on& how) {
    sign_on(with_, how, way_.profile,
            [self = shared_from_this()](const result<credentials>& c) { self->got(c); });
  }

  void begin(const by_program& how) {
    process::child_spec spec;
    spec.argv = how.argv;
    spec.output_limit = most_output;
    spec.keep = process::kept::standard;
    for (const auto* name : passed_on)
      if (auto value = variable(with_.options, name); !value.empty())
        spec.environment.emplace_back(name, std::move(value));
    const auto where = "credential_process " + http::one_line(how.argv.front(), 120);
    process::run_child(with_.io.get_executor(), spec, program_wait, with_.stopping(),
                       [self = shared_from_this(), where](const result<process::child_end>& end) {
                         if (!end)
                           return self->got(make_error(
                               end.error().code, "AWS credentials of " + where + ": " + end.error().message));
                         self->got(read_program_output(*end, where));
                       });
  }

  void begin(const by_container&) {
    container_credentials(*with_.web, with_.options,
                          [self = shared_from_this()](const result<credentials>& c) { self->got(c); });
  }

  void begin(const by_instance&) {
    const auto pause = [self = shared_from_this()](duration wait, std::function<void()> then) {
      self->with_.after(wait, std::move(then));
    };
    instance_credentials(*with_.web, with_.options, pause,
                         [self = shared_from_this()](const result<credentials>& c) { self->got(c); });
  }

  static json::object input_of(const role& as) {
    json::object input{{"RoleArn", as.arn}, {"RoleSessionName", as.session}};
    if (!as.external_id.empty()) input["ExternalId"] = as.external_id;
    if (as.seconds != 0) input["DurationSeconds"] = as.seconds;
    return input;
  }

  void ask(const service& of, const std::string& operation, const json::object& input,
           std::optional<credentials> with) {
    with_.ask_with(of, encode(of, operation, input), std::move(with), region_,
                   [self = shared_from_this(), operation](const rest_outcome& o) {
                     if (!o) return self->got(make_error(o.error().code, o.error().message));
                     const auto body = decode(sts, operation, o->body);
                     const auto* c = body ? body->if_contains("Credentials") : nullptr;
                     if (c == nullptr || !c->is_object())
                       return self->got(make_error(errc::failed,
                                                   "sts " + operation + ": the answer holds no credentials"));
                     self->got(read_credentials(c->get_object(), "SessionToken", "sts " + operation));
                   });
  }

  [[nodiscard]] error of_profile(error why) const {
    if (!way_.profile.empty()) why.message.insert(0, "AWS profile \"" + way_.profile + "\": ");
    return why;
  }

  void got(const result<credentials>& found) {
    if (!found) return done_(of_profile(found.error()));
    if (taken_ == way_.roles.size()) return done_(found);
    ask(sts, "AssumeRole", input_of(way_.roles[taken_++]), *found);
  }

  machine& with_;
  way way_;
  std::string region_;
  found_credentials done_;
  std::size_t taken_ = 0;
};

}  // namespace

void search_credentials(machine& with, std::string region, found_credentials done) {
  auto found = find_way(with.options);
  if (!found) return done(found.error());
  if (auto own = region_of(with.options, ""); own) region = std::move(*own);
  std::make_shared<search>(with, std::move(*found), std::move(region), std::move(done))->begin();
}

}  // namespace shipflow::aws
