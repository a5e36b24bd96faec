"""What shells run to complete a command line of cryptoread. Pure.

Each passes the line up to the cursor, and gets a candidate a line: its kind, a comma, its value.
All quote what they insert: tags come from outside, and `$(…)` may be in one.
"""

from typing import NamedTuple

HEADER = "# Completion of cryptoread"  # not shown: in a script
"""How each script begins, by which it is known again."""

_BASH = """\
_cryptoread_completion() {
    local line="${COMP_LINE:0:COMP_POINT}" word="${COMP_WORDS[COMP_CWORD]}"
    local cut="" quote="'" escaped="'\\\\''" typed answer value
    # A function of the user's own may hand on the words alone.
    [[ -n $COMP_LINE ]] || line="${COMP_WORDS[*]:0:COMP_CWORD+1}"
    typed="${line##*[[:space:]]}"
    # Bash takes what follows a colon for a word of its own, unless it is quoted.
    if [[ $COMP_WORDBREAKS == *:* && $typed == *:* && $word != [\\'\\"]* ]]; then
        cut="${typed%"${typed##*:}"}"
    fi
    COMPREPLY=()
    while IFS= read -r answer; do
        value="${answer#*,}"
        case "${answer%%,*}" in
            dir) compopt -o dirnames 2> /dev/null ;;
            file) compopt -o default 2> /dev/null ;;
            plain)
                [[ $value == *: ]] && compopt -o nospace 2> /dev/null
                value="${value#"$cut"}"
                if [[ $word != [\\'\\"]* && $value == *[^A-Za-z0-9@%+=:,./_-]* ]]; then
                    value="'${value//$quote/$escaped}'"
                fi
                COMPREPLY+=("$value")
                ;;
        esac
    done < <(CRYPTOREAD_LINE="$line" _CRYPTOREAD_COMPLETE=line_complete "$1" 2> /dev/null)
}
complete -o nosort -F _cryptoread_completion cryptoread 2> /dev/null ||
    complete -F _cryptoread_completion cryptoread
"""  # not shown: a script

_ZSH = """\
_cryptoread_completion() {
    local line="${(j: :)words[1,CURRENT-1]} $QIPREFIX$PREFIX" answer value
    local -a values fields
    for answer in "${(@f)$(CRYPTOREAD_LINE="$line" _CRYPTOREAD_COMPLETE=line_complete \\
            "${(Q)words[1]}" 2> /dev/null)}"; do
        value="${answer#*,}"
        case "${answer%%,*}" in
            dir) _files -/ ;;
            file) _files ;;
            plain) [[ $value == *: ]] && fields+=("$value") || values+=("$value") ;;
        esac
    done
    (( $#fields )) && compadd -S '' -a fields
    (( $#values )) && compadd -V values -a values
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -u; }
compdef _cryptoread_completion cryptoread
"""  # not shown: a script

_FISH = """\
function _cryptoread_completion
    set -l line (commandline -cp | string collect)
    set -l name (commandline -op)[1]
    for answer in (CRYPTOREAD_LINE="$line" _CRYPTOREAD_COMPLETE=line_complete $name 2> /dev/null)
        set -l parts (string split -m 1 "," -- $answer)
        switch $parts[1]
            case dir
                __fish_complete_directories (commandline -ct)
            case file
                __fish_complete_path (commandline -ct)
            case plain
                printf '%s\\n' $parts[2]
        end
    end
end
complete --no-files --command cryptoread --arguments "(_cryptoread_completion)"
"""  # not shown: a script


class Shell(NamedTuple):
    """A shell that can complete. `script` is what it runs once in each session."""

    name: str
    script: str
    settings: str = ""
    """The file that it reads at its start, in the home folder; empty if it finds scripts itself."""


def _script(text: str) -> str:
    return f"{HEADER}, made by `cryptoread completion`.\n{text}"  # not shown: in a script


SHELLS = {
    shell.name: shell
    for shell in (
        Shell("bash", _script(_BASH), ".bashrc"),
        Shell("zsh", _script(_ZSH), ".zshrc"),
        Shell("fish", _script(_FISH)),
    )
}
