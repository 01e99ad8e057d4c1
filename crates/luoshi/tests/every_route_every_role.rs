//! Every route × every role, by the gate of the route and the table of rights; and what a neighbour, or
//! another county, never gets to read.

use std::{collections::BTreeSet, io::Read, sync::Arc};

use axum::{
    body::{Body, to_bytes},
    http::{Request, header},
};
use base::{Clock, Ids};
use luoshi::house::House;
use serde_json::json;
use testkit::{Reply, Visitor, World};
use tower::ServiceExt;
use web::{Gate, Route};

/// Words planted in the first township's cases. Long enough that nothing else says them by accident; a
/// search for their first two characters must not bring up the rest.
const MARKS: [&str; 6] = ["青鸾题记甲", "玄鹤原话乙", "赤乌姓名丙", "白泽私注丁", "苍麟答复戊", "玉虬地点己"];
const CONTACT: &str = "13987651234";

struct Planted {
    case: String,
    number: String,
    code: String,
}

/// A case of the first township with a mark in everything that can hold one.
fn plant(w: &World) -> Planted {
    let clerk = w.with_token("office-clerk");
    let body = json!({
        "procedure": "rectification", "title": MARKS[0], "detail": MARKS[1], "channel": "visit",
        "unit": w.places.villages[0], "raiser": MARKS[2], "contact": CONTACT, "place": MARKS[5],
    });
    let made = clerk.api("POST", "/api/v1/cases", &body).must_be(201).json();
    let case = made["id"].as_str().expect("an id").to_owned();
    let to = format!("/api/v1/cases/{case}/transitions");
    let take = |visitor: &Visitor<'_>, step: serde_json::Value| {
        let _ = visitor.api("POST", &to, &step).must_be(200);
    };
    take(&clerk, json!({ "transition": "assign", "fields": w.assignment(), "private_note": MARKS[3] }));
    let staff = w.with_token("department-staff");
    take(&staff, json!({ "transition": "accept" }));
    take(&staff, json!({ "transition": "report", "note": MARKS[4], "private_note": MARKS[3] }));
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let receipt = &made["receipt"];
    Planted { case, number: text(&receipt["number"]), code: text(&receipt["code"]) }
}

/// The path with ids of the first township in it.
fn filled(w: &World, path: &str, planted: &Planted) -> String {
    let id = if path.contains("/cases/") {
        planted.case.clone()
    } else if path.contains("/units/") {
        w.places.township.to_string()
    } else if path.contains("/persons/") {
        w.person("office-clerk").to_string()
    } else if path.contains("/regulations/") {
        "rectification-ledger".to_owned()
    } else {
        "01900000-0000-7000-8000-000000000001".to_owned()
    };
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        out.push_str(&id);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    out + rest
}

/// What the gate must say to somebody.
fn complaint(w: &World, route: &Route, who: &str, reply: &Reply) -> Option<String> {
    let is_public = who == "the public" || who == "a resident";
    let turned_away =
        reply.status == 401 || (reply.status == 303 && reply.location().starts_with("/sign-in?"));
    let said = format!("{} {} as {who}: {}", route.method, route.path, reply.status);
    if reply.status >= 500 {
        return Some(format!("{said}, a fault: {}", reply.text().chars().take(300).collect::<String>()));
    }
    let passes = match route.gate {
        Gate::Public => true,
        Gate::SignedIn => !is_public,
        Gate::Action(action) => might(w, who, action),
    };
    match (passes, is_public) {
        (true, false) if reply.status == 401 && route.gate != Gate::Public => {
            Some(format!("{said}, though signed in"))
        }
        (false, true) if !turned_away => Some(format!("{said}, not asked to sign in")),
        (false, false) if !matches!(reply.status, 403 | 404) => Some(format!("{said}, not refused")),
        _ => None,
    }
}

/// By the table itself, not by the program's reading of it.
fn might(w: &World, who: &str, action: &str) -> bool {
    let role = w.cast.get(who).and_then(|member| member.role.as_deref());
    let is_signed_in = w.cast.contains_key(who);
    let grants =
        |by: &String| by == "@public" || is_signed_in && (by.starts_with('@') || Some(by.as_str()) == role);
    w.app.rights().rows().filter(|right| right.action == action).flat_map(|right| &right.by).any(grants)
}

fn visitor<'w>(w: &'w World, who: &str, planted: &Planted) -> Visitor<'w> {
    match who {
        "the public" => w.public(),
        "a resident" => {
            let resident = w.resident();
            let fields = [("number", planted.number.as_str()), ("code", planted.code.as_str())];
            let _ = resident.post_form("/public/follow", &fields);
            resident
        }
        _ => w.signed_in(who),
    }
}

#[test]
fn every_route_answers_every_role_as_the_table_of_rights_says() {
    let w = World::new();
    let planted = plant(&w);
    let mut everybody: Vec<&str> = w.cast.keys().copied().collect();
    everybody.extend(["the public", "a resident"]);
    let mut routes = w.app.routes();
    // What changes something comes last, so that it cannot spoil what is read.
    routes.sort_by_key(|route| (route.method != "GET", route.path));
    assert!(routes.len() > 40, "only {} routes", routes.len());
    let mut wrong = Vec::new();
    for who in everybody {
        for route in &routes {
            let reply = visitor(&w, who, &planted).any(route.method, &filled(&w, route.path, &planted));
            wrong.extend(complaint(&w, route, who, &reply));
            // Signing out, ending sessions, setting a password.
            if route.gate == Gate::SignedIn && route.method != "GET" || route.path.contains("sign-") {
                w.forget_sessions();
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_gate_names_an_action_of_the_table() {
    let w = World::new();
    let known: BTreeSet<&str> = w.app.rights().rows().map(|right| right.action.as_str()).collect();
    for route in w.app.routes() {
        if let Gate::Action(action) = route.gate {
            assert!(known.contains(action), "{} {} names {action}", route.method, route.path);
        }
    }
}

/// The words of an answer, those inside a zip (xlsx, docx) too.
fn words(reply: &Reply) -> String {
    let mut words = reply.text();
    if let Ok(mut zip) = zip::ZipArchive::new(std::io::Cursor::new(&reply.body)) {
        for index in 0..zip.len() {
            let mut text = Vec::new();
            let _ = zip.by_index(index).expect("a member").read_to_end(&mut text);
            words.push_str(&String::from_utf8_lossy(&text));
        }
    }
    words
}

/// Ways of asking for what is not one's own.
fn questions(mark: &str) -> Vec<String> {
    let half: String = mark.chars().take(2).collect();
    let mut out = form_urlencoded::Serializer::new(String::new());
    let q = out.append_pair("q", &half).finish();
    vec![
        String::new(),
        format!("?{q}"),
        "?unit=510998100".into(),
        "?limit=200".into(),
        "?mine=holding".into(),
    ]
}

#[test]
fn a_neighbour_never_reads_what_is_not_theirs() {
    let w = World::new();
    let planted = plant(&w);
    let own = w.with_token("office-clerk").get(&format!("/api/v1/cases/{}", planted.case)).must_be(200);
    assert!(own.says(MARKS[1]), "the office itself reads the case");
    let reads = |who: &str, path: &str| words(&w.signed_in(who).get(path));
    assert!(reads("office-clerk", "/cases?q=%E9%9D%92%E9%B8%BE").contains(MARKS[0]), "the search finds it");
    let strangers = [
        "neighbour-office-director",
        "neighbour-office-clerk",
        "neighbour-leader",
        "neighbour-village-secretary",
        "nobody",
        "second-village-secretary",
        "second-department-head",
        "system-admin",
        "security-admin",
    ];
    let mut leaks = Vec::new();
    for who in strangers {
        for route in w.app.routes().iter().filter(|route| route.method == "GET") {
            let path = filled(&w, route.path, &planted);
            for question in questions(MARKS[0]).into_iter().chain(questions(MARKS[1])) {
                let told = reads(who, &format!("{path}{question}"));
                let marks = MARKS.iter().chain([&CONTACT]);
                leaks.extend(
                    marks
                        .filter(|mark| told.contains(**mark))
                        .map(|mark| format!("{who} reads {mark} at {path}{question}")),
                );
            }
        }
        let hidden = w.signed_in(who).get(&format!("/cases/{}", planted.case));
        assert!(matches!(hidden.status, 403 | 404), "{who} at the case page: {}", hidden.status);
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

#[test]
fn a_case_one_may_not_see_does_not_exist() {
    let w = World::new();
    let planted = plant(&w);
    let neighbour = w.with_token("neighbour-office-director");
    let nowhere = "01900000-0000-7000-8000-000000000001";
    for path in ["", "/timeline", "/moves"] {
        let hidden = neighbour.get(&format!("/api/v1/cases/{}{path}", planted.case)).must_be(404);
        let absent = neighbour.get(&format!("/api/v1/cases/{nowhere}{path}")).must_be(404);
        assert_eq!(hidden.text(), absent.text(), "the two answers differ");
    }
    let step = json!({ "transition": "report", "note": "与我无关" });
    let hidden =
        neighbour.api("POST", &format!("/api/v1/cases/{}/transitions", planted.case), &step).must_be(404);
    let absent = neighbour.api("POST", &format!("/api/v1/cases/{nowhere}/transitions"), &step).must_be(404);
    assert_eq!(hidden.text(), absent.text(), "the two answers differ");
    let listed = neighbour.get("/api/v1/cases").must_be(200).json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(0));
}

#[test]
fn contact_data_and_private_notes_stay_where_they_belong() {
    let w = World::new();
    let planted = plant(&w);
    // The handler works without knowing who it is.
    for who in ["department-staff", "office-clerk", "deputy-leader"] {
        for path in ["/cases/{}", "/api/v1/cases/{}", "/api/v1/cases/{}/timeline"] {
            let told = words(&w.signed_in(who).get(&path.replace("{}", &planted.case)));
            for mark in [MARKS[2], CONTACT] {
                assert!(!told.contains(mark), "{who} reads {mark} at {path} without giving a reason");
            }
        }
    }
    // The resident never reads a private note.
    let resident = visitor(&w, "a resident", &planted);
    for route in w.app.routes().iter().filter(|route| route.method == "GET" && route.gate == Gate::Public) {
        let path = route.path.replace("{id}", &planted.case);
        assert!(!words(&resident.get(&path)).contains(MARKS[3]), "a private note at {path}");
    }
}

#[test]
fn another_county_does_not_know_the_session_or_the_token() {
    let (here, there) = (World::new(), World::new());
    let mut other = there.tenant().clone();
    other.code = "510997".to_owned();
    let home = tempfile::tempdir().expect("a temporary directory");
    let house = House {
        data: home.path().to_owned(),
        database: None,
        clock: Clock::manual(here.now()),
        ids: Arc::new(Ids::seeded(3)),
    };
    let app = luoshi::app_of(&house, vec![here.tenant().clone(), other]).expect("a program of two counties");
    let token = here.token("office-director");
    let ask = |host: &str, token: &str| {
        let request = Request::get("/api/v1/cases")
            .header(header::HOST, host)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::empty())
            .expect("a request");
        here.wait(async {
            let response = app.router().oneshot(request).await.expect("an answer");
            let status = response.status().as_u16();
            let _ = to_bytes(response.into_body(), usize::MAX).await;
            status
        })
    };
    assert_eq!(ask("510998.localhost", &token), 200);
    assert_eq!(ask("510997.localhost", &token), 401);
    assert_eq!(ask("510997.localhost", &there.token("office-director")), 200);
    assert_eq!(ask("510996.localhost", &token), 421, "a county that is not here");
    let id = here.raised("只在本县");
    let elsewhere = there.with_token("office-director").get(&format!("/api/v1/cases/{id}"));
    assert_eq!(elsewhere.status, 404);
}
