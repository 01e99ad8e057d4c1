//! Whatever people do, in whatever order: nothing is lost, and nobody closes their own case.

use base::Id;

use super::world::{Town, now_of, towns};
use crate::{
    model::{Move, Mover, possible_moves},
    store,
};

const NAMES: [&str; 9] = ["书记", "主任", "干事", "分管", "所员", "农办", "监委一", "监委二", "代表"];

/// A small generator of its own, so that a failure names the seed that brings it back.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }
}

/// The move with every field it asks for.
fn filled(town: &Town, key: &str, required: &[String], other: Id<base::noun::Case>) -> Move {
    let mut asked = Move::new(key).note("照规定办理");
    for field in required {
        let value = match field.as_str() {
            "class" => "deadline".to_owned(),
            "leader" => town.id("分管").to_string(),
            "department" => town.unit("市场所").to_string(),
            "person" => town.id("所员").to_string(),
            "due" | "new_due" => "2027-03-01".to_owned(),
            "co_departments" => town.unit("农业办").to_string(),
            "ground" => "not-ours".to_owned(),
            "result" => "solved".to_owned(),
            "slip_reason" => "major".to_owned(),
            "merged_into" => other.to_string(),
            "parts" => "一件\n另一件".to_owned(),
            _ => "写明情况".to_owned(),
        };
        asked = asked.field(field, value);
    }
    asked
}

#[test]
fn no_path_leads_from_raised_to_struck_off_without_a_second_key() {
    for town in towns() {
        let other = town.raises("另一件");
        for seed in 0..12 {
            let mut dice = Dice(seed);
            let raised = town.raises(&format!("第{seed}件"));
            for _ in 0..40 {
                step(&town, &mut dice, &raised, other.id);
                holds(&town, raised.id, seed);
            }
        }
        assert!(town.read(store::recount_tally).holds());
        assert!(town.read(store::verify_cases).is_empty());
    }
}

/// One of all those who may do something does something.
fn step(town: &Town, dice: &mut Dice, raised: &crate::acts::Raised, other: Id<base::noun::Case>) {
    let case = town.case(raised.id);
    let proof = crate::model::Proof::of(raised.id);
    let mut open: Vec<(Option<&str>, Move)> = Vec::new();
    let movers = NAMES.iter().map(|name| (Some(*name), Mover::Person(town.who(name))));
    for (name, mover) in movers.chain([(None, Mover::Resident(&proof))]) {
        let moves = possible_moves(&town.rules(), mover, &case, now_of(town)).unwrap();
        for one in moves.iter().filter(|one| one.allowed.is_ok() && one.transition.key != "retract") {
            open.push((name, filled(town, &one.transition.key, &one.transition.requires, other)));
        }
    }
    if open.is_empty() {
        return;
    }
    let (name, asked) = open.swap_remove(dice.roll(open.len()));
    let outcome = match name {
        Some(name) => town.takes(name, raised.id, asked),
        None => town.resident_takes(raised, asked),
    };
    // A refusal is an answer; a fault is not.
    assert!(!matches!(outcome, Err(base::Error::Fault(_))), "{outcome:?}");
}

fn holds(town: &Town, id: Id<base::noun::Case>, seed: u64) {
    let case = town.case(id);
    let closed = case.head.closed_at.is_some();
    assert_eq!(closed, case.head.holder == regulation::Holder::Nobody, "seed {seed}");
    assert!(closed || case.head.next_word.is_some(), "seed {seed}: no next word in {}", case.head.state);
    if case.head.state != "struck" {
        return;
    }
    let confirmed = case.history.iter().rposition(|taken| taken.verb == "confirm");
    let confirmed = confirmed.unwrap_or_else(|| panic!("seed {seed}: struck off without a second key"));
    let reopened = case.history.iter().rposition(|taken| taken.verb == "reopen");
    assert!(reopened.is_none_or(|at| at < confirmed), "seed {seed}: the confirmation was an old one");
    let strikes = case.history.last().and_then(|taken| taken.person);
    let handlers: Vec<_> =
        case.parties.iter().filter(|p| p.relation != "verifier").filter_map(|p| p.person).collect();
    assert!(strikes.is_none_or(|person| !handlers.contains(&person)), "seed {seed}");
}
