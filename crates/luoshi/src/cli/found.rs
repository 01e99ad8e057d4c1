//! `init`: a county with its real townships and villages, and the two links it begins with.

use std::sync::Arc;

use access::{
    MasterKey, Permit, Policy, Secret,
    link::{self, Holder, Purpose},
};
use base::{Language, Refusal, Result};
use clap::{Args, ValueEnum};
use db::Cx;
use journal::{HashName, Keys, Parameters};
use org::{
    Organisation,
    person::{NewPerson, PersonFacts},
    post::{NewPost, Tenure},
    unit::{Unit, acts::Founded},
};
use regulation::{Compendium, Titled};

use super::{
    Console, Outcome,
    accounts::{ADDRESS, link_of},
};
use crate::{
    house::{Opened, TenantFile},
    program,
};

/// `luoshi init`
#[derive(Args)]
pub(super) struct Init {
    /// 县级区划代码 The county's six-digit division code
    #[arg(long)]
    division: String,
    /// 网址 The address the printed links begin with
    #[arg(long, env = "LUOSHI_ADDRESS", default_value = ADDRESS)]
    address: String,
    /// 日志名称 The name of the journal on its checkpoints, one nobody else uses
    #[arg(long)]
    origin: Option<String>,
    /// 杂凑算法 The hash algorithm of the journal, fixed for good
    #[arg(long, value_enum, default_value_t = Hash::Sha256)]
    hash: Hash,
}

/// The hash algorithms of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Hash {
    /// SHA-256
    #[value(name = "sha-256")]
    Sha256,
    /// SM3 国密 GB/T 32905
    Sm3,
}

/// Whoever sets a fresh tenant up: one makes accounts, the other gives posts, so that neither can do
/// both. The third administrator (audit) is given by these two.
const FIRST: [(&str, Purpose); 2] =
    [("system-admin", Purpose::FirstAdministrator), ("security-admin", Purpose::Invite)];

const JOB: &str = "init";

impl Init {
    pub(super) fn run(&self, console: &Console) -> Result<Outcome> {
        let tenant = self.tenant()?;
        let opened = console.house.found(&tenant)?;
        let app = program::app_of(&console.house, vec![opened.tenant.clone()], program::Cookies::Plain)?;
        let compendium = app.service::<Compendium>()?;
        let organisation = app.service::<Organisation>()?;
        let policy = app.policy().clone();
        self.fix_parameters(&tenant, &opened)?;

        let titles = titles(&compendium, Language::Chinese);
        let (code, master) = (tenant.code.clone(), Arc::clone(&opened.tenant.master_key));
        let db = &opened.tenant.db;
        let (founded, secrets) = db.write_now(&db.caller("system:init"), move |cx| {
            let founded = org::unit::acts::found(cx, &Permit::for_job("org.edit", JOB), &code)?;
            let secrets = first_links(cx, (&policy, &organisation), &master, (&founded.root, &titles))?;
            Ok((founded, secrets))
        })?;
        // Sealed at once, so that the first verification already has something to hold on to.
        let keys = Keys::from_bytes(&opened.log_keys.to_bytes());
        let seal = move |cx: &mut Cx<'_>| {
            while journal::seal(cx, &keys)?.is_some() {}
            Ok(())
        };
        db.write_operational_now(&db.caller("system:seal"), seal)?;
        console.house.settle(&tenant)?;
        self.announce(console, &founded, (&secrets, &compendium, app.policy()));
        Ok(Outcome::Done)
    }

    fn tenant(&self) -> Result<TenantFile> {
        let code = self.division.trim();
        let unknown = || Refusal::invalid("cli.division-form").arg("code", code);
        if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(unknown().into());
        }
        let division = org::division::find(code).ok_or_else(unknown)?;
        Ok(TenantFile { code: code.to_owned(), name: division.name })
    }

    /// Name and hash of the journal, before its first entry.
    fn fix_parameters(&self, tenant: &TenantFile, opened: &Opened) -> Result<()> {
        let origin = self.origin.clone().unwrap_or_else(|| format!("luoshi/{}/journal", tenant.code));
        let hash = match self.hash {
            Hash::Sha256 => HashName::Sha256,
            Hash::Sm3 => HashName::Sm3,
        };
        let parameters = Parameters { origin, hash };
        let db = &opened.tenant.db;
        db.write_operational_now(&db.caller("system:init"), move |cx| parameters.set(cx))
    }

    fn announce(&self, console: &Console, founded: &Founded, with: (&[Secret], &Compendium, &Policy)) {
        let (secrets, compendium, policy) = with;
        let args = [
            ("name", founded.root.name.as_str().into()),
            ("code", self.division.as_str().into()),
            ("townships", founded.townships.into()),
            ("villages", founded.villages.into()),
        ];
        println!("{}", console.say("cli-founded", &args));
        println!("{}", console.say("cli-founded-links", &[("hours", policy.link.lifetime_hours.into())]));
        for (title, secret) in titles(compendium, console.language).into_iter().zip(secrets) {
            let address = link_of(&self.address, secret);
            println!(
                "{}",
                console.say("cli-link-role", &[("role", title.into()), ("address", address.into())])
            );
        }
        println!("{}", console.say("cli-founded-next", &[]));
    }
}

/// The titles of the first administrators.
fn titles(compendium: &Compendium, language: Language) -> Vec<String> {
    let title = |key: &str| {
        let role = compendium.roles().get(key);
        role.map_or_else(|| key.to_owned(), |role| role.title(language).to_owned())
    };
    FIRST.iter().map(|(role, _)| title(role)).collect()
}

/// Enters the first administrators, gives them their posts at the head of the tree, and issues a link
/// to each. They bear the names of their offices until somebody edits them.
fn first_links(
    cx: &mut Cx<'_>,
    rules: (&Policy, &Organisation),
    master: &MasterKey,
    at: (&Unit, &[String]),
) -> Result<Vec<Secret>> {
    let (policy, organisation) = rules;
    let (root, titles) = at;
    let mut secrets = Vec::new();
    for ((role, purpose), title) in FIRST.into_iter().zip(titles) {
        let facts = PersonFacts { name: title.clone(), ..PersonFacts::default() };
        let new = NewPerson { facts, unit: root.id, import: None };
        let person = org::person::acts::enter(cx, &Permit::for_job("person.edit", JOB), master, &new)?;
        let post = NewPost {
            person: person.id,
            role: role.to_owned(),
            unit: root.id,
            term: (cx.today(), None),
            tenure: Tenure::Full,
            note: String::new(),
            import: None,
        };
        let action = org::post::acts::action_for(organisation.role(role)?);
        org::post::acts::give(cx, &Permit::for_job(action, JOB), organisation, &post)?;
        let holder = Holder { person: person.id, name: &person.name };
        secrets.push(link::issue(cx, &Permit::for_job("account.manage", JOB), policy, holder, purpose)?);
    }
    Ok(secrets)
}
