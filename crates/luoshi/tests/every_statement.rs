//! Every statement of every module: understood by both engines, written in the words both share, and
//! found by key on tables that grow.

use std::collections::BTreeSet;

use db::{Engine, Statement, Value, testing};
use luoshi::modules;

fn statements() -> Vec<&'static Statement> {
    modules::all().into_iter().flat_map(|module| (module.statements)()).collect()
}

fn databases() -> Vec<testing::Fresh> {
    let steps: Vec<db::Migration> =
        modules::all().iter().flat_map(|module| module.migrations.iter().copied()).collect();
    testing::both_engines(&steps)
}

#[test]
fn every_statement_prepares_on_both_engines_and_has_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for statement in statements() {
        assert!(names.insert(statement.name), "two statements are called {}", statement.name);
    }
    assert!(names.len() > 100, "only {} statements are registered", names.len());
    for fresh in databases() {
        for statement in statements() {
            if let Err(error) = fresh.db.check_statement(statement.sql) {
                panic!("{} on {:?}: {error}", statement.name, fresh.db.engine());
            }
        }
    }
}

/// Words only one engine knows, or that mean something else on the other.
const FOREIGN: &[&str] = &[
    " OFFSET ",
    " BOOLEAN",
    " TRUE",
    " FALSE",
    " ILIKE ",
    "NOW(",
    "CURRENT_TIMESTAMP",
    "CURRENT_DATE",
    "AUTOINCREMENT",
    " SERIAL",
    "::",
    "INSERT OR ",
    "REPLACE INTO",
    "IFNULL(",
    " GLOB ",
    " REGEXP ",
    "->",
    "JSON_",
    "JSONB",
    "RANDOM()",
    "STRFTIME(",
    "JULIANDAY(",
    "DATE(",
    "DATETIME(",
    "TO_CHAR(",
    "EXTRACT(",
    "GROUP_CONCAT(",
    "STRING_AGG(",
    "ARRAY_AGG(",
    "ANY(",
    "DISTINCT ON",
    "LATERAL",
    "RIGHT JOIN",
    "FULL JOIN",
    "FULL OUTER",
    "ROWID",
    " CTID",
    "PRAGMA",
    "INSTR(",
    "STRPOS(",
    "PRINTF(",
    "FORMAT(",
    " REAL",
    " DOUBLE",
    " NUMERIC",
    " BLOB",
    " BYTEA",
    " IS DISTINCT FROM ",
    "FOR UPDATE",
    "SKIP LOCKED",
];

#[test]
fn statements_keep_to_the_words_both_engines_share() {
    let mut foreign = Vec::new();
    for statement in statements() {
        let sql =
            format!(" {} ", statement.sql.to_uppercase().split_whitespace().collect::<Vec<_>>().join(" "));
        // What stands in quotation marks is a value.
        let sql: String = sql.split('\'').step_by(2).collect();
        for word in FOREIGN.iter().filter(|word| sql.contains(**word)) {
            foreign.push(format!("{}: {}", statement.name, word.trim()));
        }
        for call in ["SUM(", "COUNT("].iter().filter(|call| **call == "SUM(" && sql.contains(**call)) {
            // PostgreSQL adds up BIGINT to NUMERIC, which the driver reads as something else.
            let casts = sql.matches("CAST(").count();
            if casts < sql.matches(*call).count() {
                foreign.push(format!("{}: SUM without CAST", statement.name));
            }
        }
    }
    assert!(foreign.is_empty(), "{}", foreign.join("\n"));
}

/// Statements that read a whole table, and why that is right.
const SCANS: &[(&str, &str)] = &[
    ("journal.count-leaves", "verify reads everything by design"),
    ("journal.count-nodes", "verify reads everything by design"),
    ("journal.any-entry", "stops at the first row"),
    ("org.person-choices", "what a select offers, out of the some thousand persons of a county"),
    ("org.post-lines-within", "the roster of a subtree, out of the some thousand posts of a county"),
    ("case.recount-tallies", "verify counts everything again by design"),
    ("case.imports-of-file", "a few workbooks a month"),
    ("case.follow-unit", "a unit moves in the tree once in years"),
    ("case.follow-department", "a unit moves in the tree once in years"),
    ("case.follow-party", "a unit moves in the tree once in years"),
];

/// Tables bounded by the county, not by use: a scan of them is short.
/// A county has some hundred units and seats, and tallies for each unit, department and state.
const SMALL: &[&str] = &["schema_version", "journal_parameter", "unit", "seat", "case_tally", "case_counter"];

#[test]
fn statements_find_their_rows_by_key() {
    let fresh = databases().into_iter().find(|fresh| fresh.db.engine() == Engine::Sqlite).expect("SQLite");
    let mut scanning = Vec::new();
    for statement in statements() {
        if SCANS.iter().any(|(name, _)| *name == statement.name) {
            continue;
        }
        let plan = plan_of(&fresh, statement);
        for step in plan.iter().filter(|step| is_scan(step, statement.sql, &plan)) {
            scanning.push(format!("{}: {step}\n    {}", statement.name, statement.sql));
        }
    }
    assert!(scanning.is_empty(), "{}", scanning.join("\n"));
}

#[test]
fn every_excused_scan_still_exists() {
    let names: BTreeSet<&str> = statements().iter().map(|statement| statement.name).collect();
    for (name, reason) in SCANS {
        assert!(names.contains(name), "{name} ({reason}) is excused and does not exist");
    }
}

fn plan_of(fresh: &testing::Fresh, statement: &'static Statement) -> Vec<String> {
    let places = (1..100).take_while(|n| statement.sql.contains(&format!("${n}"))).count();
    let sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
    let caller = fresh.db.caller("system:test");
    let plan = fresh.db.read_now(&caller, move |cx| {
        let values = vec![Value::Null; places];
        cx.rows_of("test.plan", &sql, &values, |row| row.get::<String>(3))
    });
    plan.unwrap_or_else(|error| panic!("{}: {error}", statement.name))
}

/// Whether a step of the plan reads a table that grows from end to end. In the order of a key and up to a
/// limit is a page, not a scan.
fn is_scan(step: &str, sql: &str, plan: &[String]) -> bool {
    let Some(table) = step.strip_prefix("SCAN ") else { return false };
    let table = table.split_whitespace().next().unwrap_or_default();
    let sorts = plan.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY"));
    let is_page = sql.contains(" LIMIT ") && !sorts;
    let is_row = ["CONSTANT ROW", "VIRTUAL TABLE", "VALUES CLAUSE"].iter().any(|kind| step.contains(kind));
    // A select in brackets shows its own steps in the plan.
    let is_derived = table.starts_with('(') || sql.contains(&format!(") AS {table}"));
    !(is_page || is_row || is_derived || SMALL.contains(&table_of(table, sql)))
}

/// The table behind an alias: `FROM unit u` makes `u` the unit.
fn table_of<'a>(alias: &'a str, sql: &'a str) -> &'a str {
    let words: Vec<&str> = sql.split([' ', ',', '(', ')']).filter(|word| !word.is_empty()).collect();
    let named =
        words.windows(3).find(|three| matches!(three[0], "FROM" | "JOIN" | "UPDATE") && three[2] == alias);
    named.map_or(alias, |three| three[1])
}

#[test]
fn an_alias_leads_to_its_table() {
    assert_eq!(table_of("u", "SELECT u.id FROM post q JOIN unit u ON u.id = q.unit_id"), "unit");
    assert_eq!(table_of("unit", "UPDATE unit SET path = $1"), "unit");
    let plan = ["SCAN post".to_owned()];
    assert!(is_scan("SCAN post", "SELECT id FROM post WHERE note = $1", &plan));
    assert!(!is_scan("SCAN post", "SELECT id FROM post ORDER BY rowid LIMIT 1", &plan));
}
