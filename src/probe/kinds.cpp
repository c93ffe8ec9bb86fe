#include "probe/kinds.hpp"

#include "http/text.hpp"

#include <shipflow/probes.hpp>

namespace shipflow {
namespace probing {

prepared prepare(const std::string& kind, const json::object& spec) {
  if (kind == "http") return prepare_http(spec);
  if (kind == "tcp") return prepare_tcp(spec);
  if (kind == "command") return prepare_command(spec);
  return make_error(errc::not_found,
                    "there is no probe of kind `" + kind + "`, known are command, http and tcp");
}

seen seen_failure(const http::failure& f) {
  seen s;
  const bool ours = f.local || f.code == errc::cancelled;
  s.answer.outcome = ours ? look::unavailable : look::fail;
  s.answer.text = http::one_line(f.message, 400);
  s.timed_out = f.code == errc::timeout;
  return s;
}

}  // namespace probing

inline namespace v1 {

result<void> check_probe(const std::string& kind, const json::object& spec) {
  auto made = probing::prepare(kind, spec);
  if (!made) return made.error();
  return {};
}

}  // namespace v1
}  // namespace shipflow
