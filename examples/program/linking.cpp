// link and answer: an approval asked for by a signed token, and given by it.
#include "commands.hpp"
#include "drive.hpp"
#include "files.hpp"
#include "hearing.hpp"

#include <shipflow/approval_link.hpp>

#include <cstdio>

namespace program {
namespace {

using shipflow::errc;
using shipflow::make_error;
using shipflow::result;

constexpr std::size_t most_key_bytes = 16U << 10U;

// The bytes of the file as they are, without the newline that editors leave.
result<std::string> read_key(const arguments& given) {
  if (!given.has("--key"))
    return make_error(errc::invalid_argument, "--key FILE is missing: what links are signed with");
  auto key = read_file(given.get("--key"), most_key_bytes);
  if (key && key->ends_with('\n')) key->pop_back();
  return key;
}

result<shipflow::duration> lasts(const arguments& given) {
  auto read = shipflow::parse_duration(given.get("--expires", "4h"));
  if (!read) return make_error(errc::invalid_argument, "--expires: " + read.error().message);
  return read;
}

}  // namespace

int link(const arguments& given) {
  const auto key = read_key(given);
  if (!key) return complain(key.error());
  if (!given.has("--for"))
    return complain(
        make_error(errc::invalid_argument, "--for user:NAME is missing: who may answer by the link"));
  const auto time = lasts(given);
  if (!time) return complain(time.error());
  const auto store = open_to_read(given);
  if (!store) return complain(store.error());
  const auto row = (*store)->get_run(given.words[0]);
  if (!row) return complain(row.error());
  const auto token = shipflow::make_approval_token(
      *key, {row->id, given.words[1], given.get("--for"), row->plan_digest, shipflow::loop{}.now() + *time});
  if (!token) return complain(token.error());
  std::printf("%s\n", token->c_str());
  return 0;
}

int answer(const arguments& given) {
  const auto& token = given.words[0];
  const auto& word = given.words[1];
  if (word != "approve" && word != "reject")
    return complain(
        make_error(errc::invalid_argument, "usage: shipflow answer TOKEN approve|reject --key FILE"));
  const auto key = read_key(given);
  if (!key) return complain(key.error());
  const auto asked = shipflow::read_approval_token(*key, token, shipflow::loop{}.now());
  if (!asked) return complain(asked.error());
  const auto what = shipflow::answer_of(*asked, token, word, given.get("--reason"));
  // Who has the key speaks for the person of the link, as the owner of the store may.
  const auto said = shipflow::control_call(places_of(given).socket, {{"op", "say"},
                                                                     {"run", asked->run},
                                                                     {"name", what.name},
                                                                     {"id", what.id},
                                                                     {"as", what.principal},
                                                                     {"body", what.body}});
  if (said) {
    const auto heard = hear(places_of(given), asked->run, what.id, 0);
    if (!heard) return complain(heard.error());
    if (*heard && (*heard)->refused) return complain(refusal(word, **heard));
    std::printf("%s of %s said to %s by %s\n", word.c_str(), asked->step.c_str(), asked->run.c_str(),
                asked->principal.c_str());
    return 0;
  }
  if (said.error().code != errc::unavailable) return complain(said.error());
  return drive(given, [&](host& h) -> result<std::string> {
    if (auto done = h.engine->say(asked->run, what); !done) return done.error();
    return asked->run;
  });
}

}  // namespace program
