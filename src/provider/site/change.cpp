#include "provider/site/change.hpp"

#include "base/members.hpp"

namespace shipflow::site {
namespace {

json::array texts_of(const s3::attributes& a) { return {a.type, a.cache, a.encoding, a.digest}; }

s3::attributes attributes_in(const json::object& o) {
  auto t = members::texts(o, "with");
  t.resize(4);
  return {std::move(t[0]), std::move(t[1]), std::move(t[2]), std::move(t[3])};
}

std::uint64_t size_in(const json::object& o, const char* name) {
  const auto* v = o.if_contains(name);
  return v == nullptr ? 0 : v->to_number<std::uint64_t>();
}

}  // namespace

std::string line_of(const change& c) {
  json::object o{{"key", c.key},
                 {"deed", static_cast<int>(c.what)},
                 {"place", static_cast<int>(c.at)},
                 {"size", c.is.size},
                 {"changed", c.is.changed_ns},
                 {"number", c.is.number},
                 {"with", texts_of(c.with)},
                 {"kept", c.kept}};
  if (c.there) o["there"] = json::object{{"size", c.there->size}, {"etag", c.there->etag}};
  if (c.known) o["known"] = object_of(*c.known);
  return json::serialize(o) + "\n";
}

result<change> read_change(std::string_view line) {
  const auto v = parse_json(line);
  if (!v) return v.error();
  const auto& o = members::as_object(*v);
  change c;
  c.key = members::text(o, "key");
  c.what = static_cast<deed>(members::whole(o, "deed"));
  c.at = static_cast<place>(members::whole(o, "place"));
  c.is = {size_in(o, "size"), members::whole(o, "changed"), size_in(o, "number")};
  c.with = attributes_in(o);
  c.kept = members::text(o, "kept");
  if (o.contains("there")) {
    const auto& there = members::object(o, "there");
    c.there = s3::listed{c.key, size_in(there, "size"), members::text(there, "etag")};
  }
  if (!o.contains("known")) return c;
  auto known = entry_in(members::object(o, "known"));
  if (!known) return known.error();
  c.known = std::move(*known);
  return c;
}

result<std::vector<change>> some_of(line_reader& from, std::size_t most) {
  std::vector<change> out;
  while (out.size() < most) {
    const auto line = from.next();
    if (!line) return line.error();
    if (!*line) break;
    auto c = read_change(**line);
    if (!c) return c.error();
    out.push_back(std::move(*c));
  }
  return out;
}

}  // namespace shipflow::site
