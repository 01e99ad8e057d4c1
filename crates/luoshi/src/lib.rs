//! Luoshi (落实): the program. A library too, so that tests and measurements stand on the same list of
//! modules and the same assembly as the binary.

mod background;
mod cli;
pub mod demo;
pub mod house;
pub mod measure;
pub mod modules;
mod ops;
mod program;
mod serve;

use std::process::ExitCode;

use base::Result;
use web::{App, Tenant};

use crate::house::House;

/// The command line.
pub fn main() -> ExitCode {
    cli::main()
}

/// The program over these tenants, without listening anywhere.
pub fn app_of(house: &House, tenants: Vec<Tenant>) -> Result<App> {
    program::app_of(house, tenants, program::Cookies::Plain)
}
