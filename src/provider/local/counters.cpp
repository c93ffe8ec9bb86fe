#include "provider/local/counters.hpp"

#include <algorithm>

namespace shipflow::local {
namespace {

constexpr std::size_t versions_kept = 32;

json::value to_json(const totals& t) { return json::array{t.all, t.c4xx, t.c5xx}; }

totals totals_from(const json::value& v) {
  totals t;
  const auto* list = v.if_array();
  if (list == nullptr || list->size() != 3) return t;
  const auto number = [&](std::size_t i) { return (*list)[i].is_int64() ? (*list)[i].get_int64() : 0; };
  return {number(0), number(1), number(2)};
}

json::object member(const json::object& of, std::string_view key) {
  const auto* found = of.if_contains(key);
  return found != nullptr && found->is_object() ? found->get_object() : json::object{};
}

std::string version_of(const ledger& book, const std::string& id) {
  const auto found = std::find_if(book.instances.begin(), book.instances.end(),
                                  [&](const instance& i) { return i.id == id; });
  return found == book.instances.end() ? std::string{} : found->version;
}

}  // namespace

void counters::take(const view& v, const ledger& book) {
  const bool restarted = v.incarnation != incarnation;
  for (auto at = servers.begin(); at != servers.end();) {
    if (!restarted && v.find(at->first) != nullptr) {
      ++at;
      continue;
    }
    past[at->second.version] += at->second.count;
    at = servers.erase(at);
  }
  if (restarted) fleet_past += fleet;
  incarnation = v.incarnation;
  fleet = v.fleet;
  for (const auto& [id, server] : v.servers) {
    auto& mine = servers[id];
    if (mine.version.empty()) mine.version = version_of(book, id);
    mine.count = server.count;
  }
  while (past.size() > versions_kept) {  // forget one that nothing runs any more
    const auto idle = std::find_if(past.begin(), past.end(), [&](const auto& entry) {
      return std::none_of(servers.begin(), servers.end(),
                          [&](const auto& s) { return s.second.version == entry.first; });
    });
    if (idle == past.end()) break;
    past.erase(idle);
  }
}

bool counters::knows(const std::string& version) const {
  return past.count(version) > 0 || std::any_of(servers.begin(), servers.end(),
                                                [&](const auto& s) { return s.second.version == version; });
}

totals counters::of(const std::string& version) const {
  totals sum;
  if (const auto found = past.find(version); found != past.end()) sum += found->second;
  for (const auto& [id, s] : servers)
    if (s.version == version) sum += s.count;
  return sum;
}

totals counters::of_fleet() const {
  auto sum = fleet_past;
  return sum += fleet;
}

json::value to_json(const counters& c) {
  json::object servers;
  for (const auto& [id, s] : c.servers) servers[id] = json::array{s.version, to_json(s.count)};
  json::object past;
  for (const auto& [version, t] : c.past) past[version] = to_json(t);
  return json::object{{"incarnation", c.incarnation},
                      {"servers", std::move(servers)},
                      {"fleet", to_json(c.fleet)},
                      {"past", std::move(past)},
                      {"fleet_past", to_json(c.fleet_past)}};
}

counters counters_from_json(const json::value& v) {
  counters c;
  const auto* o = v.if_object();
  if (o == nullptr) return c;
  const auto* incarnation = o->if_contains("incarnation");
  if (incarnation == nullptr || !incarnation->is_string()) return c;
  c.incarnation = std::string(incarnation->get_string());
  for (const auto& entry : member(*o, "servers")) {
    const auto* pair = entry.value().if_array();
    if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string()) continue;
    c.servers[std::string(entry.key())] = {std::string((*pair)[0].get_string()), totals_from((*pair)[1])};
  }
  for (const auto& entry : member(*o, "past")) c.past[std::string(entry.key())] = totals_from(entry.value());
  if (const auto* fleet = o->if_contains("fleet")) c.fleet = totals_from(*fleet);
  if (const auto* past = o->if_contains("fleet_past")) c.fleet_past = totals_from(*past);
  return c;
}

}  // namespace shipflow::local
