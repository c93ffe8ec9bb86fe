#include <shipflow/parity.hpp>

#include <doctest/doctest.h>

using namespace shipflow;

namespace {

// What cannot be carried out is compared all the same.
std::string compared(const std::string& environments, diagnostics& found) {
  const auto doc = parse_document("shipflow: 1\nenvironments:\n" + environments, "e.yaml", found);
  const auto a = read_environment(doc, "staging", {}, found);
  const auto b = read_environment(doc, "production", {}, found);
  std::string out;
  for (const auto& d : compare_environments(a, b))
    out += d.path + ": " + (d.in_left ? d.left : "-") + " | " + (d.in_right ? d.right : "-") + "\n";
  return out;
}

std::string differences(const std::string& environments) {
  diagnostics found;
  auto out = compared(environments, found);
  REQUIRE_MESSAGE(!found.has_errors(), found.text());
  return out;
}

}  // namespace

TEST_CASE("parity: what two environments say differently, layers applied, names of their own left out") {
  CHECK(differences("  base: { flags: { x: true } }\n"
                    "  staging: { extends: base, purpose: a, url: \"http://a\", bind: { api: { provider: "
                    "ecs, cluster: shop-staging, "
                    "instances: 2 } }, flags: { y: 1 } }\n"
                    "  production: { extends: base, bind: { api: { provider: ecs, cluster: shop-production, "
                    "instances: 6 } }, "
                    "roles: { qa: [\"user:quinn\"] } }\n") ==
        "bind.api.instances: 2 | 6\nflags.y: 1 | -\nroles.qa: - | [\"user:quinn\"]\n");
}

TEST_CASE("parity: the same is nothing, and secrets stay where they are") {
  CHECK(differences("  staging: { flags: { x: true } }\n  production: { flags: { x: true } }\n").empty());
  CHECK(differences("  staging: {}\n  production: {}\n").empty());
  CHECK(differences("  staging: { variables: { P: { env: A, secret: true } } }\n"
                    "  production: { variables: { P: { env: B, secret: true } } }\n") ==
        "variables.P.env: A | B\n");
}

TEST_CASE("parity: secrets that stand in the documents, where they must not, are not shown") {
  diagnostics found;
  CHECK(compared("  staging: { variables: { P: { value: x1, secret: true } } }\n"
                 "  production: { variables: { P: { value: y1, secret: true } } }\n",
                 found) == "variables.P.value: *** | ***\n");
  CHECK(compared("  staging: { channels: { c: { webhook: \"https://x/\", key: k1, headers: { A: b } } } }\n"
                 "  production: { channels: { c: { webhook: \"https://y/\", key: \"${K}\", headers: { A: c } "
                 "} } }\n",
                 found) ==
        "channels.c.headers.A: *** | ***\nchannels.c.key: *** | ${K}\nchannels.c.webhook: https://x/ | "
        "https://y/\n");
}
