import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import type { CommandContext } from '../../session/command-context.ts';

/**
 * The scripts ask `dip __complete -- WORDS` for one candidate a line, a tab before its description; `:files` means that
 * names of files fit too. They call the `dip` of the PATH, never a path that was typed, because Tab must not run what
 * lies in a folder. Nothing that was answered is expanded by the shell.
 */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `# dip completion for bash. In ~/.bashrc: eval "$(dip completion bash)"
_dip() {
  local line files=''
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      files=1
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <(command dip __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ -n $files ]]; then
    compopt -o default 2>/dev/null
  fi
}
complete -F _dip dip
`,
  zsh: `#compdef dip
# dip completion for zsh. In ~/.zshrc, after compinit: eval "$(dip completion zsh)"
_dip() {
  local -a candidates
  local line value files=0
  while IFS= read -r line; do
    if [[ $line == ':files' ]]; then
      files=1
    else
      value=\${line%%$'\\t'*}
      candidates+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <(command dip __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( files )) && _files
  (( \${#candidates} )) && _describe dip candidates
}
if [[ $funcstack[1] == _dip ]]; then
  _dip "$@"
else
  compdef _dip dip
fi
`,
  fish: `# dip completion for fish: dip completion fish > ~/.config/fish/completions/dip.fish
function __dip_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l answer (command dip __complete -- $words (commandline -ct) 2>/dev/null)
    string match -v ':files' -- $answer
    if contains -- ':files' $answer
        __fish_complete_path (commandline -ct)
    end
end
complete -c dip -f -a '(__dip_complete)'
`,
};

export async function runCompletion(
  { terminal }: CommandContext,
  _flags: object,
  operands: readonly string[],
): Promise<ExitCode> {
  terminal.rawResult(SCRIPTS[operands[0] ?? ''] ?? '');
  return EXIT_CODES.done;
}
