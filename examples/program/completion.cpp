// completion: what lets a shell complete verbs and options, from the program's own table.
#include "commands.hpp"
#include "verbs.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace program {
namespace {

std::string options_in_words(const verb& v) {
  std::string out;
  for (const auto& option : options_of(v)) out += (out.empty() ? "" : " ") + option;
  return out;
}

// What may stand where the usage lists it: "--format a|b" and "schema plan|environments".
std::string choices_behind(std::string_view usage, std::string_view what) {
  const auto at = usage.find(what);
  if (at == std::string_view::npos) return {};
  const auto begin = at + what.size();
  const auto end = std::min(usage.find_first_of(" ]", begin), usage.size());
  std::string out(usage.substr(begin, end - begin));
  if (out.find('|') == std::string::npos) return {};
  std::replace(out.begin(), out.end(), '|', ' ');
  return out;
}

// Small words of the first place: verify and export of `audit`, next of `version`.
std::string first_words(const verb& v) {
  const std::string name = v.name;
  if (name == "audit") return "verify export";
  if (name == "version") return "next";
  return choices_behind(v.usage, name + " ");
}

std::string bash_text() {
  std::string names, cases;
  for (const auto& v : verbs()) {
    names += (names.empty() ? "" : " ") + std::string(v.name);
    cases += std::string("    ") + v.name + ") words=\"" + options_in_words(v) + "\" first=\"" +
             first_words(v) + "\" formats=\"" + choices_behind(v.usage, "--format ") + "\" ;;\n";
  }
  return "# completion of shipflow for bash\n"
         "_shipflow() {\n"
         "  local current=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
         "  local words=\"\" first=\"\" formats=\"\"\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    COMPREPLY=($(compgen -W \"" +
         names +
         " help\" -- \"$current\"))\n"
         "    return\n"
         "  fi\n"
         "  case \"${COMP_WORDS[1]}\" in\n" +
         cases +
         "  esac\n"
         "  if [ \"$before\" = --format ] && [ -n \"$formats\" ]; then\n"
         "    COMPREPLY=($(compgen -W \"$formats\" -- \"$current\"))\n"
         "    return\n"
         "  fi\n"
         "  if [ \"$COMP_CWORD\" -eq 2 ] && [ -n \"$first\" ] && [[ $current != -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$first\" -- \"$current\"))\n"
         "    return\n"
         "  fi\n"
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
  std::string names, cases, firsts, formats;
  for (const auto& v : verbs()) {
    names += "    " + described(v) + "\n";
    if (const auto words = first_words(v); !words.empty())
      firsts += std::string("      ") + v.name + ") compadd -- " + words + "; return ;;\n";
    if (const auto words = choices_behind(v.usage, "--format "); !words.empty())
      formats += std::string("      ") + v.name + ") compadd -- " + words + "; return ;;\n";
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
         "  if [[ $words[CURRENT-1] == --format ]]; then\n"
         "    case $words[2] in\n" +
         formats +
         "    esac\n"
         "  fi\n"
         "  if (( CURRENT == 3 )) && [[ $words[CURRENT] != -* ]]; then\n"
         "    case $words[2] in\n" +
         firsts +
         "    esac\n"
         "  fi\n"
         "  if [[ $words[CURRENT] != -* ]]; then\n"
         "    _files\n"
         "    return\n"
         "  fi\n"
         "  case $words[2] in\n" +
         cases +
         "  esac\n"
         "}\n"
         "# a file of fpath is called to complete; `source` only makes it known\n"
         "if [[ $funcstack[1] == _shipflow ]]; then\n"
         "  _shipflow \"$@\"\n"
         "else\n"
         "  compdef _shipflow shipflow\n"
         "fi\n";
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
