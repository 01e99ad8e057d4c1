//! Each rule of the checker, broken once.

use crate::{
    Compendium, Finding,
    compendium::{SourceFile, load_shipped},
};

const ROLES: &str = r#"
[roles]
clerk = { title = "干事", fits = ["township"], group = "office" }
head = { title = "负责人", fits = ["department"], group = "department" }
root = { title = "系统管理员", fits = ["county"], group = "administration" }
"#;

const RIGHTS: &str = r#"
rights = [
  { action = "case.view", by = ["clerk", "@leader"] },
]
[actions]
"case.view" = { title = "查看事项" }
"#;

const SMALL: &str = r#"
id = "small"
institution = "M0"
title = "小程序"
in_force = { from = 2026-01-01 }

[[code_list]]
key = "class"
title = "类别"
items = [{ key = "quick", title = "快", term = "7d" }]

[[slip]]
key = "slip"
title = "督办单"
number = { pattern = "督办〔{year}〕{n}号" }
reasons = "class"
answer_within = "5wd"
answered_by = ["@handler"]
signed_by = ["clerk"]

[[procedure]]
key = "small"
title = "小事"
number = { pattern = "小事〔{year}〕{n}号" }
office = ["clerk"]
classes = "small/class"

[procedure.intake]
by = ["@raiser"]
state = "new"
requires = ["title"]

[procedure.states]
new = { title = "新", column = "incoming", holder = "office", next_word_within = "15d" }
doing = { title = "办理中", column = "doing", holder = "handler", next_word_within = "15d" }
done = { title = "待确认", column = "unconfirmed", holder = "resident", counts_as = "handled", next_word_within = "15d", fallback = { after = "10d", take = "redo" } }
sure = { title = "已确认", column = "unconfirmed", holder = "office", counts_as = "handled", next_word_within = "15d" }
over = { title = "已销号", column = "closed", counts_as = "closed" }

[procedure.fields]
title = { kind = "text", title = "题目" }
class = { kind = "code", title = "类别", list = "class" }
due = { kind = "date", title = "时限", default = "class" }

[procedure.clocks.work]
title = "办理"
term = "5wd"
starts_on = ["assign"]
stops_on = ["handled"]

[procedure.transitions.assign]
title = "交办"
from = "new"
to = "doing"
by = ["@office"]
requires = ["class", "due"]
guards = [{ when = "case.open_parts == 0", title = "先办完子事项。" }]
effects = [{ do = "issue-slip", slip = "small/slip" }]

[procedure.transitions.handled]
title = "办结"
from = "doing"
to = "done"
by = ["@handler"]

[procedure.transitions.redo]
verb = "reopen"
title = "重办"
from = "done"
to = "doing"
by = ["@raiser", "@clock"]

[procedure.transitions.confirm]
title = "确认"
from = "done"
to = "sure"
by = ["@raiser"]

[procedure.transitions.strike-off]
title = "销号"
from = "sure"
to = "over"
by = ["clerk"]

[[duty]]
key = "report"
title = "半月报告"
quota = { at_least = 1, of = "times" }
evidence = "record.kind == 'progress-report'"
"#;

fn file(path: &str, text: &str) -> SourceFile {
    SourceFile { path: path.into(), text: text.into() }
}

fn findings(regulation: &str, rights: &str) -> Vec<Finding> {
    let files =
        vec![file("roles.toml", ROLES), file("rights.toml", rights), file("X/small.toml", regulation)];
    Compendium::from_files(files).check()
}

/// Replaces `from` by `to` in the small regulation; the first finding must be `key`, on the line that
/// contains `marker`.
#[track_caller]
fn refused(from: &str, to: &str, key: &str, marker: &str) {
    assert!(SMALL.contains(from), "the small regulation has no {from:?}");
    let broken = SMALL.replacen(from, to, 1);
    let found = findings(&broken, RIGHTS);
    let named: Vec<&str> = found.iter().map(|finding| finding.key.as_ref()).collect();
    let finding = found.iter().find(|finding| finding.key == key);
    let finding = finding.unwrap_or_else(|| panic!("{key} is not among {named:?}"));
    let line = broken.lines().nth(finding.line - 1).unwrap_or_default();
    assert!(line.contains(marker), "{key} is reported on line {}: {line:?}", finding.line);
}

#[test]
fn the_small_regulation_holds() {
    assert_eq!(findings(SMALL, RIGHTS), []);
}

#[test]
fn what_cannot_be_read_is_refused_on_its_line() {
    refused("after = \"10d\"", "after = \"ten days\"", "regulation.term-unreadable", "ten days");
    refused("term = \"5wd\"", "term = \"5w\"", "regulation.term-unreadable", "5w");
    refused("column = \"doing\"", "colum = \"doing\"", "regulation.unknown-word", "colum");
    refused("column = \"doing\"", "column = \"attic\"", "regulation.unknown-word", "attic");
    refused("title = \"重办\"\n", "", "regulation.missing-key", "redo");
    refused("\nby = [\"@handler\"]", "\nby = [\"@boss\"]", "regulation.unreadable", "@boss");
    refused("key = \"small\"", "key = small", "regulation.unreadable", "key = small");
}

#[test]
fn names_that_do_not_exist_are_refused() {
    refused("\nby = [\"@handler\"]", "\nby = [\"@handler\", \"chief\"]", "regulation.unknown-role", "chief");
    refused("office = [\"clerk\"]", "office = [\"chief\"]", "regulation.unknown-role", "chief");
    refused("signed_by = [\"clerk\"]", "signed_by = [\"chief\"]", "regulation.unknown-role", "chief");
    refused("to = \"doing\"", "to = \"dong\"", "regulation.unknown-state", "dong");
    refused(
        "state = \"new\"",
        "public_channel = \"web\"\nstate = \"new\"",
        "regulation.unknown-channel",
        "web",
    );
    refused("state = \"new\"", "state = \"fresh\"", "regulation.unknown-state", "fresh");
    refused("[\"class\", \"due\"]", "[\"class\", \"harm\"]", "regulation.unknown-field", "harm");
    refused("requires = [\"title\"]", "requires = [\"who\"]", "regulation.unknown-field", "who");
    refused("[\"handled\"]", "[\"finished\"]", "regulation.unknown-transition", "finished");
    refused("take = \"redo\"", "take = \"rework\"", "regulation.unknown-transition", "rework");
    let window = "from = \"sure\"\nwithin = { term = \"5wd\", since = [\"confrim\"] }";
    refused("from = \"sure\"", window, "regulation.unknown-transition", "within");
    refused("verb = \"reopen\"\n", "", "regulation.unknown-verb", "redo");
    refused("slip = \"small/slip\"", "slip = \"small/slap\"", "regulation.unknown-slip", "slap");
    refused("list = \"class\"", "list = \"clas\"", "regulation.unknown-list", "clas");
    refused("reasons = \"class\"", "reasons = \"why\"", "regulation.unknown-list", "why");
    refused("classes = \"small/class\"", "classes = \"big/class\"", "regulation.unknown-list", "big");
}

#[test]
fn a_case_always_has_a_holder_a_date_and_a_way_on() {
    refused(
        "column = \"doing\", holder = \"handler\"",
        "column = \"doing\"",
        "regulation.no-holder",
        "doing =",
    );
    let held = "counts_as = \"closed\", holder = \"office\"";
    refused("counts_as = \"closed\"", held, "regulation.closed-with-holder", "over =");
    let silent = "holder = \"handler\" }";
    refused(
        "holder = \"handler\", next_word_within = \"15d\" }",
        silent,
        "regulation.no-next-word",
        "doing =",
    );
    let asks = "verb = \"reopen\"\nrequires = [\"class\"]";
    refused("verb = \"reopen\"", asks, "regulation.fallback-not-allowed", "done =");
    let forever = ", fallback = { after = \"10d\", take = \"redo\" }";
    refused(forever, "", "regulation.no-fallback", "done =");
    refused("[\"@raiser\", \"@clock\"]", "[\"@raiser\"]", "regulation.fallback-not-allowed", "done =");
    refused("from = \"new\"\nto = \"doing\"", "from = \"new\"", "regulation.dead-end", "new =");
    refused("from = \"new\"\nto = \"doing\"", "from = \"new\"", "regulation.unreachable-state", "doing =");
    refused("\nby = [\"@handler\"]", "\nby = []", "regulation.nobody-may", "by = []");
}

#[test]
fn whoever_handles_a_case_neither_confirms_nor_closes_it() {
    let to_sure = "to = \"sure\"\nby = [\"@raiser\"]";
    for party in ["@handler", "@department", "@lead", "@joint", "@leader"] {
        let own = format!("to = \"sure\"\nby = [\"@raiser\", \"{party}\"]");
        refused(to_sure, &own, "regulation.handler-closes", party);
        let own = format!("to = \"over\"\nby = [\"{party}\"]");
        refused("to = \"over\"\nby = [\"clerk\"]", &own, "regulation.handler-closes", party);
    }
    // In `doing` the handler holds the ball, so `@holder` is the handler.
    let holder = "from = \"doing\"\nto = \"over\"\nby = [\"@holder\"]";
    refused(
        "from = \"sure\"\nto = \"over\"\nby = [\"clerk\"]",
        holder,
        "regulation.handler-closes",
        "@holder",
    );
    let head = "to = \"sure\"\nby = [\"@raiser\", \"head\"]";
    refused(to_sure, head, "regulation.confirmed-by-others", "head");
    refused("from = \"sure\"", "from = [\"sure\", \"done\"]", "regulation.closed-unconfirmed", "clerk");
    refused("from = \"sure\"", "from = \"*open\"", "regulation.closed-unconfirmed", "clerk");
    // A side door into the confirmed state undoes the second key as well.
    refused(
        "from = \"new\"\nto = \"doing\"",
        "from = \"new\"\nto = \"sure\"",
        "regulation.closed-unconfirmed",
        "clerk",
    );
}

#[test]
fn clocks_start_stop_and_have_one_length() {
    refused("stops_on = [\"handled\"]", "stops_on = []", "regulation.clock-never-stops", "clocks.work");
    refused("starts_on = [\"assign\"]", "starts_on = []", "regulation.clock-never-starts", "clocks.work");
    refused("term = \"5wd\"\n", "", "regulation.clock-length", "clocks.work");
    refused(
        "term = \"5wd\"\n",
        "term = \"5wd\"\nuntil = \"due\"\n",
        "regulation.clock-length",
        "clocks.work",
    );
    refused("term = \"5wd\"\n", "until = \"dew\"\n", "regulation.unknown-field", "dew");
}

#[test]
fn conditions_are_cel_over_known_variables() {
    let when = "case.open_parts == 0";
    refused(when, "case.open_parts ==", "regulation.condition-unreadable", "open_parts");
    refused(when, "case.open_parts + 1", "regulation.condition-unreadable", "open_parts + 1");
    refused(when, "case.open_parts == 'none'.size()[0]", "regulation.condition-unreadable", "none");
    refused(when, "case.fields.harm == ''", "regulation.condition-unreadable", "harm");
    refused(when, "case.parts == 0", "regulation.unknown-variable", "case.parts");
}

#[test]
fn lists_numbers_and_dates_make_sense() {
    refused("小事〔{year}〕{n}号", "小事{n}号", "regulation.number-pattern", "小事");
    refused("督办〔{year}〕{n}号", "督办〔{year}〕号", "regulation.number-pattern", "督办");
    refused(", term = \"7d\"", "", "regulation.class-without-term", "classes");
    refused(", list = \"class\"", "", "regulation.code-without-list", "class =");
    let set = "effects = [{ do = \"set\", field = \"class\", value = \"slow\" }, ";
    refused("effects = [", set, "regulation.unknown-code", "slow");
    let ended = "from = 2026-01-01, to = 2025-12-31";
    refused("from = 2026-01-01", ended, "regulation.never-in-force", "2025");
    let about =
        "[[publication]]\nkey = \"p\"\ntitle = \"通报\"\nkind = \"circular\"\nabout = \"large\"\n\n[[duty]]";
    refused("[[duty]]", about, "regulation.unknown-procedure", "large");
}

#[test]
fn a_procedure_stands_in_one_place() {
    let twin = SMALL.replace("id = \"small\"", "id = \"twin\"");
    let files = vec![file("roles.toml", ROLES), file("a.toml", SMALL), file("b.toml", &twin)];
    let found = Compendium::from_files(files).check();
    assert!(
        found.iter().any(|finding| finding.key == "regulation.procedure-twice" && finding.file == "b.toml")
    );
}

#[test]
fn red_lines_are_refused_with_the_word_that_crosses_them() {
    let quota = "of = \"times\"";
    refused(quota, "of = \"check_in\"", "regulation.red-line-check-in", "check_in");
    refused(quota, "of = \"times\", points = 3", "regulation.red-line-points", "points");
    refused(quota, "of = \"logins\"", "regulation.red-line-online-time", "logins");
    refused("title = \"半月报告\"", "title = \"每日打卡\"", "regulation.red-line-check-in", "打卡");
    let evidence = "evidence = \"record.kind == 'progress-report'\"";
    refused(evidence, "evidence = \"record.likes > 3\"", "regulation.red-line-likes", "likes");
    refused(evidence, "requires = [\"photos\"]", "regulation.red-line-photos", "photos");
    let rating = "[[rating]]\nkey = \"r\"\nmeasure = \"study-hours\"\n\n[[duty]]";
    refused("[[duty]]", rating, "regulation.red-line-study-hours", "study-hours");
}

#[test]
fn a_rating_may_weigh_in_points_and_a_duty_may_count_hours() {
    let harmless = SMALL.replace("of = \"times\"", "of = \"hours\"")
        + "\n[[rating]]\nkey = \"r\"\ntitle = \"五好\"\ncriteria = [{ title = \"班子好\", points = 20 }]\n";
    assert_eq!(findings(&harmless, RIGHTS), []);
}

#[test]
fn the_table_of_rights_names_what_exists_and_keeps_administrators_out_of_business() {
    for (by, key) in [
        ("[\"chief\"]", "regulation.unknown-role"),
        ("[\"@boss\"]", "regulation.unknown-relation"),
        ("[\"root\"]", "regulation.administrator-does-business"),
    ] {
        let found = findings(SMALL, &RIGHTS.replace("[\"clerk\", \"@leader\"]", by));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].key.as_ref(), found[0].line), (key, 3));
    }
    let found = findings(SMALL, &RIGHTS.replace("action = \"case.view\"", "action = \"case.veiw\""));
    assert_eq!(found[0].key, "regulation.unknown-action");
}

/// Keys written in the sources of the checker; all of them have a sentence and a mend in both languages
/// that use the arguments they are given.
#[test]
fn every_finding_has_its_sentence_and_its_mend_in_both_languages() {
    let sources = [
        include_str!("mod.rs"),
        include_str!("procedure.rs"),
        include_str!("rights.rs"),
        include_str!("red_line.rs"),
    ];
    let keys = sources
        .iter()
        .flat_map(|source| source.split('"'))
        .filter_map(|word| word.strip_prefix("regulation."));
    let keys: std::collections::BTreeSet<&str> = keys.filter(|key| *key != "edit").collect();
    assert!(keys.len() > 35, "{keys:?}");
    for (language, text) in
        [("zh-CN", include_str!("../../text/zh-CN.ftl")), ("en", include_str!("../../text/en.ftl"))]
    {
        let ids: std::collections::BTreeSet<&str> =
            text.lines().filter_map(|line| line.split(" = ").next()).collect();
        for key in &keys {
            assert!(ids.contains(format!("regulation-{key}").as_str()), "{language}: {key}");
            assert!(ids.contains(format!("regulation-{key}-mend").as_str()), "{language}: {key}-mend");
        }
    }
}

#[test]
fn a_broken_file_laid_over_a_good_one_is_reported_and_the_good_one_stays() {
    let mut compendium = load_shipped();
    compendium.add(file("local/ledger.toml", "id = \"rectification-ledger\"\n"));
    assert!(!compendium.holds());
    assert!(compendium.procedure("rectification").is_some());
    let mended = "id = \"x\"\ninstitution = \"M0\"\ntitle = \"试\"\nin_force = { from = 2026-01-01 }\n";
    compendium.add(file("local/ledger.toml", mended));
    assert!(compendium.holds());
}
