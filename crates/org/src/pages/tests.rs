//! The pages and interfaces, asked for by signed-in people.

use std::sync::Arc;

use access::{MasterKey, Permit, Policy, RightsTable, link, session::NewSession, sign_in};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use base::{Clock, Id, noun};
use db::testing::Fresh;
use object_store::memory::InMemory;
use tower::ServiceExt;
use web::{App, AppBuilder, Tenant};

use crate::{
    kind::Organisation,
    tests::{Town, engines, enter, give, town},
};

#[derive(serde::Deserialize)]
struct RightsFile {
    rights: Vec<access::Right>,
}

/// A running program over a small township, with an office director, a village secretary and an administrator.
struct House {
    app: App,
    fresh: Fresh,
    town: Town,
    people: [(Id<noun::Person>, String); 3],
}

fn policy() -> Policy {
    let mut policy = Policy::shipped().unwrap();
    (policy.password.memory_kib, policy.password.passes) = (64, 1);
    policy
}

fn house(fresh: Fresh) -> House {
    let town = town(&fresh);
    let roles = [
        ("李明", "office-director", &town.township),
        ("王建国", "village-secretary", &town.north),
        ("孙立", "system-admin", &town.township),
    ];
    let people = roles.map(|(name, role, unit)| {
        let person = enter(&fresh, name, unit.id);
        give(&fresh, &person, role, unit).unwrap();
        let cookie = sign_in(&fresh, person.id, name);
        (person.id, cookie)
    });
    let tenant = Tenant {
        code: "510183".into(),
        name: "某县".into(),
        db: fresh.db.clone(),
        master_key: Arc::new(MasterKey::from_bytes(&[7; 32]).unwrap()),
        files: Arc::new(InMemory::new()),
    };
    let file: RightsFile = toml::from_str(include_str!("../../../../regulations/rights.toml")).unwrap();
    let roles = include_str!("../../../../regulations/roles.toml");
    let organisation = Organisation::new(roles, policy().separation).unwrap();
    let office = web::Module {
        name: "office",
        migrations: &[],
        statements: Vec::new,
        texts: &[
            (base::Language::Chinese, include_str!("../../../office/text/zh-CN.ftl")),
            (base::Language::English, include_str!("../../../office/text/en.ftl")),
        ],
        routes: Vec::new,
    };
    let modules = vec![web::module(), office, crate::module()];
    let mut builder =
        AppBuilder::new(modules, vec![tenant], RightsTable::new(file.rights), crate::posts_of).unwrap();
    builder.policy = policy();
    builder.clock = Clock::manual(db::testing::morning());
    let app = builder.service(Arc::new(organisation)).build().unwrap();
    House { app, fresh, town, people }
}

/// Makes an account by invitation and signs in with it.
fn sign_in(fresh: &Fresh, person: Id<noun::Person>, name: &'static str) -> String {
    const PASSWORD: &str = "reed-bank-2041";
    let caller = fresh.db.caller("system:test");
    let login = format!("u{}", &person.to_string()[24..]);
    let new = access::NewPassword::make(&policy().password, &login, PASSWORD).unwrap();
    let place = access::Place { agent: "test".into(), origin: "192.0.2.1".into() };
    let (here, at) = (place.clone(), login.clone());
    let secret: NewSession = fresh
        .db
        .write_now(&caller, move |cx| {
            let holder = link::Holder { person, name };
            let permit = Permit::for_job("account.manage", "test");
            let secret = link::issue(cx, &permit, &policy(), holder, link::Purpose::Invite)?;
            link::redeem(cx, &secret.digest(), &new)?;
            let checked = sign_in::lookup(cx, &policy(), &at, &here)?.check(PASSWORD)?;
            match sign_in::finish(cx, &policy(), checked, &here)? {
                sign_in::SignIn::Open(session) => Ok(session),
                _ => Err(base::Error::fault("not signed in")),
            }
        })
        .unwrap();
    format!("luoshi_session={}", secret.secret.reveal())
}

impl House {
    fn ask(
        &self,
        who: usize,
        request: axum::http::request::Builder,
        body: Body,
    ) -> (StatusCode, String, String) {
        let request = request
            .header(header::HOST, "localhost")
            .header(header::COOKIE, &self.people[who].1)
            .body(body)
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let response = self.app.router().oneshot(request).await.unwrap();
            let (status, headers) = (response.status(), response.headers().clone());
            let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            let to = headers.get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
            (status, String::from_utf8_lossy(&bytes).into_owned(), to.unwrap_or_default())
        })
    }

    fn get(&self, who: usize, path: &str) -> (StatusCode, String) {
        let (status, body, _) = self.ask(who, Request::get(path), Body::empty());
        (status, body)
    }

    fn post(&self, who: usize, path: &str, form: &[(&str, &str)]) -> (StatusCode, String, String) {
        let encode = |text: &str| text.bytes().fold(String::new(), |out, byte| out + &format!("%{byte:02X}"));
        let pairs: Vec<String> =
            form.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(who, request, Body::from(pairs.join("&")))
    }

    fn upload(
        &self,
        who: usize,
        path: &str,
        fields: &[(&str, &str)],
        file: &str,
    ) -> (StatusCode, String, String) {
        let mut parts = Vec::new();
        for (name, value) in fields {
            parts.push(format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
        }
        if !file.is_empty() {
            parts.push(format!(
                "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"r.csv\"\r\nContent-Type: text/csv\r\n\r\n{file}\r\n"
            ));
        }
        parts.push("--x--\r\n".to_owned());
        let request = Request::post(path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        self.ask(who, request, Body::from(parts.concat()))
    }
}

const DIRECTOR: usize = 0;
const VILLAGE: usize = 1;
const ADMINISTRATOR: usize = 2;

fn left_keys(html: &str) -> Vec<&str> {
    let words = html.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.filter(|word| word.starts_with("org-") || word.starts_with("web-")).collect()
}

#[test]
fn every_page_is_shown_in_words_to_the_office() {
    for fresh in engines() {
        let house = house(fresh);
        let (north, wang) = (house.town.north.id, house.people[VILLAGE].0);
        for path in [
            "/organisation".to_owned(),
            "/organisation?q=%E5%8C%97%E5%B2%B8".to_owned(),
            format!("/organisation/units/{north}"),
            format!("/organisation/units/{}", house.town.township.id),
            "/organisation/persons".to_owned(),
            format!("/organisation/persons?unit={north}&q=%E7%8E%8B"),
            format!("/organisation/persons/{wang}"),
            "/organisation/roster".to_owned(),
            "/organisation/import/persons".to_owned(),
            "/organisation/import/units".to_owned(),
        ] {
            let (status, html) = house.get(DIRECTOR, &path);
            assert_eq!(status, StatusCode::OK, "{path}: {html}");
            assert_eq!(left_keys(&html), Vec::<&str>::new(), "{path}");
            assert!(html.contains("</html>"), "{path}");
        }
        assert_eq!(house.get(DIRECTOR, "/organisation/roster.xlsx").0, StatusCode::OK);
    }
}

#[test]
fn a_village_sees_its_own_people_and_edits_nothing() {
    for fresh in engines() {
        let house = house(fresh);
        let director = house.people[DIRECTOR].0;
        let (status, html) = house.get(VILLAGE, "/organisation/persons");
        assert!(status == StatusCode::OK && html.contains("王建国") && !html.contains("李明"), "{html}");
        let denied = house.get(VILLAGE, &format!("/organisation/persons/{director}")).0;
        assert_eq!(denied, StatusCode::FORBIDDEN);
        let (_, body) = house.get(VILLAGE, "/api/v1/posts");
        assert!(body.contains("village-secretary") && !body.contains("office-director"), "{body}");
        let (_, body) = house.get(VILLAGE, &format!("/api/v1/persons?unit={}", house.town.township.id));
        assert!(body.contains("王建国") && !body.contains("李明"), "{body}");
        let add = format!("/organisation/units/{}/add", house.town.north.id);
        let form = [("add_name", "一组"), ("add_kind", "group")];
        assert_eq!(house.post(VILLAGE, &add, &form).0, StatusCode::FORBIDDEN);
        let (_, html) = house.get(VILLAGE, &format!("/organisation/units/{}", house.town.north.id));
        assert!(!html.contains("/add\""));
    }
}

#[test]
fn the_office_adds_a_unit_and_gives_a_post_but_makes_no_administrator() {
    for fresh in engines() {
        let house = house(fresh);
        let add = format!("/organisation/units/{}/add", house.town.north.id);
        let form = [("add_name", "一组"), ("add_kind", "group")];
        let (status, body, _) = house.post(DIRECTOR, &add, &form);
        assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
        // What was refused is said, and what was typed is still there.
        let (status, body, _) = house.post(DIRECTOR, &add, &form);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(body.contains("这里已有“一组”") && body.contains("value=\"一组\""), "{body}");
        let wang = house.people[VILLAGE].0.to_string();
        let (south, township) = (house.town.south.id.to_string(), house.town.township.id.to_string());
        let post = |role: &str, unit: &str| {
            let form = [
                ("post_person", wang.as_str()),
                ("post_role", role),
                ("post_unit", unit),
                ("post_from", "2026-11-22"),
            ];
            house.post(DIRECTOR, "/organisation/posts", &form)
        };
        assert_eq!(post("village-stationed", &south).0, StatusCode::SEE_OTHER);
        let (status, body, _) = post("security-admin", &township);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        let (_, html) = house.get(DIRECTOR, &format!("/organisation/persons/{wang}"));
        assert!(html.contains("南岸村") && !html.contains("安全管理员"));
    }
}

#[test]
fn an_invitation_is_shown_once_and_only_to_who_manages_accounts() {
    for fresh in engines() {
        let house = house(fresh);
        let invite = format!("/organisation/persons/{}/invite", house.people[VILLAGE].0);
        let (_, list) = house.get(ADMINISTRATOR, "/organisation/persons");
        assert!(list.contains("王建国"));
        let (status, body, _) = house.post(ADMINISTRATOR, &invite, &[]);
        assert!(status == StatusCode::OK && body.contains("/link/"), "{status} {body}");
        assert_eq!(house.post(DIRECTOR, &invite, &[]).0, StatusCode::FORBIDDEN);
    }
}

#[test]
fn a_roster_is_checked_returned_and_taken_in_through_the_wizard() {
    for fresh in engines() {
        let house = house(fresh);
        let unit = house.town.township.id.to_string();
        let path = "/organisation/import/persons";
        let fields = [("unit", unit.as_str()), ("do", "check")];
        let wrong = "姓名,单位,职务\n赵红,南案村,村主任\n";
        let (status, body, _) = house.upload(DIRECTOR, path, &fields, wrong);
        assert!(status == StatusCode::OK && body.contains("第 2 行") && body.contains("南案村"), "{body}");
        assert_eq!(left_keys(&body), Vec::<&str>::new());
        let carried = |body: &str| {
            let rest = &body[body.find("name=\"carried\" value=\"").unwrap() + 22..];
            rest[..rest.find('"').unwrap()].to_owned()
        };
        let step = |body: &str, todo: &str| {
            let carried = carried(body);
            let columns = [("column_name", "0"), ("column_unit", "1"), ("column_role", "2")];
            let mut fields = vec![
                ("unit", unit.as_str()),
                ("file_name", "r.csv"),
                ("carried", carried.as_str()),
                ("do", todo),
            ];
            fields.extend(columns);
            house.upload(DIRECTOR, path, &fields, "")
        };
        let (status, workbook, _) = step(&body, "return");
        assert!(status == StatusCode::OK && workbook.starts_with("PK"));
        let right = "姓名,单位,职务\n赵红,南岸村,村主任\n";
        let (_, body, _) = house.upload(DIRECTOR, path, &fields, right);
        let (status, page, to) = step(&body, "run");
        assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, path), "{page}");
        let (_, html) = house.get(DIRECTOR, "/organisation/roster");
        assert!(html.contains("赵红"));
        assert!(house.fresh.db.engine() == db::Engine::Sqlite || html.contains("南岸村"));
    }
}
