#include "provider/local/config.hpp"

#include "provider/local/weights.hpp"

namespace shipflow::local {
namespace {

/// Checks follow each other faster while a server comes up or may be going down.
constexpr duration quick_check{200};
constexpr int fall = 2;

std::string ms(duration d) { return std::to_string(d.count()) + "ms"; }

std::string global_part(const front& f) {
  return "# Written by shipflow before each change; edits are lost.\n"
         "global\n"
         "  stats socket unix@admin.sock mode 600 level admin\n"
         "  stats timeout 30s\n"
         "  noreuseport\n"
         "  nbthread " +
         std::to_string(f.threads) + "\n  maxconn " + std::to_string(f.max_connections) + "\n\n";
}

std::string defaults_part(const front& f) {
  return "defaults\n"
         "  mode http\n"
         "  timeout connect " +
         ms(f.connect) + "\n  timeout server " + ms(f.server) + "\n  timeout client " + ms(f.client) +
         "\n  timeout http-keep-alive " + ms(f.client) +
         "\n  option redispatch 1\n"
         "  retries 3\n"
         "  retry-on conn-failure empty-response\n\n";
}

std::string front_part(const front& f) {
  return "frontend " + std::string(front_name) + "\n  bind " + f.address() +
         "\n  http-request return status 503 content-type \"text/html; charset=utf-8\" "
         "file maintenance.html hdr Retry-After 30 hdr Cache-Control no-store "
         "if { str(maintenance),map(maintenance.map) -m str true }\n"
         "  default_backend " +
         std::string(fleet_name) + "\n\n";
}

std::string check_part(const front& f) {
  if (f.ready_path.empty()) return {};  // HAProxy's own: a TCP connection
  return "  option httpchk\n"
         "  http-check send meth GET uri " +
         f.ready_path + " ver HTTP/1.1 hdr Host localhost hdr User-Agent shipflow hdr Connection close\n" +
         "  http-check expect status " + f.ready_status + "\n";
}

}  // namespace

result<std::map<std::string, int>> weights_of(const ledger& book) {
  per_colour<int> serving;
  for (const auto& i : book.instances)
    if (i.at == stage::serving) ++serving[i.in];
  auto share = book.traffic.share;
  for (const auto c : both_colours)  // a colour whose last instance is gone gets nothing
    if (serving[c] == 0) share[c] = 0;
  auto weight = weights_for(share, serving);
  if (!weight) return weight.error();
  std::map<std::string, int> all;
  for (const auto& i : book.instances) all[i.id] = i.at == stage::serving ? (*weight)[i.in] : 0;
  return all;
}

std::string server_line(const front& f, const instance& i, int weight) {
  const auto quick = ms(std::min(f.check, quick_check));
  return "127.0.0.1:" + std::to_string(i.port) + " weight " + std::to_string(weight) + " check inter " +
         ms(f.check) + " fastinter " + quick + " downinter " + quick + " fall " + std::to_string(fall) +
         " rise " + std::to_string(f.rise);
}

std::string config_text(const front& f, const ledger& book, const std::map<std::string, int>& weights) {
  auto text = global_part(f) + defaults_part(f) + front_part(f);
  text += "backend " + std::string(fleet_name) +
          "\n  balance roundrobin\n"
          // Only a request that may be repeated is sent again after bytes went out (RFC 9110, 9.2.1).
          "  http-request disable-l7-retry unless METH_GET or METH_HEAD\n" +
          check_part(f);
  for (const auto& i : book.instances) {
    if (i.at == stage::ending) continue;
    const auto weight = weights.find(i.id);
    text += "  server " + i.id + " " + server_line(f, i, weight == weights.end() ? 0 : weight->second) + "\n";
  }
  return text;
}

}  // namespace shipflow::local
