#include "provider/local/view.hpp"

#include "provider/local/admin.hpp"
#include "provider/local/config.hpp"
#include "provider/local/weights.hpp"

#include <algorithm>
#include <array>

namespace shipflow::local {
namespace {

totals responses(const row& r) {
  totals t;
  for (const auto* column : {"hrsp_1xx", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_5xx", "hrsp_other"})
    t.all += r.number(column);
  t.c4xx = r.number("hrsp_4xx");
  t.c5xx = r.number("hrsp_5xx");
  return t;
}

/// Of a server HAProxy counts the responses it gave; that it gave none is counted apart.
totals server_totals(const row& r) {
  auto t = responses(r);
  const auto broken = r.number("econ") + r.number("eresp");
  t.all += broken;
  t.c5xx += broken;
  return t;
}

std::string health_text(const row& r) {
  std::string text(r.text("status"));
  auto check = std::string(r.text("check_status"));
  if (check.rfind("* ", 0) == 0) check.erase(0, 2);  // a check is under way
  if (check.empty() || check == "INI") return text + ", not checked yet";
  text += ", " + check;
  if (const auto code = r.text("check_code"); !code.empty() && code != "0") text += " " + std::string(code);
  if (const auto last = r.text("last_chk"); !last.empty()) text += " (" + std::string(last) + ")";
  return text;
}

using admin_state = server_view::admin_state;

/// The administrative states by server. `show stat` tells them only of servers that are up. Bits of
/// srv_admin_state: management guide 2.6, 9.3, "show servers state".
std::map<std::string, admin_state, std::less<>> admin_states(std::string_view text) {
  constexpr std::int64_t maintenance = 0x07 | 0x20 | 0x40;  // forced, inherited, by configuration, by name
  constexpr std::int64_t drain = 0x08 | 0x10;
  std::map<std::string, admin_state, std::less<>> all;
  for (const auto& r : parse_table(text, ' ')) {
    const auto bits = r.number("srv_admin_state");
    all.emplace(r.text("srv_name"), (bits & maintenance) != 0 ? admin_state::maintenance
                                    : (bits & drain) != 0     ? admin_state::drain
                                                              : admin_state::ready);
  }
  return all;
}

server_view read_server(const row& r, admin_state state) {
  server_view s;
  s.admin = state;
  const auto status = r.text("status");
  auto check = r.text("check_status");
  if (check.rfind("* ", 0) == 0) check.remove_prefix(2);
  const bool passing = check == "L7OK" || check == "L4OK" || check == "L7OKC" || check == "L6OK";
  s.up = passing && (status.rfind("UP", 0) == 0 || status.rfind("DRAIN", 0) == 0);
  s.health = health_text(r);
  s.weight = static_cast<int>(r.number("uweight"));
  s.sessions = static_cast<int>(r.number("scur"));
  s.queued = static_cast<int>(r.number("qcur"));
  s.count = server_totals(r);
  s.response_ms = r.number("rtime");
  return s;
}

}  // namespace

const server_view* view::find(const std::string& id) const {
  const auto found = servers.find(id);
  return found == servers.end() ? nullptr : &found->second;
}

bool view::ready(const std::string& id) const {
  const auto* s = find(id);
  return s != nullptr && s->up && s->admin == server_view::admin_state::ready;
}

std::optional<colour> colour_of(std::string_view id) {
  const auto dash = id.find('-');
  return dash == std::string_view::npos ? std::nullopt : colour_from(id.substr(0, dash));
}

per_colour<int> observed_share(const view& v) {
  per_colour<int> sum;
  for (const auto& [id, server] : v.servers)
    if (const auto c = colour_of(id); c && server.admin == server_view::admin_state::ready)
      sum[*c] += server.weight;
  return share_of(sum);
}

result<view> parse_view(std::string_view text) {
  view v;
  v.incarnation =
      std::string(info_value(text, "Pid")) + "@" + std::string(info_value(text, "Start_time_sec"));
  if (v.incarnation.size() < 3)
    return make_error(errc::unavailable, "HAProxy answered something that is no `show info`");
  v.maintenance = text.find(" maintenance true\n") != std::string_view::npos;
  const auto state_table = text.find("# be_id");
  const auto table = text.find("# pxname");
  if (table == std::string_view::npos || state_table == std::string_view::npos)
    return make_error(errc::unavailable, "HAProxy answered something that is no `show stat`");
  const auto states = admin_states(text.substr(state_table));
  for (const auto& r : parse_table(text.substr(table), ',')) {
    if (r.text("pxname") != fleet_name) continue;
    const auto name = r.text("svname");
    if (name == "BACKEND") {
      v.fleet = responses(r);
      v.response_ms = r.number("rtime");
      v.queued = static_cast<int>(r.number("qcur"));
    } else {
      const auto state = states.find(name);
      v.servers.emplace(name, read_server(r, state == states.end() ? admin_state::ready : state->second));
    }
  }
  return v;
}

result<view> look_at(const std::string& directory) {
  auto text =
      admin(directory, {"show info", "show map maintenance.map", "show servers state fleet", "show stat"});
  if (!text) return text.error();
  return parse_view(*text);
}

}  // namespace shipflow::local
