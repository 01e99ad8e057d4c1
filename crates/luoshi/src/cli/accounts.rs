//! `user` and `token`: links and tokens from the machine the program runs on.

use access::{
    Permit, Policy, Secret,
    account::{self, Account, SecondFactor},
    token::{self, NewToken},
};
use base::{
    Id, Refusal, Result,
    noun::{self, Person},
};
use clap::{Args, Subcommand};
use db::Cx;

use super::{Console, Outcome};
use crate::{house::Opened, ops, program};

/// `luoshi user`
#[derive(Args)]
#[command(
    after_help = "例 Examples:\n  luoshi user list\n  luoshi user link --login lijun\n  luoshi user link --name 李俊"
)]
pub(super) struct User {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Subcommand)]
enum UserCommand {
    /// 列出账号 List accounts
    List,
    /// 一次性链接 A one-time link: an invitation, or a new password for an account there is
    Link {
        /// 登录名 The login name of an account
        #[arg(long)]
        login: Option<String>,
        /// 姓名 The name of a person
        #[arg(long)]
        name: Option<String>,
        /// 人员编号 The id of a person, where several have the name
        #[arg(long)]
        person: Option<Id<Person>>,
        /// 网址 The address the link begins with
        #[arg(long, env = "LUOSHI_ADDRESS", default_value = ADDRESS)]
        address: String,
    },
}

/// Where the program listens when nothing else was said.
pub(super) const ADDRESS: &str = "http://127.0.0.1:8080";

/// `luoshi token`
#[derive(Args)]
#[command(
    after_help = "例 Examples:\n  luoshi token create --user lijun --label 县平台对接\n  luoshi token list --user lijun"
)]
pub(super) struct Token {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Subcommand)]
enum TokenCommand {
    /// 生成 Make a token; it is shown once
    Create {
        /// 登录名 Whose requests it carries
        #[arg(long)]
        user: String,
        /// 用途 What it is for
        #[arg(long, default_value = "api")]
        label: String,
        /// 有效天数 For how many days it is good
        #[arg(long, default_value_t = ops::USUAL_DAYS)]
        days: u32,
    },
    /// 列出 List the tokens of a user
    List {
        /// 登录名 Whose
        #[arg(long)]
        user: String,
    },
    /// 吊销 Revoke a token
    Revoke {
        /// 令牌编号 Its id
        id: String,
    },
}

/// The tenant with the thresholds that hold in it.
struct Desk<'a> {
    console: &'a Console,
    opened: Opened,
    policy: Policy,
}

impl<'a> Desk<'a> {
    fn open(console: &'a Console) -> Result<Self> {
        let tenant = console.house.chosen(console.place.tenant.as_deref())?;
        let opened = console.house.open(&tenant)?;
        let policy = program::policy(&console.house)?;
        Ok(Self { console, opened, policy })
    }

    fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let db = &self.opened.tenant.db;
        db.read_now(&db.caller(CALLER), work)
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let db = &self.opened.tenant.db;
        db.write_now(&db.caller(CALLER), work)
    }
}

/// As the journal names whoever has the machine: its operator.
const CALLER: &str = "system:command-line";
const JOB: &str = "command-line";
const PAGE: u32 = 200;

impl User {
    pub(super) fn run(&self, console: &Console) -> Result<Outcome> {
        let desk = Desk::open(console)?;
        match &self.command {
            UserCommand::List => list(&desk)?,
            UserCommand::Link { login, name, person, address } => {
                let (name, secret) = match (login, name, person) {
                    (Some(login), _, _) => by_login(&desk, login)?,
                    (None, _, Some(person)) => of_person(&desk, *person)?,
                    (None, Some(name), None) => of_person(&desk, named(&desk, name)?)?,
                    (None, None, None) => return Err(Refusal::invalid("cli.user-which").into()),
                };
                let hours = desk.policy.link.lifetime_hours;
                println!(
                    "{}",
                    console.say("cli-user-link", &[("name", name.into()), ("hours", hours.into())])
                );
                println!("{}", link_of(address, &secret));
            }
        }
        Ok(Outcome::Done)
    }
}

/// The address of a one-time link.
pub(super) fn link_of(address: &str, secret: &Secret) -> String {
    format!("{}/link/{}", address.trim_end_matches('/'), secret.reveal())
}

fn all(cx: &mut Cx<'_>) -> Result<Vec<Account>> {
    let mut accounts: Vec<Account> = Vec::new();
    loop {
        let after = accounts.last().map(|account| account.login.to_string()).unwrap_or_default();
        let page = account::list(cx, &after, PAGE)?;
        if page.is_empty() {
            return Ok(accounts);
        }
        accounts.extend(page);
    }
}

fn list(desk: &Desk<'_>) -> Result<()> {
    let say = |key: &str| desk.console.say(key, &[]);
    let accounts = desk.read(all)?;
    if accounts.is_empty() {
        println!("{}", say("cli-user-none"));
        return Ok(());
    }
    println!("{}", say("cli-user-head"));
    for account in accounts {
        let state = if account.closed_at.is_some() { "cli-user-closed" } else { "cli-user-open" };
        let factor = if account.second_factor == SecondFactor::On { "cli-on" } else { "cli-off" };
        println!("{}\t{}\t{}\t{}", account.login, account.name, say(state), say(factor));
    }
    Ok(())
}

fn account_of(desk: &Desk<'_>, login: &str) -> Result<Account> {
    let wanted = login.trim().to_lowercase();
    let found = desk.read(all)?.into_iter().find(|account| account.login.as_str() == wanted);
    found.ok_or_else(|| Refusal::not_found("cli.no-such-login").arg("login", login).into())
}

fn by_login(desk: &Desk<'_>, login: &str) -> Result<(String, Secret)> {
    of_person(desk, account_of(desk, login)?.person)
}

/// An invitation for whoever has no account, a new password for whoever has one.
fn of_person(desk: &Desk<'_>, person: Id<Person>) -> Result<(String, Secret)> {
    let policy = desk.policy.clone();
    desk.write(move |cx| {
        let permit = Permit::for_job("account.manage", JOB);
        match account::of_person(cx, person)? {
            Some(account) => ops::renewed(cx, &permit, &policy, &account),
            None => ops::invited(cx, &permit, &policy, person),
        }
    })
}

/// The one person of this name, with an account or without.
fn named(desk: &Desk<'_>, name: &str) -> Result<Id<Person>> {
    let wanted = name.trim().to_owned();
    let mut found: Vec<(Id<Person>, String)> = desk.read(move |cx| {
        let without = ops::without_account(cx, &wanted)?;
        let mut found: Vec<(Id<Person>, String)> = without
            .into_iter()
            .filter(|candidate| candidate.name == wanted)
            .map(|candidate| {
                let posts: Vec<String> = candidate.posts.into_iter().map(|(_, unit)| unit).collect();
                (candidate.person, posts.join("、"))
            })
            .collect();
        let with =
            all(cx)?.into_iter().filter(|account| account.name == wanted && account.closed_at.is_none());
        found.extend(with.map(|account| (account.person, account.login.to_string())));
        Ok(found)
    })?;
    match found.len() {
        1 => Ok(found.remove(0).0),
        0 => Err(Refusal::not_found("cli.no-such-name").arg("name", name).into()),
        _ => {
            let list: Vec<String> =
                found.iter().map(|(person, words)| format!("{person}（{words}）")).collect();
            Err(Refusal::conflict("cli.namesakes").arg("name", name).arg("list", list.join("、")).into())
        }
    }
}

impl Token {
    pub(super) fn run(&self, console: &Console) -> Result<Outcome> {
        let desk = Desk::open(console)?;
        match &self.command {
            TokenCommand::Create { user, label, days } => create(&desk, user, label, *days)?,
            TokenCommand::List { user } => tokens(&desk, user)?,
            TokenCommand::Revoke { id } => revoke(&desk, id)?,
        }
        Ok(Outcome::Done)
    }
}

fn create(desk: &Desk<'_>, user: &str, label: &str, days: u32) -> Result<()> {
    let account = account_of(desk, user)?.id;
    let expires_at = ops::in_days(desk.console.house.clock.now(), days);
    let (policy, label) = (desk.policy.clone(), label.to_owned());
    let secret = desk.write(move |cx| {
        let permit = Permit::for_job("token.manage", JOB);
        token::create(cx, &permit, &policy, NewToken { account, label: &label, expires_at })
    })?;
    // The sentence goes to standard error, so that a script reads nothing but the token.
    let until = base::clock::day_of(expires_at).to_string();
    eprintln!("{}", desk.console.say("cli-token-made", &[("until", until.into())]));
    println!("{}", secret.reveal());
    Ok(())
}

fn tokens(desk: &Desk<'_>, user: &str) -> Result<()> {
    let say = |key: &str| desk.console.say(key, &[]);
    let account = account_of(desk, user)?.id;
    let now = desk.console.house.clock.now();
    let tokens = desk.read(move |cx| token::list(cx, account))?;
    if tokens.is_empty() {
        println!("{}", say("cli-token-none"));
        return Ok(());
    }
    println!("{}", say("cli-token-head"));
    for token in tokens {
        let day = |at| base::clock::day_of(at).to_string();
        let state = match (token.revoked_at.is_some(), token.expires_at <= now) {
            (true, _) => "cli-token-revoked",
            (false, true) => "cli-token-expired",
            (false, false) => "cli-token-good",
        };
        let used = token.used_at.map_or_else(|| "—".to_owned(), day);
        println!("{}\t{}\t{}\t{used}\t{}", token.id, token.label, day(token.expires_at), say(state));
    }
    Ok(())
}

fn revoke(desk: &Desk<'_>, id: &str) -> Result<()> {
    let token: Id<noun::Token> =
        id.parse().map_err(|_| Refusal::invalid("cli.token-id-form").arg("id", id))?;
    desk.write(move |cx| token::revoke(cx, &Permit::for_job("token.manage", JOB), token))?;
    println!("{}", desk.console.say("cli-token-now-revoked", &[("id", id.into())]));
    Ok(())
}
