# Sentences of the regulation checker. Each finding has its sentence and, under -mend, its mend.

regulation-unreadable = The file cannot be read: { $cause }.
regulation-unreadable-mend = Correct this line; the grammar stands in the README of the regulation crate.

regulation-unknown-word = “{ $word }” is not a word that stands here.
regulation-unknown-word-mend = Check the spelling, or delete it.

regulation-missing-key = “{ $word }” is missing.
regulation-missing-key-mend = Add “{ $word }”.

regulation-term-unreadable = “{ $value }” is not a term.
regulation-term-unreadable-mend = Write 15d for calendar days, 5wd for working days.

regulation-never-in-force = It ends before it begins, so it is never in force.
regulation-never-in-force-mend = Set `to` no earlier than `from`, or delete it.

regulation-unknown-role = There is no role “{ $role }”.
regulation-unknown-role-mend = Use a role of roles.toml, or add it there first.

regulation-unknown-relation = There is no relation “{ $relation }”.
regulation-unknown-relation-mend = Use one that exists, such as @leader, @handler or @department.

regulation-unknown-action = The table of rights names the unlisted action “{ $action }”.
regulation-unknown-action-mend = List it with its titles under [actions], or correct the spelling.

regulation-administrator-does-business = The administrator “{ $role }” may not do business, but is given “{ $action }”.
regulation-administrator-does-business-mend = Give it to a business post and take the administrator out of this row.

regulation-unknown-state = There is no state “{ $state }”.
regulation-unknown-state-mend = Use a state of this procedure, or add it first.

regulation-unreachable-state = The state “{ $state }” can never be reached.
regulation-unreachable-state-mend = Add a transition that leads to it, or delete the state.

regulation-dead-end = From the state “{ $state }” nothing leads on, and it is not closed.
regulation-dead-end-mend = Add a transition that leaves it, or write counts_as = "closed".

regulation-no-holder = The state “{ $state }” does not say who holds the ball.
regulation-no-holder-mend = Write a holder such as office, handler or resident.

regulation-closed-with-holder = The state “{ $state }” is closed and still has a holder.
regulation-closed-with-holder-mend = Delete the holder, or counts_as = "closed".

regulation-no-next-word = The state “{ $state }” does not say when the resident next hears.
regulation-no-next-word-mend = Write next_word_within, such as 15d.

regulation-no-fallback = The state “{ $state }” waits for the resident or the verifier and would stand still if they stay silent.
regulation-no-fallback-mend = Write a fallback such as { "{" } after = "10d", take = "draw-verifier" { "}" }.

regulation-fallback-not-allowed = When time runs out in “{ $state }” the platform cannot take “{ $transition }” by itself.
regulation-fallback-not-allowed-mend = Let “{ $transition }” start from this state, name @clock in `by`, and require no field.

regulation-unknown-field = There is no field “{ $field }”.
regulation-unknown-field-mend = Add it to the fields, or correct the spelling.

regulation-unknown-transition = There is no transition “{ $transition }”.
regulation-unknown-transition-mend = Use a transition of this procedure.

regulation-unknown-verb = The transition “{ $transition }” has no verb.
regulation-unknown-verb-mend = Write a verb such as assign, rule, confirm or reopen.

regulation-nobody-may = Nobody may take the transition “{ $transition }”.
regulation-nobody-may-mend = Name roles or relations in `by`.

regulation-unknown-variable = Conditions know no variable “{ $variable }”.
regulation-unknown-variable-mend = Use a documented one, such as case.state or case.open_parts.

regulation-condition-unreadable = The condition “{ $condition }” cannot be read: { $cause }.
regulation-condition-unreadable-mend = Write it as CEL, such as case.open_parts == 0.

regulation-unknown-slip = There is no slip “{ $slip }”.
regulation-unknown-slip-mend = Write regulation-id/slip-key, such as petition-supervision/supervision.

regulation-unknown-list = There is no code list “{ $list }”.
regulation-unknown-list-mend = Write regulation-id/list-key, or add the list to this regulation.

regulation-unknown-code = The code list “{ $list }” has no “{ $code }”.
regulation-unknown-code-mend = Use a code of the list, or add it there first.

regulation-code-without-list = The field “{ $field }” is chosen from a list, but names none.
regulation-code-without-list-mend = Name a list, or make it text.

regulation-unknown-channel = The channel “{ $channel }” is not in the list of channels.
regulation-unknown-channel-mend = Write a code of the list that channels names.
regulation-class-without-term = The class “{ $class }” has no term, so no due date can be set.
regulation-class-without-term-mend = Give it a term, such as 30d.

regulation-number-pattern = The number pattern “{ $pattern }” would give the same number twice.
regulation-number-pattern-mend = Put { "{" }n{ "}" } into it, and { "{" }year{ "}" } where numbers restart each year.

regulation-unknown-procedure = There is no procedure “{ $procedure }”.
regulation-unknown-procedure-mend = Correct the spelling, or add the procedure first.

regulation-procedure-twice = The procedure “{ $procedure }” is laid down twice.
regulation-procedure-twice-mend = Choose another key, or delete one of them.

regulation-clock-length = The clock “{ $clock }” does not say how long it runs, or says it twice.
regulation-clock-length-mend = Write exactly one of term, until and slip.

regulation-clock-never-starts = The clock “{ $clock }” never starts.
regulation-clock-never-starts-mend = Name the transitions that start it in starts_on.

regulation-clock-never-stops = The clock “{ $clock }” never stops.
regulation-clock-never-stops-mend = Name the transitions that stop it in stops_on.

regulation-handler-closes = “{ $party }” takes part in the handling and may not take “{ $transition }”: whoever handles a case neither confirms nor closes it.
regulation-handler-closes-mend = Take “{ $party }” out of `by`; the resident or a verifier confirms, the office strikes off.

regulation-confirmed-by-others = “{ $transition }” confirms a result, which only the resident or a verifier drawn by lot may do.
regulation-confirmed-by-others-mend = Name only @raiser or @verifier in `by`.

regulation-closed-unconfirmed = “{ $transition }” closes a case nobody has confirmed.
regulation-closed-unconfirmed-mend = Let it start only from a state entered by confirming, or let the resident or a verifier take it.

regulation-red-line-check-in = It demands check-ins (“{ $found }”), against the 2026 measure on government mobile applications (国办函〔2026〕12号).
regulation-red-line-check-in-mend = Ask for a record of what was done instead.

regulation-red-line-points = It gives points or ranks use (“{ $found }”), against the 2026 measure on government mobile applications (国办函〔2026〕12号).
regulation-red-line-points-mend = Delete points and rankings.

regulation-red-line-online-time = It counts logins, time online or installs (“{ $found }”), against the 2026 measure on government mobile applications (国办函〔2026〕12号).
regulation-red-line-online-time-mend = Go by results instead.

regulation-red-line-likes = It goes by likes, forwards or online votes (“{ $found }”), against the 2026 measure on government mobile applications (国办函〔2026〕12号).
regulation-red-line-likes-mend = Go by a ballot or by results instead.

regulation-red-line-photos = It demands photos, videos or location tracks without need (“{ $found }”), against the 2026 measure on government mobile applications (国办函〔2026〕12号).
regulation-red-line-photos-mend = Delete the demand; whoever wishes may attach them.

regulation-red-line-study-hours = It appraises by study hours (“{ $found }”), against the 2026 measure on government mobile applications (国办函〔2026〕12号).
regulation-red-line-study-hours-mend = Go by what came of the study instead.
