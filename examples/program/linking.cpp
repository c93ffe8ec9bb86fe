// link and answer: an approval asked for by a signed token, and given by it.
#include "commands.hpp"
#include "drive.hpp"
#include "files.hpp"
#include "hearing.hpp"

#include <shipflow/approval_link.hpp>

#include <algorithm>
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
  if (read->count() == 0) return make_error(errc::invalid_argument, "--expires: a link lasts longer than 0s");
  return read;
}

// May this person answer what the link asks? What only the run can tell, such as groups, it is asked later.
result<void> check_person(const shipflow::run_state& s, const std::string& step, const std::string& who) {
  const auto no = [](const std::string& why) { return make_error(errc::invalid_argument, why); };
  if (!who.starts_with("user:") || who.size() == 5) return no("--for takes user:NAME, not \"" + who + "\"");
  if (is_terminal(s.phase)) return no("run " + s.id + " has ended: " + std::string(name_of(s.phase)));
  if (s.questions.contains(step)) return {};
  const auto found = s.index.find(step);
  if (found == s.index.end()) return no("run " + s.id + " has no step or question \"" + step + "\"");
  const auto& planned = s.what->steps[found->second];
  if (planned.kind != shipflow::step_kind::approval) return no("step " + step + " is no approval");
  if (who == s.principal && !planned.self_approval)
    return no(who + " started the release and may not approve it");
  const auto has = shipflow::roles_of(*s.what, who, shipflow::identity_of_principal(who).groups);
  const bool may = std::any_of(planned.roles.begin(), planned.roles.end(), [&](const auto& role) {
    const auto people = s.what->roles.find(role);
    return has.contains(role) || (people != s.what->roles.end() &&
                                  std::any_of(people->second.begin(), people->second.end(),
                                              [](const auto& p) { return p.starts_with("group:"); }));
  });
  return may ? result<void>{} : no(who + " has none of the roles that " + step + " asks for");
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
  const auto state = shipflow::load_run(**store, given.words[0]);
  if (!state) return complain(state.error());
  if (auto fits = check_person(*state, given.words[1], given.get("--for")); !fits)
    return complain(fits.error());
  const auto token = shipflow::make_approval_token(
      *key,
      {state->id, given.words[1], given.get("--for"), state->what->digest(), shipflow::loop{}.now() + *time});
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
  auto what = shipflow::answer_of(*asked, token, word, given.get("--reason"));
  what.groups = shipflow::identity_of_principal(what.principal).groups;
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
    if (*heard && (*heard)->word != word)
      return complain(make_error(errc::denied, "the link was used before, to " + (*heard)->word));
    if (*heard && (*heard)->refused) return complain(refusal(word, **heard));
    std::printf("%s of %s said to %s by %s\n", word.c_str(), asked->step.c_str(), asked->run.c_str(),
                asked->principal.c_str());
    return 0;
  }
  if (said.error().code != errc::unavailable) return complain(said.error());
  auto one = given;
  one.options["--id"] = what.id;
  return drive(one, [&](host& h) -> result<std::string> {
    if (auto done = h.engine->say(asked->run, what); !done) return done.error();
    return asked->run;
  });
}

}  // namespace program
