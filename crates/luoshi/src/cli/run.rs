//! `demo` and `serve`.

use std::{path::PathBuf, sync::Arc};

use base::{Ids, Result};
use clap::Args;
use serde_json::json;

use super::{Console, Outcome};
use crate::{demo, house::House, program, serve};

/// `luoshi demo`
#[derive(Args)]
pub(super) struct Demo {
    /// 地址 Address to listen on
    #[arg(long, env = "LUOSHI_LISTEN", default_value = "127.0.0.1:8080")]
    listen: String,
    /// 一行 JSON 输出地址和账号 Print address and accounts as one line of JSON
    #[arg(long)]
    json: bool,
}

/// `luoshi serve`
#[derive(Args)]
pub(super) struct Serve {
    /// 地址 Address to listen on
    #[arg(long, env = "LUOSHI_LISTEN", default_value = "127.0.0.1:8080")]
    listen: String,
    /// 经由 TLS 代理访问 Behind a TLS proxy: cookies travel by TLS only
    #[arg(long)]
    behind_tls: bool,
}

impl Demo {
    pub(super) fn run(&self, console: &Console) -> Result<Outcome> {
        log_to_stderr();
        let house = demo_house(console);
        let accounts = demo::ready(&house)?;
        let program = program::assemble(&house, program::Cookies::Plain)?;
        serve::serve(program, &self.listen, |address| {
            let address = format!("http://{address}");
            if self.json {
                println!("{}", json!({ "address": address, "accounts": accounts }));
                return;
            }
            println!("{}", console.say("cli-demo-ready", &[("address", address.as_str().into())]));
            println!(
                "{}",
                console.say("cli-demo-public", &[("address", format!("{address}/public").into())])
            );
            println!("\n{}", console.say("cli-demo-accounts", &[]));
            let titles = program::compendium(&house).ok();
            for account in &accounts {
                let role = titles.as_ref().and_then(|compendium| compendium.roles().get(&account.role));
                let title = role
                    .map_or(account.role.as_str(), |role| regulation::Titled::title(role, console.language));
                println!(
                    "  {:<14} {:<14} {} {}（{}）",
                    account.login, account.password, account.unit, title, account.name
                );
            }
        })?;
        Ok(Outcome::Done)
    }
}

/// The demo keeps to a folder of its own, so that it never mixes with a real tenant.
fn demo_house(console: &Console) -> House {
    let given = &console.place.data;
    let data = if given == &PathBuf::from(".luoshi") { given.join("demo") } else { given.clone() };
    House { data, ids: Arc::new(Ids::random()), ..console.house.clone() }
}

impl Serve {
    pub(super) fn run(&self, console: &Console) -> Result<Outcome> {
        log_to_stderr();
        if console.house.tenants()?.is_empty() {
            return Err(base::Refusal::not_found("cli.no-tenant")
                .arg("data", console.house.data.display())
                .into());
        }
        let cookies = if self.behind_tls { program::Cookies::Secure } else { program::Cookies::Plain };
        let program = program::assemble(&console.house, cookies)?;
        serve::serve(program, &self.listen, |address| {
            println!("{}", console.say("cli-serving", &[("address", format!("http://{address}").into())]));
        })?;
        Ok(Outcome::Done)
    }
}

/// Structured logs on standard error, a line of JSON each; `LUOSHI_LOG` chooses what.
fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("LUOSHI_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
