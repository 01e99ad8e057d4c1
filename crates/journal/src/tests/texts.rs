//! Every refusal and every finding has its sentence in both languages.

use crate::{Finding, Ref, Suspect, merkle::Node, verify::finding::Range};

const SOURCES: [&str; 6] = [
    include_str!("../checkpoint.rs"),
    include_str!("../keys.rs"),
    include_str!("../log/receipt.rs"),
    include_str!("../log/seal.rs"),
    include_str!("../verify/finding.rs"),
    include_str!("../entry.rs"),
];
const CHINESE: &str = include_str!("../../text/zh-CN.ftl");
const ENGLISH: &str = include_str!("../../text/en.ftl");

fn sentences(ftl: &'static str) -> Vec<(String, &'static str)> {
    let mut all: Vec<_> = ftl
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .map(|(key, sentence)| (key.replacen('-', ".", 1), sentence))
        .collect();
    all.sort_unstable();
    all
}

fn places(sentence: &str) -> Vec<&str> {
    let mut names: Vec<&str> =
        sentence.split("{ $").skip(1).filter_map(|rest| rest.split(' ').next()).collect();
    names.sort_unstable();
    names
}

#[test]
fn every_refusal_and_finding_has_a_sentence_in_both_languages() {
    let mut used: Vec<String> = SOURCES
        .iter()
        .flat_map(|source| source.split("\"journal.").skip(1))
        .filter_map(|rest| rest.split('"').next())
        .map(|key| format!("journal.{key}"))
        .collect();
    used.sort();
    used.dedup();
    let (chinese, english) = (sentences(CHINESE), sentences(ENGLISH));
    assert_eq!(chinese.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>(), used);
    assert_eq!(english.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>(), used);
    for ((key, zh), (_, en)) in chinese.iter().zip(&english) {
        assert_eq!(places(zh), places(en), "{key}");
    }
}

#[test]
fn every_finding_brings_what_its_sentence_needs() {
    let suspect = || Suspect {
        leaf: Some(1),
        id: "1".to_owned(),
        at: Some("2026-11-22T01:00:00.000000Z".to_owned()),
        act: Some("case.raised".to_owned()),
        subject: Some(Ref::new("case", 1)),
    };
    let range = || Range { first: suspect(), last: suspect() };
    let node = Node { level: 1, index: 2 };
    let findings = [
        Finding::EntryChanged(suspect()),
        Finding::EntryDeleted(suspect()),
        Finding::EntryAdded(suspect()),
        Finding::LeafChanged(suspect()),
        Finding::LeafDeleted(Suspect::default()),
        Finding::LeafAdded(suspect()),
        Finding::RangeChanged(range()),
        Finding::RangeDeleted(range()),
        Finding::NodeChanged { node, range: range() },
        Finding::NodeDeleted { node, range: range() },
        Finding::NodesAdded { count: 1 },
        Finding::CheckpointChanged { size: 1 },
        Finding::CheckpointDeleted { size: 1 },
        Finding::PublishedUnsigned { size: 1 },
        Finding::ParameterChanged { name: "hash".to_owned(), signed: "sm3".to_owned() },
        Finding::ParameterAdded { name: "x".to_owned() },
    ];
    let chinese = sentences(CHINESE);
    for finding in findings {
        let (_, sentence) = chinese.iter().find(|(key, _)| key == finding.key()).unwrap();
        let given: Vec<&str> = finding.args().into_iter().map(|(name, _)| name).collect();
        for name in places(sentence) {
            assert!(given.contains(&name), "{}: {name}", finding.key());
        }
    }
}
