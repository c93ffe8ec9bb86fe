#include "provider/local/binding.hpp"

#include "provider/local/fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace shipflow::local {
namespace {

constexpr std::array<std::string_view, 5> known{"port", "version", "colour", "instance", "image"};
constexpr duration hour{3'600'000};

/// Text that ends up in HAProxy's configuration, where blanks, quotes and `#` have a meaning.
bool plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/-._~!&()*+,;=:@%?").find(c) != std::string_view::npos;
  });
}

void read_listen(fields& f, front& to) {
  f.require("listen");
  const auto text = f.text("listen");
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0)
    return f.fail("listen", "must be an address and a port, for example \"127.0.0.1:8080\"");
  to.host = text.substr(0, colon);
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, to.port);
  const bool host_fits = to.host.find_first_not_of("0123456789.") == std::string::npos || to.host == "*";
  if (parsed.ec != std::errc{} || parsed.ptr != end || to.port < 1 || to.port > 65535 || !host_fits)
    f.fail("listen", "must be an IPv4 address and a port from 1 to 65535, for example \"127.0.0.1:8080\"");
}

void read_status(fields& ready, front& to) {
  to.ready_status = ready.scalar("status", "200");
  const auto digits = [](std::string_view s) {
    return s.size() == 3 && s.find_first_not_of("0123456789") == std::string_view::npos && s[0] >= '1' &&
           s[0] <= '5';
  };
  const auto dash = to.ready_status.find('-');
  const std::string_view text = to.ready_status;
  const bool fits = dash == std::string_view::npos
                        ? digits(text)
                        : digits(text.substr(0, dash)) && digits(text.substr(dash + 1));
  if (!fits) ready.fail("status", "must be a status such as 200 or a range such as \"200-399\"");
}

void read_ready(fields& f, binding& to) {
  const auto object = f.object("ready");
  fields ready(object, "binding: ready");
  ready.only({"http", "status", "rise", "within"});
  to.balancer.ready_path = ready.text("http");
  const auto& path = to.balancer.ready_path;
  if (!path.empty() && (path[0] != '/' || !plain(path))) ready.fail("http", "must be a path such as /health");
  if (path.empty() && ready.has("status")) ready.fail("status", "needs http, the path to ask for");
  read_status(ready, to.balancer);
  to.balancer.rise = static_cast<int>(ready.integer("rise", 2, 1, 100));
  to.within = ready.span("within", to.within, duration{100}, 24 * hour);
  f.adopt(ready);
}

void read_balancer(fields& f, front& to) {
  const auto object = f.object("balancer");
  fields b(object, "binding: balancer");
  b.only(
      {"program", "threads", "max_connections", "connect", "server", "client", "check", "maintenance_page"});
  to.program = b.text("program");
  to.threads = static_cast<int>(b.integer("threads", to.threads, 1, 64));
  to.max_connections = static_cast<int>(b.integer("max_connections", to.max_connections, 10, 1'000'000));
  to.connect = b.span("connect", to.connect, duration{10}, hour);
  to.server = b.span("server", to.server, duration{10}, hour);
  to.client = b.span("client", to.client, duration{10}, hour);
  to.check = b.span("check", to.check, duration{50}, hour);
  to.maintenance_page = b.text("maintenance_page");
  if (!to.maintenance_page.empty() && to.maintenance_page[0] != '/')
    b.fail("maintenance_page", "must be an absolute path");
  f.adopt(b);
}

void read_command(fields& f, binding& to) {
  f.require("command");
  to.command = f.texts("command");
  if (to.command.empty() || to.command[0].empty()) f.fail("command", "must name a program");
  to.directory = f.text("directory", "/");
  if (to.directory.empty() || to.directory[0] != '/') f.fail("directory", "must be an absolute path");
  const auto environment = f.object("env");
  fields e(environment, "binding: env");
  for (const auto& member : environment) {
    if (member.key().empty() || member.key().find('=') != std::string::npos)
      e.fail(member.key(), "is no name of a variable");
    to.environment.emplace_back(member.key(), e.scalar(member.key()));
  }
  f.adopt(e);
}

void check_references(fields& f, const binding& b) {
  const auto check = [&](std::string_view key, const std::string& text, secrets_may may) {
    const auto name = unknown_reference(text, may);
    if (name.starts_with(secret_prefix))
      f.fail(key, "has a secret, which every user of the machine could read; pass it in env");
    else if (!name.empty())
      f.fail(key, "has ${" + name + "}, known are ${port}, ${version}, ${colour}, ${instance} and ${image}");
    if (text.find('\0') != std::string::npos) f.fail(key, "has a zero byte");
  };
  for (const auto& argument : b.command) check("command", argument, secrets_may::not_be);
  for (const auto& [name, value] : b.environment) check("env: " + name, value, secrets_may::be);
  for (const auto& [key, text] :
       {std::pair{"directory", &b.directory}, std::pair{"balancer", &b.balancer.program},
        std::pair{"balancer", &b.balancer.maintenance_page}})
    if (text->find("${" + std::string(secret_prefix)) != std::string::npos)
      f.fail(key, "has a secret, which is written down; only env may have one");
}

}  // namespace

std::string unknown_reference(const std::string& text, secrets_may may) {
  for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", at + 2)) {
    const auto end = text.find('}', at);
    const auto name = text.substr(at + 2, end == std::string::npos ? end : end - at - 2);
    if (end != std::string::npos && may == secrets_may::be && name.starts_with(secret_prefix)) continue;
    if (end == std::string::npos || std::find(known.begin(), known.end(), name) == known.end())
      return name.empty() ? "}" : name;
  }
  return {};
}

result<binding> read_binding(const json::object& target) {
  binding b;
  fields f(target, "binding");
  f.only({"provider", "command", "listen", "directory", "env", "instances", "ready", "enough", "drain",
          "grace", "balancer"});
  read_command(f, b);
  read_listen(f, b.balancer);
  b.instances = static_cast<int>(f.integer("instances", 1, 1, most_instances));
  b.enough = static_cast<int>(f.integer("enough", 100, 1, 100));
  b.drain = f.span("drain", b.drain, duration{0}, hour);
  b.grace = f.span("grace", b.grace, duration{0}, hour);
  read_ready(f, b);
  read_balancer(f, b.balancer);
  check_references(f, b);
  if (!f.good()) return f.problem();
  return b;
}

json::object to_json(const front& f) {
  return {{"listen", f.address()},
          {"ready.http", f.ready_path},
          {"ready.status", f.ready_status},
          {"ready.rise", f.rise},
          {"balancer.threads", f.threads},
          {"balancer.max_connections", f.max_connections},
          {"balancer.connect", f.connect.count()},
          {"balancer.server", f.server.count()},
          {"balancer.client", f.client.count()},
          {"balancer.check", f.check.count()},
          {"balancer.program", f.program},
          {"balancer.maintenance_page", f.maintenance_page}};
}

}  // namespace shipflow::local
