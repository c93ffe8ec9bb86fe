#include "provider/local/component.hpp"

#include "process/lock.hpp"
#include "process/redact.hpp"
#include "process/text.hpp"
#include "provider/local/config.hpp"
#include "provider/local/ground.hpp"

#include <algorithm>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>

namespace shipflow::local {
namespace {

constexpr duration lock_patience{5'000};
constexpr std::size_t file_limit = 16u << 20;
constexpr std::string_view plain_page =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Maintenance</title></head>\n"
    "<body><h1>Down for maintenance</h1><p>Please try again in a few minutes.</p></body></html>\n";

/// All parents, 0700 each.
result<void> make_directory(const std::string& path) {
  for (std::size_t at = 1; at != std::string::npos && at < path.size();) {
    at = path.find('/', at + 1);
    const auto part = path.substr(0, at);
    if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST)
      return process::system_error("cannot make directory " + part, errno);
  }
  return {};
}

bool fits_a_directory(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= 128 && name[0] != '.' && std::all_of(name.begin(), name.end(), fits);
}

result<std::string> maintenance_page(const front& f) {
  if (f.maintenance_page.empty()) return std::string(plain_page);
  auto page = process::read_tail(f.maintenance_page, file_limit);
  // HAProxy keeps the answer in one buffer of 16 KiB.
  if (page && page->size() > 14'000)
    return make_error(errc::invalid_argument, f.maintenance_page + " is larger than 14,000 bytes");
  return page;
}

}  // namespace

result<void> component::save() { return on->save(*this); }
result<void> component::keep_recipe(const recipe& r) const { return on->keep_recipe(*this, r); }
result<recipe> component::read_recipe(const std::string& digest) const {
  return on->read_recipe(*this, digest);
}

result<binding> binding_of(const std::string& name, const json::object& target) {
  auto bound = read_binding(target);
  if (!bound) return make_error(bound.error().code, name + ": " + bound.error().message);
  return bound;
}

result<void> check_names(const std::string& environment, const std::string& name) {
  for (const auto& part : {environment, name})
    if (!fits_a_directory(part))
      return make_error(errc::invalid_argument, "the name \"" + part +
                                                    "\" cannot be one of a directory: use letters, digits, "
                                                    "-, _ and . (not first), at most 128");
  return {};
}

result<std::string> directory_of(const house& home, const std::string& environment, const std::string& name) {
  if (auto fit = check_names(environment, name); !fit) return fit.error();
  return home.options.state_directory + "/" + environment + "/" + name;
}

result<unique_fd> lock_directory(const std::string& directory) {
  auto lock = process::take_lock(directory + "/lock", lock_patience);
  if (!lock && lock.error().code == errc::conflict)
    return make_error(errc::unavailable, "another process works on " + directory);
  return lock;
}

result<ledger> read_ledger(const std::string& directory) {
  const auto path = directory + "/fleet.json";
  auto text = process::read_tail(path, file_limit);
  if (!text && text.error().code == errc::not_found) return ledger{};
  if (!text) return text.error();
  auto parsed = parse_json(*text);
  if (!parsed) return make_error(errc::corrupt, path + ": " + parsed.error().message);
  return ledger_from_json(*parsed);
}

counters read_counters(const std::string& directory) {
  const auto text = process::read_tail(directory + "/counters.json", file_limit);
  if (!text) return {};
  const auto parsed = parse_json(*text);
  return parsed ? counters_from_json(*parsed) : counters{};
}

result<component> open_component(const house& home, const std::string& environment, const std::string& name,
                                 const json::object* target, access how) {
  component c;
  c.home = &home;
  c.name = name;
  auto directory = directory_of(home, environment, name);
  if (!directory) return directory.error();
  c.directory = *directory;
  if (target != nullptr) {
    auto bound = binding_of(name, *target);
    if (!bound) return bound.error();
    c.bound = std::move(*bound);
  }
  if (how == access::change)
    if (auto made = make_directory(c.directory); !made) return made.error();
  if (!process::exists(c.directory)) return c;
  auto lock = lock_directory(c.directory);
  if (!lock) return lock.error();
  c.lock = std::move(*lock);
  c.there = true;
  auto book = read_ledger(c.directory);
  if (!book) return book.error();
  c.book = std::move(*book);
  return c;
}

result<void> save_files(const component& c) {
  const auto write = [&](const char* file, std::string_view text, process::durability how) {
    return process::replace_file(c.directory + "/" + file, text, how);
  };
  const auto weights = weights_of(c.book);
  if (!weights) return weights.error();
  if (auto done = write("fleet.json", json::serialize(to_json(c.book)), process::durability::on_disk); !done)
    return done.error();
  if (!c.book.balancer) return {};
  const auto switch_text = std::string("maintenance ") + (c.book.maintenance ? "true" : "false") + "\n";
  if (auto done = write("maintenance.map", switch_text, process::durability::cached); !done)
    return done.error();
  const auto page = maintenance_page(c.bound.balancer);
  if (!page) return page.error();
  if (auto done = write("maintenance.html", *page, process::durability::cached); !done) return done.error();
  return write("haproxy.cfg", config_text(c.bound.balancer, c.book, *weights), process::durability::cached);
}

result<void> keep_recipe_file(const component& c, const recipe& r) {
  const auto folder = c.directory + "/recipes";
  if (auto made = make_directory(folder); !made) return made.error();
  const auto path = folder + "/" + r.digest().substr(7) + ".json";
  if (process::exists(path)) return {};
  return process::replace_file(path, json::serialize(to_json(r)), process::durability::on_disk);
}

result<recipe> read_recipe_file(const component& c, const std::string& digest) {
  const auto path =
      c.directory + "/recipes/" + digest.substr(std::min<std::size_t>(7, digest.size())) + ".json";
  auto text = process::read_tail(path, file_limit);
  if (!text)
    return make_error(errc::not_found, c.name + ": the recipe of a recorded fleet is missing: " + path);
  auto parsed = parse_json(*text);
  if (!parsed) return make_error(errc::corrupt, path + ": " + parsed.error().message);
  return recipe_from_json(*parsed);
}

counters count_in_file(const component& c, const view& v) {
  auto all = read_counters(c.directory);
  if (!c.lock) return all;
  all.take(v, c.book);
  // Counts are worth less than a flush of the disk per look: after a power failure they begin anew.
  (void)process::replace_file(c.directory + "/counters.json", json::serialize(to_json(all)),
                              process::durability::cached);
  return all;
}

std::string component::shown(const std::string& output) const {
  return process::redactor::apply(process::printable(output), secrets);
}

}  // namespace shipflow::local
