//! `cargo bench`: everything `luoshi bench` measures, on 100,000 cases. `LUOSHI_BENCH_CASES` and
//! `LUOSHI_BENCH_WRITES` make it smaller; PostgreSQL is the one `LUOSHI_TEST_POSTGRES` names, if any.

use luoshi::measure::{Sizes, run};

fn main() {
    let number = |name: &str, usual: usize| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
    };
    let sizes = Sizes {
        cases: number("LUOSHI_BENCH_CASES", 100_000),
        writes: number("LUOSHI_BENCH_WRITES", 8_000),
        connections: 16,
    };
    let database = std::env::var("LUOSHI_TEST_POSTGRES").ok().filter(|url| url != "none");
    if let Err(error) = run(&sizes, database.as_deref(), &mut |line| println!("{line}")) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}
