#include "provider/http/inputs.hpp"

#include "http/request_fields.hpp"
#include "provider/http/template.hpp"

namespace shipflow::http_provider {
namespace {

void read_expect(http::fields& in, asking& to) {
  const auto* expect = in.any("expect");
  if (expect == nullptr) return;
  to.any_expect = true;
  auto read = http::read_expectation(*expect, in.path_of("expect"));
  if (!read) return in.wrong(read.error());
  to.expect = std::move(*read);
}

void read_asking(http::fields& in, asking& to) {
  http::read_request(in, {"url"}, to.request);
  read_expect(in, to);
  to.request.deadline = in.time("timeout", std::chrono::hours(1));
}

void read_capture(http::fields& in, call_inputs& to) {
  const auto* capture = in.object("capture");
  if (capture == nullptr) return;
  for (const auto& c : *capture) {
    const std::string name(c.key());
    const auto* pointer = c.value().if_string();
    if (pointer == nullptr || (!pointer->empty() && pointer->front() != '/'))
      in.wrong("capture", "must map names to JSON pointers such as /id");
    if (name == "status" || name == "latency_ms")
      in.wrong("capture", "must not use the names status and latency_ms");
    if (pointer != nullptr) to.capture.emplace_back(name, std::string(*pointer));
  }
}

void read_verify(http::fields& in, call_inputs& to) {
  const auto* verify = in.object("verify");
  if (verify == nullptr) return;
  http::fields of(*verify, "verify");
  to.verify.emplace();
  read_asking(of, *to.verify);
  if (auto ok = of.finish(); !ok) in.wrong(ok.error());
}

// Names that the answer will give are not known yet; any text shows whether the rest is right.
json::object stand_ins(const call_inputs& of) {
  json::object out;
  for (const auto& [name, pointer] : of.capture) out[name] = "0";
  return out;
}

void read_undo_input(http::fields& in, call_inputs& to) {
  const auto* undo = in.object("undo");
  if (undo == nullptr) return;
  to.undo = *undo;
  if (auto ok = read_undo(*to.undo, stand_ins(to)); !ok) in.wrong(ok.error());
}

}  // namespace

result<call_inputs> read_inputs(const shipflow::request& q) {
  call_inputs to;
  http::fields in(q.inputs);
  const bool waiting = q.action == "wait";
  to.ask.request.method = waiting ? "GET" : q.action == "put" ? "PUT" : "POST";
  read_asking(in, to.ask);
  read_capture(in, to);
  if (waiting) to.every = in.time("every", to.every);
  if (!waiting) {
    read_verify(in, to);
    read_undo_input(in, to);
  }
  if (auto ok = in.finish(); !ok) return ok.error();
  return to;
}

result<asking> read_undo(const json::object& undo, const json::object& from) {
  auto filled = fill(undo, from);
  if (!filled) return filled.error();
  asking to;
  http::fields in(*filled, "undo");
  if (!in.has("method")) in.wrong("method", "is missing, the HTTP method that puts it back");
  read_asking(in, to);
  if (auto ok = in.finish(); !ok) return ok.error();
  return to;
}

}  // namespace shipflow::http_provider
