# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_watchlistd_global_optspecs
    string join \n config= log-format= h/help V/version
end

function __fish_watchlistd_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_watchlistd_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_watchlistd_using_subcommand
    set -l cmd (__fish_watchlistd_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c watchlistd -n "__fish_watchlistd_needs_command" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_needs_command" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "demo" -d 'Show the whole job on sample feeds: poll, match, mail; nothing to set up'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "init" -d 'Write commented configuration files to a folder'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "check" -d 'Check the configuration: every problem at once, the next digests, what reaches no reader'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "doctor" -d 'Try everything that the service needs, and tell what is in the way with its remedy'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "once" -d 'Poll what is due, assess it, send every reader a digest now, and end'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "run" -d 'Run the service: poll, assess and deliver until told to stop'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "status" -d 'Show how sources, mails and the watchlist stand; works beside a running service'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "preview" -d 'Show what edited files would have told over the stored items, before they are in force'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "watch" -d 'Edit and read the watchlist, look at its versions, stand by an edit, or go back'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "source" -d 'Add, list, pause and move sources'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "dismiss" -d 'Call an alert false and write a guard against its like, or silence it for a while'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "ack" -d 'Say what you make of an alert: relevant, irrelevant or escalated'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "import" -d 'Import a list of companies, or of feeds, with a result to be looked at'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "search" -d 'Search the stored items in the watchlist\'s own language'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "show" -d 'Tell the whole story of an item, an alert or a mail'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "audit" -d 'Prove what was done: verify or print the record that every digest names'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "digest" -d 'Show a reader\'s next digest, or send a stored one again'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "outbox" -d 'List the mails that were not sent, try them again or give them up'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "backup" -d 'Write database and files into one file, beside a running service'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "restore" -d 'Put a backup in place; nothing is sent until `restore --resume`'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "explain" -d 'Explain what the watchlist makes of a text, and why'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "send-test" -d 'Send one mail through the configured transport and show the server\'s reply'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "generate" -d 'Write man pages and completions, for whoever changes a command'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "match" -d 'Diagnostic: match JSON Lines from standard input against watchlist files'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "evaluate" -d 'Diagnostic: score watchlist files on labelled items, and explain what differs'
complete -c watchlistd -n "__fish_watchlistd_needs_command" -f -a "parse" -d 'Diagnostic: show the items that a feed document holds'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand demo" -l keep -d 'Folder to keep the digest in [default: a new one in the folder for temporary files]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand demo" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand demo" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand demo" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand init" -l to -d 'Your mail address: operator, first reader and contact until you edit the files' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand init" -l timezone -d 'Your time zone, Europe/Berlin for example' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand init" -l smtp -d 'Mail server; without one, mails are written to a folder' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand init" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand init" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand init" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand check" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand check" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand check" -l all -d 'Show every problem, however many there are'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand check" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand doctor" -l source -d 'Try only this source; may be given several times' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand doctor" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand doctor" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand doctor" -l offline -d 'Look at files and state only; ask nobody'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand doctor" -l json -d 'One JSON object instead of text'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand doctor" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand once" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand once" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand once" -l all -d 'Also poll what is not due; only a server\'s Retry-After still holds'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand once" -l dry-run -d 'Write no state, send nothing, print the digests'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand once" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand once" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand run" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand run" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand run" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand status" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand status" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand status" -l json -d 'One JSON object instead of text'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand status" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand preview" -l since -d 'How far back: a span like 30d or 12h, a day (2026-11-23) or an instant; days are UTC' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand preview" -l watchlist -d 'Watchlist files or folders to try in place of the folder\'s own' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand preview" -l samples -d 'How many alerts of each kind are shown' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand preview" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand preview" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand preview" -l decided -d 'Hold what was decided against what this version decides, with the watchlist in force: after an upgrade'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand preview" -l json -d 'One JSON object instead of text'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand preview" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand preview" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and not __fish_seen_subcommand_from add remove list show accept history diff restore" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and not __fish_seen_subcommand_from add remove list show accept history diff restore" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and not __fish_seen_subcommand_from add remove list show accept history diff restore" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and not __fish_seen_subcommand_from add remove list show accept history diff restore" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and not __fish_seen_subcommand_from add remove list show accept history diff restore" -f -a "add" -d 'Add a company, a topic, or another name of a company'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and not __fish_seen_subcommand_from add remove list show accept history diff restore" -f -a "remove" -d 'Take a company, a topic, a rule, or one name of a company out'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and not __fish_seen_subcommand_from add remove list show accept history diff restore" -f -a "list" -d 'List what is watched'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and not __fish_seen_subcommand_from add remove list show accept history diff restore" -f -a "show" -d 'Say in sentences what finds an entry, what it needs and what blocks it'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and not __fish_seen_subcommand_from add remove list show accept history diff restore" -f -a "accept" -d 'Say that a large edit, or a file that is gone, is meant'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and not __fish_seen_subcommand_from add remove list show accept history diff restore" -f -a "history" -d 'List the versions that were in force, and what each edit did'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and not __fish_seen_subcommand_from add remove list show accept history diff restore" -f -a "diff" -d 'Show what differs between two versions'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and not __fish_seen_subcommand_from add remove list show accept history diff restore" -f -a "restore" -d 'Write the files of an earlier version back'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from add" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from add" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from add" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from add" -f -a "company" -d 'A company by its full name; the legal form is understood'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from add" -f -a "topic" -d 'A topic by the words that speak of it'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from add" -f -a "alias" -d 'Another name of a company that is watched: short, former, local'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from remove" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from remove" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from remove" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from remove" -f -a "company" -d 'A company with all its names'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from remove" -f -a "topic" -d 'A topic'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from remove" -f -a "rule" -d 'A rule'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from remove" -f -a "alias" -d 'One name of a company'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from list" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from list" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from list" -l companies -d 'Only companies'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from list" -l topics -d 'Only topics'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from list" -l rules -d 'Only rules'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from list" -l json -d 'One JSON array instead of text'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from show" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from show" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from accept" -l by -d 'Who says so, for the record [default: the user\'s name]' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from accept" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from accept" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from accept" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from accept" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from history" -l last -d 'How many versions, the newest' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from history" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from history" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from history" -l json -d 'One JSON list instead of text'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from history" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from diff" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from diff" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from diff" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from restore" -l by -d 'Who does it, for the record [default: the user\'s name]' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from restore" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from restore" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from restore" -l all -d 'Also watchlistd.toml, sources.toml and readers.toml; else only the watchlist\'s files'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from restore" -s y -l yes -d 'Write without asking'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from restore" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand watch; and __fish_seen_subcommand_from restore" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and not __fish_seen_subcommand_from add list pause resume adopt" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and not __fish_seen_subcommand_from add list pause resume adopt" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and not __fish_seen_subcommand_from add list pause resume adopt" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and not __fish_seen_subcommand_from add list pause resume adopt" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and not __fish_seen_subcommand_from add list pause resume adopt" -f -a "add" -d 'Try an address, show its first items, and write the entry; a page is asked for its feed'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and not __fish_seen_subcommand_from add list pause resume adopt" -f -a "list" -d 'List sources: where they are, how they stand'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and not __fish_seen_subcommand_from add list pause resume adopt" -f -a "pause" -d 'Read a source no more until it is resumed; its history is kept'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and not __fish_seen_subcommand_from add list pause resume adopt" -f -a "resume" -d 'Read a paused source again, from where it stands'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and not __fish_seen_subcommand_from add list pause resume adopt" -f -a "adopt" -d 'Take the address to which a source has moved into the file'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from add" -l id -d 'The source\'s id [default: made from the feed\'s own name]' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from add" -l lang -d 'Language of its items, as a BCP 47 tag, when the feed does not say' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from add" -l interval -d 'Time between polls, 15m for example' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from add" -l by -d 'Who does it, for the record [default: the user\'s name]' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from add" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from add" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from add" -l official -d 'An authority speaking for itself'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from add" -l allow-private -d 'It is in a private network'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from add" -l untried -d 'Write it although it cannot be read now'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from add" -l dry-run -d 'Show what would be written, and write nothing'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from add" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from list" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from list" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from list" -l json -d 'One JSON array instead of text'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from pause" -l why -d 'Why, for the record' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from pause" -l by -d 'Who does it, for the record [default: the user\'s name]' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from pause" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from pause" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from pause" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from pause" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from resume" -l why -d 'Why, for the record' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from resume" -l by -d 'Who does it, for the record [default: the user\'s name]' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from resume" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from resume" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from resume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from resume" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from adopt" -l why -d 'Why, for the record' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from adopt" -l by -d 'Who does it, for the record [default: the user\'s name]' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from adopt" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from adopt" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from adopt" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand source; and __fish_seen_subcommand_from adopt" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand dismiss" -l why -d 'Why it is false, for the record' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand dismiss" -l term -d 'Which of the names and terms that were found is the false one; a topic may be named by its id' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand dismiss" -l not-with -d 'The phrase that tells the false sense, instead of the one proposed' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand dismiss" -l until -d 'No guard: silence the name until the end of this day (2026-12-31)' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand dismiss" -l by -d 'Who says so, for the record [default: the user\'s name]' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand dismiss" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand dismiss" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand dismiss" -l whole-company -d 'Silence the whole company, all its names and tickers'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand dismiss" -l whole-topic -d 'Silence the whole topic, all its terms and searches for all companies'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand dismiss" -s y -l yes -d 'Write it without asking'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand dismiss" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand dismiss" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand ack" -l as -d 'relevant, irrelevant or escalated' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand ack" -l by -d 'Who says so [default: the user\'s name]' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand ack" -l note -d 'What is to be said about it' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand ack" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand ack" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand ack" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand ack" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand import" -l name -d 'The file to write: watchlist.d/NAME.toml [default: named after the list]' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand import" -l program -d 'Only what is on a list or program of this name or tag (EL, SDN, RUSSIA); may be given more than once' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand import" -l country -d 'Only what is in this country, by its two letters; may be given more than once' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand import" -l group -d 'A group for every company of the list; may be given more than once' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand import" -l columns -d 'Of a CSV of one\'s own, what its columns hold: name=COLUMN,alias=COLUMN,ticker=COLUMN' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand import" -l by -d 'Who does it, for the record [default: the user\'s name]' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand import" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand import" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand import" -l all-kinds -d 'People, ships and aircraft too'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand import" -l dry-run -d 'Show what would change, and write nothing'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand import" -s y -l yes -d 'Write it without asking'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand import" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand search" -l since -d 'How far back: a span like 30d or 12h, a day (2026-11-23) or an instant; days are UTC [default: all that is stored]' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand search" -l limit -d 'At most so many, the newest' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand search" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand search" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand search" -l json -d 'One JSON array instead of text'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand search" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand search" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand show" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand show" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand show" -l full -d 'The whole text of the item, however long'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand show" -l raw -d 'Of a mail: the message as it was sent'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand show" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and not __fish_seen_subcommand_from verify export report" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and not __fish_seen_subcommand_from verify export report" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and not __fish_seen_subcommand_from verify export report" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and not __fish_seen_subcommand_from verify export report" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and not __fish_seen_subcommand_from verify export report" -f -a "verify" -d 'Read the whole record and hold all that is stored against it; name what does not fit'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and not __fish_seen_subcommand_from verify export report" -f -a "export" -d 'Print the record: what was polled, stored, decided, sealed and sent'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and not __fish_seen_subcommand_from verify export report" -f -a "report" -d 'Answer an examiner on one page: how a company was watched, what was found, who was told'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from verify" -l head -d 'Number and hash of an entry, as a digest printed them ("Record 812, chain head 3f0a…"): was the record rewritten since?' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from verify" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from verify" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from verify" -l json -d 'One JSON object instead of text'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from verify" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from export" -l from -d 'From this instant or day on (2026-11-23, or 2026-11-23T08:00:00Z); days are UTC' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from export" -l to -d 'Up to this instant, or to the end of this day' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from export" -l source -d 'Only lines that name this source' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from export" -l company -d 'Only lines of items, decisions, alerts and mails that name this company' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from export" -l format -d 'How lines are written' -r -f -a "jsonl\t'One JSON object a line'
csv\t'Comma-separated, with a header, for a spreadsheet'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from export" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from export" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from export" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from report" -l company -d 'The company\'s id, as in the watchlist' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from report" -l from -d 'From this instant or day on; days are UTC' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from report" -l to -d 'Up to this instant, or to the end of this day [default: now]' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from report" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from report" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from report" -l html -d 'A page for a browser and its printer instead of text'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from report" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand audit; and __fish_seen_subcommand_from report" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and not __fish_seen_subcommand_from preview recap resend" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and not __fish_seen_subcommand_from preview recap resend" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and not __fish_seen_subcommand_from preview recap resend" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and not __fish_seen_subcommand_from preview recap resend" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and not __fish_seen_subcommand_from preview recap resend" -f -a "preview" -d 'Show the digest that a reader would get now; seals and sends nothing'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and not __fish_seen_subcommand_from preview recap resend" -f -a "recap" -d 'Show the last days of a reader once more, told or not; --send mails it, too'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and not __fish_seen_subcommand_from preview recap resend" -f -a "resend" -d 'Send a stored digest once more, marked as a repeat'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and __fish_seen_subcommand_from preview" -l html -d 'Also write the HTML part to this file' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and __fish_seen_subcommand_from preview" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and __fish_seen_subcommand_from preview" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and __fish_seen_subcommand_from preview" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and __fish_seen_subcommand_from preview" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and __fish_seen_subcommand_from recap" -l days -d 'How many days back' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and __fish_seen_subcommand_from recap" -l html -d 'Also write the HTML part to this file' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and __fish_seen_subcommand_from recap" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and __fish_seen_subcommand_from recap" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and __fish_seen_subcommand_from recap" -l send -d 'Send it to the reader instead of only showing it'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and __fish_seen_subcommand_from recap" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and __fish_seen_subcommand_from recap" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and __fish_seen_subcommand_from resend" -l mail -d 'This mail, by its id in `outbox list`, instead of the reader\'s last digest' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and __fish_seen_subcommand_from resend" -l to -d 'To this address instead of the reader\'s' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and __fish_seen_subcommand_from resend" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and __fish_seen_subcommand_from resend" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and __fish_seen_subcommand_from resend" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand digest; and __fish_seen_subcommand_from resend" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and not __fish_seen_subcommand_from list retry drop" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and not __fish_seen_subcommand_from list retry drop" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and not __fish_seen_subcommand_from list retry drop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and not __fish_seen_subcommand_from list retry drop" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and not __fish_seen_subcommand_from list retry drop" -f -a "list" -d 'List mails, newest first: all that were not sent, or those in the states named'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and not __fish_seen_subcommand_from list retry drop" -f -a "retry" -d 'Try mails again now, also refused and dead ones'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and not __fish_seen_subcommand_from list retry drop" -f -a "drop" -d 'Give mails up; what no other address was told comes back in the reader\'s next mail. One that may have arrived counts as told until it is dropped once more'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and __fish_seen_subcommand_from list" -l state -d 'Only mails in this state; may be given more than once' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and __fish_seen_subcommand_from list" -l limit -d 'At most so many' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and __fish_seen_subcommand_from list" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and __fish_seen_subcommand_from list" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and __fish_seen_subcommand_from list" -l json -d 'One JSON array instead of text'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and __fish_seen_subcommand_from retry" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and __fish_seen_subcommand_from retry" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and __fish_seen_subcommand_from retry" -l waiting -d 'All that wait for another attempt'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and __fish_seen_subcommand_from retry" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and __fish_seen_subcommand_from retry" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and __fish_seen_subcommand_from drop" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and __fish_seen_subcommand_from drop" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and __fish_seen_subcommand_from drop" -l waiting -d 'All that wait for another attempt'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and __fish_seen_subcommand_from drop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand outbox; and __fish_seen_subcommand_from drop" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand backup" -l into -d 'Write to this folder instead, under a name with the time' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand backup" -l keep -d 'Of the backups in that folder, keep so many, the newest' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand backup" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand backup" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand backup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand backup" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand restore" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand restore" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand restore" -l keep-config -d 'Restore the database only, and leave the files as they are'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand restore" -l resume -d 'After a restore: list the mails that may go out a second time, and let mails go again'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand restore" -l dry-run -d 'With --resume: only list'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand restore" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand restore" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand explain" -l title -d 'The headline, where TEXT is only what stands below it' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand explain" -l lang -d 'Language of the text, as a BCP 47 tag; of en, de, fr and es inflections are understood [default: the source\'s]' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand explain" -l source -d 'As if this source had said it' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand explain" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand explain" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand explain" -l official -d 'As if an official source had said it'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand explain" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand send-test" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand send-test" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand send-test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand send-test" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand generate" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand generate" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand generate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand generate" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand match" -l watchlist -d 'Watchlist files, or folders with watchlist.toml, topics.toml and watchlist.d' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand match" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand match" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand match" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand match" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand evaluate" -l watchlist -d 'Watchlist files, or folders with watchlist.toml, topics.toml and watchlist.d' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand evaluate" -l errors -d 'Most items that are shown because they differ from their labels' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand evaluate" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand evaluate" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand evaluate" -l json -d 'Write one JSON object instead of lines for people'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand evaluate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand evaluate" -s V -l version -d 'Print version'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand parse" -l url -d 'Where the document came from: relative links are resolved against it' -r
complete -c watchlistd -n "__fish_watchlistd_using_subcommand parse" -l config -d 'Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]' -r -F
complete -c watchlistd -n "__fish_watchlistd_using_subcommand parse" -l log-format -d 'How log lines are written to standard error' -r -f -a "auto\t'The journal under systemd, else lines for people'
text\t'Lines for people'
json\t'One JSON object a line'"
complete -c watchlistd -n "__fish_watchlistd_using_subcommand parse" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c watchlistd -n "__fish_watchlistd_using_subcommand parse" -s V -l version -d 'Print version'
