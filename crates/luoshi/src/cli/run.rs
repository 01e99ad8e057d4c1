//! `demo` and `serve`.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use base::{Ids, Language, Result};
use clap::Args;
use serde_json::json;
use web::Catalogue;

use super::{Console, Outcome};
use crate::{background::Background, demo, house::House, modules, program, serve};

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
        let catalogue = Catalogue::new(&modules::texts())?;
        let teller = Teller { catalogue, language: console.language, json: self.json };
        match demo::open(&house)? {
            demo::Demo::Loaded(accounts) => {
                let program = program::assemble(&house, program::Cookies::Plain)?;
                serve::serve(program, &self.listen, |address| {
                    teller.tell_address(address);
                    teller.tell_accounts(address, &accounts);
                })?;
            }
            demo::Demo::Empty(loading) => {
                let tenants = vec![loading.opened.tenant.clone()];
                let app = program::app_of(&house, tenants, program::Cookies::Plain)?;
                // The platform's own rounds begin once the past has been played.
                let program = program::Program { app: app.clone(), tenants: Vec::new() };
                serve::serve(program, &self.listen, |address| {
                    teller.tell_address(address);
                    std::thread::spawn(move || fill(*loading, &app, &teller, address));
                })?;
            }
        }
        Ok(Outcome::Done)
    }
}

/// Fills the demo while its pages already answer, then keeps its rounds going.
fn fill(loading: demo::Loading, app: &web::App, teller: &Teller, address: SocketAddr) {
    match loading.load(app) {
        Ok((accounts, opened)) => {
            teller.tell_accounts(address, &accounts);
            let _rounds = Background::start(app, vec![opened]);
            loop {
                std::thread::park();
            }
        }
        Err(error) => {
            tracing::error!(%error, "the demo could not be loaded");
            std::process::exit(2);
        }
    }
}

/// Says on standard output where the demo is and who may sign in how.
struct Teller {
    catalogue: Catalogue,
    language: Language,
    json: bool,
}

impl Teller {
    fn tell_address(&self, address: SocketAddr) {
        if self.json {
            return;
        }
        for (key, address) in [
            ("cli-demo-ready", format!("http://{address}")),
            ("cli-demo-public", format!("http://{address}/public")),
        ] {
            println!("{}", self.catalogue.say(self.language, key, &[("address", address.into())]));
        }
    }

    fn tell_accounts(&self, address: SocketAddr, accounts: &[demo::DemoAccount]) {
        if self.json {
            println!("{}", json!({ "address": format!("http://{address}"), "accounts": accounts }));
            return;
        }
        println!("\n{}", self.catalogue.say(self.language, "cli-demo-accounts", &[]));
        let compendium = regulation::load_shipped();
        for account in accounts {
            let role = compendium.roles().get(&account.role);
            let title =
                role.map_or(account.role.as_str(), |role| regulation::Titled::title(role, self.language));
            println!(
                "  {:<14} {:<14} {} {}（{}）",
                account.login, account.password, account.unit, title, account.name
            );
        }
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
