#include "provider/http/inputs.hpp"

namespace shipflow::http_provider {

std::vector<field_spec> common_fields() {
  const auto field = [](const char* name, const char* type, const char* help) {
    field_spec f;
    f.name = name;
    f.type = type;
    f.help = help;
    return f;
  };
  auto url = field("url", "string", "where to, http or https");
  url.required = true;
  return {url,
          field("method", "string", "the HTTP method"),
          field("headers", "object", "names and values to send"),
          field("body", "string", "the body as text"),
          field("json", "any", "the body as a value, sent as JSON"),
          field("expect", "any", "what the answer must look like; 2xx when not given"),
          field("capture", "object", "outputs: names to JSON pointers into the answer"),
          field("timeout", "duration", "of one request"),
          field("redirects", "integer", "how many redirects to follow, 0 to 20"),
          field("ca", "string", "PEM file of the authorities to trust instead of the system's"),
          field("tls_verify", "boolean", "false accepts any certificate"),
          field("server_name", "string", "name to ask for and check instead of the host")};
}

}  // namespace shipflow::http_provider
