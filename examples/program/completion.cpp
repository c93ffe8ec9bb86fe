// completion: what lets a shell complete verbs and options, from the program's own table.
#include "commands.hpp"
#include "verbs.hpp"

#include <cstdio>

namespace program {
namespace {

std::string options_in_words(const verb& v) {
  std::string out;
  for (const auto& option : options_of(v)) out += (out.empty() ? "" : " ") + option;
  return out;
}

std::string bash_text() {
  std::string names, cases;
  for (const auto& v : verbs()) {
    names += (names.empty() ? "" : " ") + std::string(v.name);
    cases += std::string("    ") + v.name + ") words=\"" + options_in_words(v) + "\" ;;\n";
  }
  return "# completion of shipflow for bash\n"
         "_shipflow() {\n"
         "  local current=\"${COMP_WORDS[COMP_CWORD]}\" words=\"\"\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    COMPREPLY=($(compgen -W \"" +
         names +
         " help\" -- \"$current\"))\n"
         "    return\n"
         "  fi\n"
         "  case \"${COMP_WORDS[1]}\" in\n" +
         cases +
         "  esac\n"
         "  case \"$current\" in\n"
         "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$current\")) ;;\n"
         "    *) COMPREPLY=($(compgen -f -- \"$current\")) ;;\n"
         "  esac\n"
         "}\n"
         "complete -o filenames -F _shipflow shipflow\n";
}

// In single quotes only a quote has to be written otherwise; a colon ends the name of an entry.
std::string described(const verb& v) {
  std::string out = std::string(v.name) + ":";
  for (const char* c = v.help; *c != '\0'; ++c) out += *c == '\'' ? std::string("'\\''") : std::string(1, *c);
  return "'" + out + "'";
}

std::string zsh_text() {
  std::string names, cases;
  for (const auto& v : verbs()) {
    names += "    " + described(v) + "\n";
    cases += std::string("    ") + v.name + ") compadd -- " + options_in_words(v) + " ;;\n";
  }
  return "#compdef shipflow\n"
         "_shipflow() {\n"
         "  local -a verbs\n"
         "  verbs=(\n" +
         names +
         "  )\n"
         "  if (( CURRENT == 2 )); then\n"
         "    _describe 'verb' verbs\n"
         "    return\n"
         "  fi\n"
         "  if [[ $words[CURRENT] != -* ]]; then\n"
         "    _files\n"
         "    return\n"
         "  fi\n"
         "  case $words[2] in\n" +
         cases +
         "  esac\n"
         "}\n"
         "_shipflow \"$@\"\n";
}

}  // namespace

int completion(const arguments& given) {
  const auto& shell = given.words.front();
  if (shell != "bash" && shell != "zsh")
    return complain(
        shipflow::make_error(shipflow::errc::invalid_argument, "usage: shipflow completion bash|zsh"));
  std::fputs((shell == "bash" ? bash_text() : zsh_text()).c_str(), stdout);
  return 0;
}

}  // namespace program
