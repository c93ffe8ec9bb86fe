// audit: a record checked in its store, taken out, signed, and checked without the store.
#include "commands.hpp"
#include "files.hpp"
#include "host.hpp"

#include <shipflow/audit.hpp>
#include <shipflow/signature.hpp>

#include <cstdio>

namespace program {
namespace {

using shipflow::errc;
using shipflow::make_error;
using shipflow::result;

constexpr std::size_t most_bytes = std::size_t{1} << 30U;
constexpr std::size_t most_key_bytes = 16U << 10U;

int say_whole(const std::string& run, const shipflow::audit_result& found, const char* more) {
  std::printf("whole: run %s, %zu facts, head %s%s\n", run.c_str(), found.facts, found.head.c_str(), more);
  return 0;
}

int verify_in_store(const arguments& given) {
  const auto store = open_to_read(given);
  if (!store) return complain(store.error());
  const auto checked = shipflow::verify_audit(**store, given.words.back());
  if (!checked) return complain(checked.error());
  std::printf("whole: %zu facts, head %s\n", checked->facts, checked->head.c_str());
  return 0;
}

result<void> check_signature(const arguments& given, const std::string& text) {
  const auto key = read_file(given.get("--public-key"), most_key_bytes);
  if (!key) return key.error();
  const auto signature = read_file(given.get("--signature", given.get("--file") + ".sig"), most_key_bytes);
  if (!signature) return signature.error();
  return shipflow::verify_ed25519(*key, text, *signature);
}

int verify_file(const arguments& given) {
  const auto text = read_file(given.get("--file"), most_bytes);
  if (!text) return complain(text.error());
  const auto checked = shipflow::verify_export(*text);
  if (!checked) return complain(checked.error());
  if (!given.has("--public-key"))
    return say_whole(checked->run, checked->found, ", not signed by anybody we know");
  if (auto fits = check_signature(given, *text); !fits) return complain(fits.error());
  return say_whole(checked->run, checked->found, ", and signed");
}

int export_run(const arguments& given) {
  if (given.has("--key") && !given.has("--output"))
    return complain(
        make_error(errc::invalid_argument, "--key goes with --output FILE; the signature is FILE.sig"));
  const auto store = open_to_read(given);
  if (!store) return complain(store.error());
  const auto text = shipflow::export_audit(**store, given.words.back());
  if (!text) return complain(text.error());
  if (!given.has("--key")) return put_out(given, *text);
  const auto key = read_file(given.get("--key"), most_key_bytes);
  if (!key) return complain(key.error());
  const auto signature = shipflow::sign_ed25519(*key, *text);
  if (!signature) return complain(signature.error());
  if (const auto code = put_out(given, *text); code != 0) return code;
  auto beside = given;
  beside.options["--output"] += ".sig";
  return put_out(beside, *signature + "\n");
}

}  // namespace

int audit(const arguments& given) {
  const auto& what = given.words.front();
  const bool names_run = given.words.size() == 2;
  if (what == "export" && names_run) return export_run(given);
  if (what == "verify" && names_run && !given.has("--file")) return verify_in_store(given);
  if (what == "verify" && !names_run && given.has("--file")) return verify_file(given);
  return complain(make_error(errc::invalid_argument,
                             "usage: shipflow audit verify RUN | audit export RUN [--output "
                             "FILE [--key FILE]] | audit verify --file FILE "
                             "[--public-key FILE [--signature FILE]]"));
}

}  // namespace program
