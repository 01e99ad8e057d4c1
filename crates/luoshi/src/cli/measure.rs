//! `bench`.

use clap::Args;

use super::{Console, Outcome};
use crate::measure::{self, Sizes};

/// `luoshi bench`
#[derive(Args)]
pub(super) struct Bench {
    /// 事项数 Cases the lists are measured on
    #[arg(long, default_value_t = 5_000)]
    cases: usize,
    /// 写入次数 Cases each kind of writing makes
    #[arg(long, default_value_t = 2_000)]
    writes: usize,
    /// 并发数 Connections that write at once
    #[arg(long, default_value_t = 16)]
    connections: usize,
}

impl Bench {
    pub(super) fn run(&self, console: &Console) -> base::Result<Outcome> {
        let sizes = Sizes { cases: self.cases, writes: self.writes, connections: self.connections };
        measure::run(&sizes, console.house.database.as_deref(), &mut |line| println!("{line}"))?;
        Ok(Outcome::Done)
    }
}
