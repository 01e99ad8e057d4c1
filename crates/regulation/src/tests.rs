use super::*;
use base::Language;

#[test]
fn the_shipped_compendium_holds() {
    let compendium = load_shipped();
    assert_eq!(compendium.check(), []);
    assert!(compendium.holds());
}

#[test]
fn the_shipped_procedure_finds_its_lists_and_its_slip() {
    let compendium = load_shipped();
    let procedure = compendium.procedure("rectification").unwrap();
    let channels: Vec<&str> = compendium.channels(procedure).iter().map(|item| item.key.as_str()).collect();
    assert_eq!(
        channels,
        ["form", "meeting", "online", "visit", "petition-reception", "questionnaire", "mailbox", "talk"]
    );
    let terms: Vec<String> =
        compendium.classes(procedure).iter().map(|class| class.term.unwrap().to_string()).collect();
    assert_eq!(terms, ["7d", "30d", "180d"]);
    assert_eq!(
        compendium.slip("petition-supervision/supervision").unwrap().number.render(2026, 3),
        "督办〔2026〕3号"
    );
    assert_eq!(compendium.field_list("rectification", "result").unwrap().items.len(), 3);
    assert_eq!(compendium.regulation_of("rectification").unwrap().heading, "F-problems");
    let duty = compendium.regulation("reports-and-circulars").unwrap().clauses();
    assert!(duty.iter().any(|line| line.kind == "duty" && line.key == "half-monthly-report"));
}

/// The picture of the ledger: a change of the procedure shows here, line by line.
#[test]
fn the_rectification_procedure_as_drawn() {
    let compendium = load_shipped();
    let drawn = compendium.procedure("rectification").unwrap().draw(Language::Chinese);
    assert_eq!(drawn, include_str!("rectification.txt"), "\n{drawn}");
}

#[test]
fn only_the_resident_and_the_verifier_confirm_and_only_confirmed_cases_are_struck_off() {
    let compendium = load_shipped();
    let procedure = compendium.procedure("rectification").unwrap();
    for transition in procedure.transitions.iter().filter(|transition| transition.confirms()) {
        let second = |party: &Party| matches!(party, Party::Relation(Relation::Raiser | Relation::Verifier));
        assert!(transition.by.iter().all(second), "{}", transition.key);
    }
    let strike_off = procedure.transition("strike-off").unwrap();
    assert!(procedure.needs_second_key(strike_off));
    assert_eq!(strike_off.from, Origin::States(vec!["confirmed".into()]));
}

#[test]
fn a_township_changes_a_threshold_by_laying_its_own_file_over() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("local")).unwrap();
    let shipped = load_shipped();
    let classes = shipped.file("F-problems/M61-graded-resolution.toml").unwrap();
    let stricter = classes.text.replace("term = \"30d\"", "term = \"10wd\"");
    std::fs::write(folder.path().join("local/classes.toml"), stricter).unwrap();
    let rights = "rights = [{ action = \"case.export\", by = [\"mayor\"], reach = \"unit\" }]\n[actions]\n";
    std::fs::write(folder.path().join("rights.toml"), rights).unwrap();

    let ours = shipped.load_dir(folder.path()).unwrap();
    assert_eq!(ours.check(), []);
    let procedure = ours.procedure("rectification").unwrap();
    assert_eq!(ours.classes(procedure)[1].term, Some(Term::working(10)));
    let export: Vec<&Right> = ours.rights().of("case.export").collect();
    assert_eq!((export.len(), export[0].reach), (1, Reach::Unit));
    assert_eq!(ours.rights().of("case.bulk-assign").count(), 1);
}

#[test]
fn the_three_administrators_share_no_power_over_each_other() {
    let compendium = load_shipped();
    let holders = |action: &'static str| -> Vec<&str> {
        compendium.rights().of(action).flat_map(|row| row.by.iter().map(String::as_str)).collect()
    };
    assert_eq!(holders("account.manage"), ["system-admin"]);
    assert_eq!(holders("security.manage"), ["security-admin"]);
    assert_eq!(holders("audit.view"), ["audit-admin"]);
    assert!(!holders("post.edit").contains(&"system-admin"));
}

#[test]
fn the_printed_table_includes_what_procedures_grant() {
    let rows = load_shipped().rights_of_procedures();
    let confirm = rows.iter().find(|row| row.action == "case.rectification.confirm").unwrap();
    assert_eq!(confirm.by, ["@raiser"]);
}

#[test]
fn titles_come_in_both_languages() {
    let compendium = load_shipped();
    let procedure = compendium.procedure("rectification").unwrap();
    assert_eq!(procedure.title(Language::English), "Rectification");
    for transition in &procedure.transitions {
        assert!(!transition.title_en.is_empty(), "{}", transition.key);
        assert!(transition.guards.iter().all(|guard| !guard.title_en.is_empty()), "{}", transition.key);
    }
}
