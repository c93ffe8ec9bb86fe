#include "document.hpp"

#include "guard.hpp"
#include "text.hpp"

#include <shipflow/model.hpp>

using namespace shipflow_c;

extern "C" {

shipflow_status shipflow_document_parse(shipflow_str text, shipflow_str file, shipflow_document** out,
                                        shipflow_error** err) noexcept {
  return guard(out, err, [&] {
    shipflow::diagnostics found;
    auto tree = shipflow::parse_document(text_of(text, "text"), std::string(text_of(file, "file")), found);
    if (found.has_errors()) throw failure(found);
    return new shipflow_document(std::move(tree));
  });
}

shipflow_status shipflow_document_load(shipflow_str path, shipflow_document** out,
                                       shipflow_error** err) noexcept {
  return guard(out, err, [&] {
    shipflow::diagnostics found;
    auto tree = shipflow::load_document(needed_text(path, "path"), found);
    if (found.has_errors()) throw failure(found);
    return new shipflow_document(std::move(tree));
  });
}

shipflow_status shipflow_document_json(const shipflow_document* document, shipflow_buf** out,
                                       shipflow_error** err) noexcept {
  return guard(out, err, [&] { return to_buf(checked(document, "document").tree.root.to_json()); });
}

shipflow_status shipflow_document_environments(const shipflow_document* document, shipflow_buf** out,
                                               shipflow_error** err) noexcept {
  return guard(out, err, [&] {
    shipflow::json::array names;
    for (const auto& name : shipflow::environment_names(checked(document, "document").tree))
      names.emplace_back(name);
    return to_buf(std::move(names));
  });
}

void shipflow_document_free(shipflow_document* document) noexcept {
  if (document != nullptr && document->what == shipflow_document::kind) delete document;
}

shipflow_status shipflow_schema(shipflow_str name, shipflow_buf** out, shipflow_error** err) noexcept {
  return guard(out, err, [&] {
    const auto which = needed_text(name, "name");
    if (which == "plan") return to_buf(shipflow::plan_schema());
    if (which == "environments") return to_buf(shipflow::environments_schema());
    throw failure(SHIPFLOW_NOT_FOUND, "no schema `" + which + "`: there are plan and environments");
  });
}

}  // extern "C"
