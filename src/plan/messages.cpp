#include "plan/messages.hpp"

#include "document/reference.hpp"
#include "document/schema_read.hpp"
#include "plan/hint.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace shipflow::planning {
namespace {

constexpr duration most_timeout{60'000};
constexpr duration longest_lead = std::chrono::hours(24 * 365);
constexpr duration most_age = std::chrono::hours(24 * 7);

constexpr std::array with_severity{std::string_view("breach"), std::string_view("question")};
constexpr std::array with_step{std::string_view("approval"),    std::string_view("approved"),
                               std::string_view("rejected"),    std::string_view("step_done"),
                               std::string_view("step_failed"), std::string_view("lapsed")};

template <class Names>
bool among(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_secret(const json::value* v) {
  return v != nullptr && v->is_string() && v->get_string().find("${secret:") != json::string::npos;
}

class reader {
 public:
  reader(const surroundings& all, plan& to) : all_(all), read_(all.words, nullptr, all.out), to_(to) {}

  void channels(const node& written) {
    for (const auto& [name, n] : written.fields) {
      known_.insert(name);
      if (n.is(node_kind::mapping)) channel(name, n);
    }
  }

  void rules(const node& written) {
    for (const auto& n : written.items) rule(n);
  }

  // Channels that no rule names would only carry their secrets around.
  void drop_unused() {
    std::set<std::string> used;
    for (const auto& m : to_.messages) used.insert(m.to.begin(), m.to.end());
    std::erase_if(to_.channels, [&](const auto& c) { return !used.contains(c.name); });
  }

 private:
  void channel(const std::string& name, const node& n) {
    plan_channel c;
    c.name = name;
    const auto before = read_.troubles();
    auto rendered = read_.value(n);
    if (read_.troubles() != before) return;
    c.spec = std::move(rendered.as_object());
    take_time(n, c, "timeout", c.timeout, most_timeout);
    take_time(n, c, "give_up", c.give_up, most_age);
    check_secrets(n, c.spec);
    for (const char* kind : {"slack", "webhook", "command", "sns", "ses", "github"})
      if (c.spec.contains(kind)) c.kind = kind;
    if (c.kind.empty()) of_host(c);
    if (const auto checked = all_.offers.check_channel(c.kind, c.spec); !checked)
      read_.error(n, "channel `" + name + "`: " + checked.error().message);
    to_.channels.push_back(std::move(c));
  }

  void take_time(const node& n, plan_channel& c, const char* key, duration& to, duration most) {
    c.spec.erase(key);
    const auto* written = n.find(key);
    if (written == nullptr) return;
    to = read_.time(*written).value_or(to);
    if (to <= duration{0} || to > most)
      read_.error(*written,
                  "`" + std::string(key) + "` must be above zero and at most " + format_duration(most));
  }

  void check_secrets(const node& n, const json::object& spec) {
    for (const char* key : {"slack", "key", "token"})
      if (const auto* field = n.find(key); field != nullptr && !is_secret(spec.if_contains(key)))
        read_.error(*field,
                    "`" + std::string(key) + "` must be a secret: refer to a variable with `secret: true`");
    const auto* headers = n.find("headers");
    const auto* sent = spec.if_contains("headers");
    if (headers == nullptr || sent == nullptr || !sent->is_object()) return;
    for (const auto& [name, field] : headers->fields)
      if (identifies(name) && !is_secret(sent->get_object().if_contains(name)))
        read_.error(field, "`" + name + "` must be a secret: refer to a variable with `secret: true`");
  }

  // Headers by which a sender shows who it is.
  static bool identifies(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    constexpr std::array known{std::string_view("authorization"), std::string_view("proxy-authorization"),
                               std::string_view("cookie"), std::string_view("x-api-key")};
    return among(known, name);
  }

  static void of_host(plan_channel& c) {
    if (const auto* host = c.spec.if_contains("host"); host != nullptr && host->is_string())
      c.kind = std::string(host->get_string());
    const auto* with = c.spec.if_contains("with");
    c.spec = with != nullptr && with->is_object() ? json::object(with->get_object()) : json::object{};
  }

  void rule(const node& n) {
    plan_message m;
    const auto at = schema::read_strings(n, "at");
    m.to = reached(n);
    m.severities = schema::read_strings(n, "severity");
    m.steps = schema::read_strings(n, "steps");
    check_filters(n, at, m);
    take_lead_times(n, at, m);
    const auto* text = n.find("text");
    if (text != nullptr && text->text.empty())
      read_.error(*text, "`text` is empty; without it the moment has a text of its own");
    for (const auto& moment : at) {
      m.moment = moment;
      m.text = text != nullptr ? pieces_of(*text) : standard_text(moment);
      if (!m.to.empty()) to_.messages.push_back(m);
    }
  }

  void take_lead_times(const node& n, const std::vector<std::string>& at, plan_message& m) {
    const auto* written = n.find("before");
    if (written == nullptr) return;
    if (at != std::vector<std::string>{"reminder"})
      read_.error(*written, "only `reminder` comes before a start; give it a rule of its own");
    for (const auto& text : schema::read_strings(n, "before")) {
      const auto lead = parse_duration(text);
      if (!lead || lead->count() <= 0 || *lead > longest_lead)
        read_.error(*written, "`before` must be above zero and at most " + format_duration(longest_lead));
      else
        m.before.push_back(*lead);
    }
    std::sort(m.before.rbegin(), m.before.rend());
    m.before.erase(std::unique(m.before.begin(), m.before.end()), m.before.end());
  }

  // Channels that are `none` here reach nobody.
  std::vector<std::string> reached(const node& n) {
    std::vector<std::string> out;
    for (const auto& name : schema::read_strings(n, "to")) {
      if (!known_.contains(name))
        read_.error(*n.find("to"), "environment `" + all_.where.name + "` has no channel `" + name + "`" +
                                       hint(all_.out, name, known_) +
                                       "; `none` there says that nobody is reached");
      if (std::any_of(to_.channels.begin(), to_.channels.end(),
                      [&](const auto& c) { return c.name == name; }))
        out.push_back(name);
    }
    return out;
  }

  void check_filters(const node& n, const std::vector<std::string>& at, const plan_message& m) {
    const auto any_of = [&](const auto& names) {
      return std::any_of(at.begin(), at.end(), [&](const auto& a) { return among(names, a); });
    };
    if (!m.severities.empty() && !any_of(with_severity))
      read_.error(*n.find("severity"), "only `breach` and `question` have a severity");
    if (m.steps.empty()) return;
    if (!any_of(with_step)) read_.error(*n.find("steps"), "none of these moments is about a step");
    std::vector<std::string> ids;
    for (const auto& s : all_.document.steps) ids.push_back(s.id);
    for (const auto& step : m.steps)
      if (!among(ids, step))
        read_.error(*n.find("steps"), "there is no step `" + step + "`" + hint(all_.out, step, ids));
  }

  static std::vector<text_piece> standard_text(const std::string& moment) {
    std::vector<text_piece> out;
    for (const auto& known : moments()) {
      if (known.name != moment) continue;
      for (const auto& p : reference::parse(known.text).value.parts)
        out.push_back(p.is_reference() ? of_moment(p) : text_piece{text_piece::kind::words, p.literal});
    }
    return out;
  }

  static text_piece of_moment(const reference::part& p) {
    constexpr std::string_view prefix = "moment.";
    return {text_piece::kind::moment, p.path.substr(prefix.size()), p.fallback.value_or("")};
  }

  std::vector<text_piece> pieces_of(const node& n) {
    std::vector<text_piece> out;
    const auto read = reference::parse(n.text);
    if (read.bad) {
      all_.out.error(reference::place_of(n, read.bad->offset), n.pointer, read.bad->message);
      return out;
    }
    for (const auto& p : read.value.parts) {
      auto piece = piece_of(p);
      if (piece)
        out.push_back(std::move(*piece));
      else
        all_.out.error(reference::place_of(n, p.offset), n.pointer, piece.error().message);
    }
    return out;
  }

  result<text_piece> piece_of(const reference::part& p) const {
    const auto refuse = [](std::string why) { return make_error(errc::invalid_document, std::move(why)); };
    if (!p.is_reference()) return text_piece{text_piece::kind::words, p.literal};
    if (p.path.starts_with("moment.")) {
      auto piece = of_moment(p);
      if (among(moment_values(), piece.text)) return piece;
      std::vector<std::string> names(moment_values().begin(), moment_values().end());
      return refuse("a moment has no value `" + piece.text + "`" + hint(all_.out, piece.text, names));
    }
    if (p.path.starts_with("steps."))
      return refuse("outputs of steps may not stand in a message; `${moment.NAME}` tells what happened");
    auto found = all_.words.look_up(p.path, nullptr);
    if (!found && p.fallback) return text_piece{text_piece::kind::value, *p.fallback};
    if (!found) return found.error();
    if (is_deferred(*found)) return refuse("a secret may not stand in a message");
    if (found->is_structured()) return refuse("`${" + p.path + "}` is a list or mapping");
    return text_piece{text_piece::kind::value, text_of(*found)};
  }

  const surroundings& all_;
  renderer read_;
  plan& to_;
  std::set<std::string> known_;
};

}  // namespace

void read_messages(const surroundings& all, plan& to) {
  reader read(all, to);
  if (const auto* channels = all.where.root.find("channels")) read.channels(*channels);
  if (const auto* notify = all.document.root.find("notify")) read.rules(*notify);
  if (const auto* notify = all.where.root.find("notify")) read.rules(*notify);
  read.drop_unused();
}

}  // namespace shipflow::planning
