//! The promises of this crate, on both engines.

mod account;
mod second_factor;
mod session;
mod token;

use db::testing::both_engines;

use crate::{
    statements,
    testing::{STEPS, policy},
};

#[test]
fn every_statement_prepares_on_both_engines_under_its_own_name() {
    let mut names: Vec<&str> = statements().iter().map(|statement| statement.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!((names.len(), count), (statements().len(), names.len()));
    for fresh in both_engines(STEPS) {
        for statement in statements() {
            fresh
                .db
                .check_statement(statement.sql)
                .unwrap_or_else(|error| panic!("{}: {error}", statement.name));
        }
    }
}

#[test]
fn the_roles_kept_apart_and_the_actions_asked_for_are_in_the_data() {
    let roles: toml::Table = toml::from_str(include_str!("../../../regulations/roles.toml")).unwrap();
    let rights: toml::Table = toml::from_str(include_str!("../../../regulations/rights.toml")).unwrap();
    let known = |role: &String| {
        roles.values().filter_map(toml::Value::as_table).any(|table| table.contains_key(role))
    };
    assert!(policy().separation.groups.iter().flatten().all(known));
    for action in ["account.manage", "security.manage", "session.end", "token.manage"] {
        assert!(rights["actions"].get(action).is_some(), "{action}");
    }
}

#[test]
fn every_refusal_has_its_sentence_in_both_languages_with_the_same_values() {
    let sources = [
        include_str!("account.rs"),
        include_str!("account/acts.rs"),
        include_str!("idempotency.rs"),
        include_str!("limit.rs"),
        include_str!("link.rs"),
        include_str!("password.rs"),
        include_str!("policy.rs"),
        include_str!("right.rs"),
        include_str!("sealed/acts.rs"),
        include_str!("sealed/cipher.rs"),
        include_str!("second_factor.rs"),
        include_str!("separation.rs"),
        include_str!("session/acts.rs"),
        include_str!("sign_in.rs"),
        include_str!("token.rs"),
    ];
    let mut used: Vec<String> = sources
        .iter()
        .flat_map(|source| source.split("\"access.").skip(1))
        .filter_map(|rest| rest.split('"').next())
        .map(|key| format!("access-{key}"))
        .collect();
    used.sort();
    used.dedup();
    let chinese = sentences(include_str!("../text/zh-CN.ftl"));
    let english = sentences(include_str!("../text/en.ftl"));
    assert_eq!(keys(&chinese), used);
    assert_eq!(keys(&english), used);
    for ((key, zh), (_, en)) in chinese.iter().zip(&english) {
        assert_eq!(places(zh), places(en), "{key}");
    }
}

fn sentences(ftl: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut all: Vec<_> = ftl.lines().filter_map(|line| line.split_once(" = ")).collect();
    all.sort_unstable();
    all
}

fn keys(sentences: &[(&str, &str)]) -> Vec<String> {
    sentences.iter().map(|(key, _)| (*key).to_owned()).collect()
}

fn places(sentence: &str) -> Vec<&str> {
    let mut names: Vec<&str> =
        sentence.split("{ $").skip(1).filter_map(|rest| rest.split(' ').next()).collect();
    names.sort_unstable();
    names
}
