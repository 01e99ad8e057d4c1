//! A county to measure on: the demo, and as many invented cases as asked for.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use access::{Permit, UnitPath, token};
use base::{Clock, Error, Id, Ids, Result, noun::Unit};
use case::acts::{NewCase, Resident};
use web::{App, Tenant};

use crate::{demo, house::House, program};

/// The county with a token of somebody who sees all of the township.
pub(super) struct County {
    pub(super) app: App,
    pub(super) tenant: Tenant,
    pub(super) home: PathBuf,
    pub(super) token: String,
    pub(super) sees: UnitPath,
    pub(super) villages: Vec<Id<Unit>>,
}

/// Loads the demo and lets its office director in.
pub(super) fn found(home: &Path, database: Option<&str>) -> Result<County> {
    let house = House {
        data: home.to_owned(),
        database: database.map(str::to_owned),
        clock: Clock::System,
        ids: Arc::new(Ids::random()),
    };
    let accounts = demo::ready(&house)?;
    let program = program::assemble(&house, program::Cookies::Plain)?;
    let tenant = program.tenants.first().ok_or_else(|| Error::fault("no demo county"))?.tenant.clone();
    let director = accounts
        .iter()
        .find(|account| account.role == "office-director")
        .ok_or_else(|| Error::fault("the demo has no office director"))?
        .login
        .clone();
    let (app, policy) = (program.app.clone(), program.app.policy().clone());
    let caller = tenant.db.caller("system:bench");
    let (token, sees, villages) = tenant.db.write_now(&caller, move |cx| {
        let all = access::account::list(cx, "", 1_000)?;
        let account = all
            .into_iter()
            .find(|account| account.login.as_str() == director)
            .ok_or_else(|| Error::fault("the office director has no account"))?;
        let expires_at = cx.now() + Duration::from_secs(24 * 3600);
        let new = token::NewToken { account: account.id, label: "bench", expires_at };
        let secret = token::create(cx, &Permit::for_job("token.manage", "bench"), &policy, new)?;
        let posts = org::posts_of(cx, account.person)?;
        let sees = posts.into_iter().next().ok_or_else(|| Error::fault("no post"))?.unit_path;
        let villages = org::units_within(cx, &sees)?.into_iter().filter(|unit| unit.code.is_some());
        Ok((secret.reveal().to_owned(), sees, villages.map(|unit| unit.id).collect()))
    })?;
    Ok(County { app, tenant, home: home.to_owned(), token, sees, villages })
}

const PLACES: [&str; 8] = ["村口", "晒坝", "幸福路", "老桥头", "小学旁", "三组", "五组", "便民服务点"];
const TROUBLES: [&str; 12] = [
    "路灯不亮",
    "垃圾清运不及时",
    "机耕道雨后泥泞",
    "自来水压力不足",
    "夜间施工噪音大",
    "医保报销材料反复退回",
    "排水沟堵塞",
    "公交班次太少",
    "低保复核迟迟没有结果",
    "电线老化下垂",
    "健身器材损坏",
    "占道停放影响通行",
];
const CHANNELS: [&str; 8] =
    ["form", "meeting", "online", "visit", "petition-reception", "questionnaire", "mailbox", "talk"];

/// An invented case; every number gives another.
pub(super) fn invented(county: &County, number: usize) -> NewCase {
    let pick = |list: &'static [&'static str], step: usize| list[number / step % list.len()];
    let (place, trouble) = (pick(&PLACES, 1), pick(&TROUBLES, 3));
    // One case in five thousand has a word nobody else has.
    let rare = if number % 5_000 == 17 { "，桥下发现白鹭窝" } else { "" };
    let title = format!("{place}{trouble}（第{number}件）");
    let detail = format!(
        "{place}附近{trouble}，已经有{}个多月了{rare}。反映过{}次，希望镇里派人来看一看，给个准话。",
        number % 9 + 1,
        number % 4 + 1
    );
    let unit = county.villages[number % county.villages.len().max(1)];
    let mut new = NewCase::new("rectification", &title, &detail, unit);
    new.channel = Some(pick(&CHANNELS, 5).to_owned());
    new.resident = Resident::Anonymous;
    new
}

/// Raises `count` cases, many to a transaction.
pub(super) fn grow(county: &County, count: usize) -> Result<Duration> {
    const CHUNK: usize = 500;
    let begun = Instant::now();
    let db = &county.tenant.db;
    for first in (0..count).step_by(CHUNK) {
        let new: Vec<NewCase> =
            (first..(first + CHUNK).min(count)).map(|number| invented(county, number)).collect();
        let (book, master) = (case::Rulebook::of(&county.app)?, Arc::clone(&county.tenant.master_key));
        db.write_now(&db.caller("system:bench"), move |cx| {
            let permit = Permit::for_job("case.create", "bench");
            case::acts::raise_many(cx, &book.rules(), (&permit, &master), &new).map(|_| ())
        })?;
    }
    Ok(begun.elapsed())
}
