// SPDX-License-Identifier: Apache-2.0
#include "completion.h"

#include <CLI/CLI.hpp>
#include <vector>

#include "base/json.h"

namespace nsl::cli {
namespace {

std::vector<const CLI::App*> Verbs(const CLI::App& parent) {
  return parent.get_subcommands([](const CLI::App*) { return true; });
}

// Names of verbs and long options that may follow.
std::string Words(const CLI::App& app) {
  std::string words;
  for (const CLI::App* verb : Verbs(app)) words += verb->get_name() + " ";
  for (const CLI::Option* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) words += "--" + name + " ";
  }
  if (!words.empty()) words.pop_back();
  return words;
}

void AppendCases(const CLI::App& app, const std::string& path, std::string& out) {
  out += "    \"" + path + "\") words=\"" + Words(app) + "\" ;;\n";
  for (const CLI::App* verb : Verbs(app)) {
    AppendCases(*verb, path + (path.empty() ? "" : " ") + verb->get_name(), out);
  }
}

std::string Bash(const CLI::App& root) {
  std::string cases;
  AppendCases(root, "", cases);
  return "_nsl() {\n"
         "  local words path=\"\" i\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    case \"${COMP_WORDS[i]}\" in -*) ;; *) path=\"${path:+$path }${COMP_WORDS[i]}\" ;; "
         "esac\n"
         "  done\n"
         "  case \"$path\" in\n" +
         cases +
         "    *) words=\"\" ;;\n"
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "
         "\"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "}\n"
         "complete -F _nsl nsl\n";
}

void AppendFish(const CLI::App& app, const std::string& condition, std::string& out) {
  for (const CLI::App* verb : Verbs(app)) {
    out += "complete -c nsl -n '" + condition + "' -f -a " + verb->get_name() + " -d '";
    for (char c : verb->get_description()) {
      if (c != '\'' && c != '\\') out.push_back(c);
    }
    out += "'\n";
    if (!Verbs(*verb).empty()) {
      AppendFish(*verb, "__fish_seen_subcommand_from " + verb->get_name(), out);
    }
  }
}

}  // namespace

CliResult<std::string> CompletionScript(const CLI::App& root, const std::string& shell) {
  if (shell == "bash") return Bash(root);
  // zsh reads bash completions through its own bridge.
  if (shell == "zsh") return "autoload -U +X bashcompinit && bashcompinit\n" + Bash(root);
  if (shell == "fish") {
    std::string out;
    AppendFish(root, "__fish_use_subcommand", out);
    return out;
  }
  return Usage("no completion for '" + shell + "'; there are bash, zsh and fish");
}

std::string NearestVerb(const CLI::App& parent, const std::string& name) {
  std::vector<std::string> names;
  for (const CLI::App* verb : Verbs(parent)) names.push_back(verb->get_name());
  return std::string(NearestName(name, names));
}

}  // namespace nsl::cli
