//! How fast the heavy acts are; run by hand: `cargo test --release -p case speed -- --ignored --nocapture`.

use std::time::Instant;

use access::Permit;

use super::world::{RECTIFICATION, towns};
use crate::{
    acts::{self, NewCase},
    store::{self, Filter, Sight, Sort},
};

/// A text of some three hundred characters that is like no other.
fn words(n: usize) -> String {
    let mut state = n as u64 + 7;
    let mut all = String::new();
    for _ in 0..300 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        all.extend(char::from_u32(0x4e00 + u32::try_from((state >> 33) % 3_000).unwrap()));
    }
    all
}

#[test]
#[ignore = "a measurement, not a rule"]
fn speed_of_two_thousand_rows_and_of_lists_over_many() {
    let many: usize = std::env::var("LUOSHI_SPEED_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    for town in towns() {
        let mut loaded = 0;
        while loaded < many {
            let new: Vec<NewCase> = (loaded..loaded + 2_000)
                .map(|n| NewCase {
                    channel: Some("online".to_owned()),
                    ..NewCase::new(RECTIFICATION, &format!("第{n}件"), &words(n), town.unit("东村"))
                })
                .collect();
            let permit = Permit::for_job("case.import", "speed");
            let begun = Instant::now();
            town.write("干事", move |cx, rules, master| {
                acts::raise_many(cx, rules, (&permit, master), &new)
            })
            .unwrap();
            println!("{:?}: 2,000 raised in {:?}", town.fresh.db.engine(), begun.elapsed());
            loaded += 2_000;
        }
        let sight = Sight::of(&town.rules(), town.who("村书记"));
        let word: String = words(17).chars().skip(40).take(3).collect();
        let filters = [
            ("first page", Filter::default()),
            ("by due", Filter { sort: Sort::Due, ..Filter::default() }),
            ("search", Filter { q: Some(word), ..Filter::default() }),
            ("search everywhere", Filter { q: Some("件".to_owned()), ..Filter::default() }),
            ("late", Filter { late_before: "2026-01-01".parse().ok(), ..Filter::default() }),
        ];
        for (name, filter) in filters {
            let sight = sight.clone();
            let begun = Instant::now();
            let n = town.read(move |cx| store::list(cx, &sight, &filter, (None, 50))).rows.len();
            println!("{:?}: {name}, {n} rows in {:?}", town.fresh.db.engine(), begun.elapsed());
        }
        let whole = sight.clone();
        let begun = Instant::now();
        town.read(move |cx| store::board(cx, &sight, (RECTIFICATION, "2026-03-02".parse().unwrap())));
        println!("{:?}: board in {:?}", town.fresh.db.engine(), begun.elapsed());
        let begun = Instant::now();
        town.read(move |cx| store::count_by_state(cx, &whole, RECTIFICATION));
        println!("{:?}: counts in {:?}", town.fresh.db.engine(), begun.elapsed());
    }
}
