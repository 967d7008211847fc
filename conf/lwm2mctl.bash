# bash completion for lwm2mctl(1)
complete_verbs="status why servers objects get observations observe monitor wait register update deregister bootstrap set send execute card reset reload provision check doctor report metrics log"

_lwm2mctl()
{
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb= i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-*) ;;
		*) [[ " $complete_verbs " == *" ${COMP_WORDS[i]} "* ]] && verb=${COMP_WORDS[i]} ;;
		esac
	done
	case $previous in
	--socket | --output)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	--kind)
		mapfile -t COMPREPLY < <(compgen -W "state server step value" -- "$word")
		return
		;;
	--root)
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
		return
		;;
	--timeout | --for | --reader | --bootstrap | --server | --psk-identity | --endpoint) return ;;
	esac
	case $verb:$word in
	:-*) mapfile -t COMPREPLY < <(compgen -W "--json --socket --timeout --quiet --version --help" -- "$word") ;;
	:*) mapfile -t COMPREPLY < <(compgen -W "$complete_verbs" -- "$word") ;;
	wait:*) mapfile -t COMPREPLY < <(compgen -W "registered bootstrapped --timeout" -- "$word") ;;
	provision:*) mapfile -t COMPREPLY < <(compgen -W "--bootstrap --server --short-id --psk-identity --psk-key-stdin --endpoint --root --yes" -- "$word") ;;
	reset:*) mapfile -t COMPREPLY < <(compgen -W "--accounts --all --yes" -- "$word") ;;
	monitor:-*) mapfile -t COMPREPLY < <(compgen -W "--kind --json" -- "$word") ;;
	deregister:-*) mapfile -t COMPREPLY < <(compgen -W "--for" -- "$word") ;;
	log:-*) mapfile -t COMPREPLY < <(compgen -W "--follow --json" -- "$word") ;;
	metrics:*) mapfile -t COMPREPLY < <(compgen -W "--output --json" -- "$word") ;;
	card:*) mapfile -t COMPREPLY < <(compgen -W "--reader" -- "$word") ;;
	send:-*) mapfile -t COMPREPLY < <(compgen -W "--server" -- "$word") ;;
	get:* | set:* | send:* | objects:* | observe:* | execute:*)
		mapfile -t COMPREPLY < <(compgen -W "$(lwm2mctl objects 2>/dev/null | awk '{ print $1 }')" -- "$word")
		;;
	servers:* | observations:* | doctor:* | register:* | update:* | deregister:*)
		mapfile -t COMPREPLY < <(compgen -W "$(lwm2mctl servers 2>/dev/null | awk '$1 ~ /^[0-9]+$/ { print $1 }')" -- "$word")
		;;
	check:*) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	esac
}
complete -F _lwm2mctl lwm2mctl
