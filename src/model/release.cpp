#include "model/tables.hpp"

#include <shipflow/model.hpp>

namespace shipflow {
inline namespace v1 {

json::value to_json(const release_info& r) {
  json::object images;
  for (const auto& [component, image] : r.images) images[component] = image;
  return json::object{{"version", r.version},
                      {"commit", r.commit},
                      {"images", std::move(images)},
                      {"notes", r.notes},
                      {"extra", r.extra}};
}

release_info read_release(const document& doc, diagnostics& out) {
  release_info r;
  const auto before = out.items().size();
  schema::validate(doc.root, schema::table(model_room::release_table), out);
  if (out.items().size() != before) return r;
  for (const auto& [key, value] : doc.root.fields) {
    if (key == "version") {
      r.version = schema::string_of(value);
      if (auto version = parse_version(r.version); !version)
        out.error(value.place, value.pointer, version.error().message);
    } else if (key == "commit") {
      r.commit = schema::string_of(value);
    } else if (key == "notes") {
      r.notes = schema::string_of(value);
    } else if (key == "images") {
      for (const auto& [component, image] : value.fields) r.images[component] = schema::string_of(image);
    } else {
      r.extra[key] = value.to_json();
    }
  }
  return r;
}

}  // namespace v1
}  // namespace shipflow
