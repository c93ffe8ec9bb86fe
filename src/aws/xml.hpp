// XML as values and back, for the query and REST services.
#pragma once

#include "http/client.hpp"

#include <shipflow/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace shipflow::aws {

/// The root element and what it holds: elements are members, elements that only hold `member` are lists, an element
/// that occurs again beside itself is a list too (read such with `items`), leaves are texts. Attributes are passed
/// over, entities of a document type are not expanded, depth is bounded. Error: it cannot be read.
[[nodiscard]] result<json::object> xml_to_json(std::string_view text);

/// All elements of that name in `in`: none, the one, or the list. `in` lives longer than what is handed out.
[[nodiscard]] std::vector<const json::value*> items(const json::object& in, std::string_view name);

/// The text of the leaf at "a/b/c", or empty.
[[nodiscard]] std::string text_at(const json::object& in, std::string_view path);

/// A document with one root element: objects are elements in their order, a list is its element again and again,
/// other values are texts. `xmlns`: the root's name space, or empty. What `xml_to_json` read of a service without
/// `member` lists is written as it was, but for attributes.
[[nodiscard]] std::string xml_text(std::string_view root, const json::value& content,
                                   std::string_view xmlns = {});

/// Whether a body's root element is <Error>, or it is no XML at all: what S3 says with status 200 when a
/// copy or the end of a multipart upload went wrong half way.
[[nodiscard]] bool error_inside(const http::response& got);

}  // namespace shipflow::aws
