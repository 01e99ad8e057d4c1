//! The JSON interface as programs of others meet it: fixed names, repeated requests, paging, refusals.

use std::collections::BTreeSet;

use serde_json::json;

#[test]
fn a_request_sent_again_raises_nothing_twice() {
    for w in testkit::worlds() {
        let clerk = w.with_token("office-clerk");
        let send = |body: &serde_json::Value, key: &str| {
            clerk.api_with("POST", "/api/v1/cases", body, &[("idempotency-key", key)])
        };
        let first = send(&w.problem("水渠淤塞"), "k-1").must_be(201);
        let again = send(&w.problem("水渠淤塞"), "k-1").must_be(201);
        assert_eq!(first.text(), again.text());
        let other = send(&w.problem("另一件事"), "k-1").must_be(409);
        assert_eq!(other.json()["errors"][0]["reason"], "access.idempotency-mismatch");
        assert_eq!(other.headers["content-type"], "application/problem+json");
        let listed = clerk.get("/api/v1/cases").must_be(200).json();
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
        let made = first.json();
        for member in ["id", "number", "state"] {
            assert!(made[member].is_string(), "{member}: {made}");
        }
        for member in ["number", "code", "token"] {
            assert!(made["receipt"][member].is_string(), "receipt.{member}: {made}");
        }
        let key = "k".repeat(300);
        assert_eq!(send(&w.problem("键太长"), &key).status, 422);
    }
}

#[test]
fn pages_of_the_list_meet_and_the_filter_holds_on_each() {
    for w in testkit::worlds() {
        let clerk = w.with_token("office-clerk");
        let mut raised = BTreeSet::new();
        for number in 0..7 {
            raised.insert(w.raised(&format!("第{number}处路灯不亮")));
        }
        let _ = clerk.api("POST", "/api/v1/cases", &json!({
            "title": "桥面破损", "detail": "有个大洞。", "channel": "online", "unit": "510998100202", "anonymous": false,
        })).must_be(201);
        let (mut seen, mut cursor) = (BTreeSet::new(), String::new());
        loop {
            let path = format!("/api/v1/cases?channel=visit&limit=3&cursor={cursor}");
            let page = clerk.get(&path).must_be(200).json();
            let items = page["items"].as_array().expect("items");
            assert!(items.len() <= 3);
            for item in items {
                assert!(seen.insert(item["id"].as_str().expect("an id").to_owned()), "twice: {item}");
            }
            let Some(next) = page["next"].as_str() else { break };
            cursor = next.replace('%', "%25").replace('|', "%7C").replace(':', "%3A").replace('+', "%2B");
        }
        assert_eq!(seen, raised);
        let count = |query: &str| {
            let page = clerk.get(&format!("/api/v1/cases?{query}")).must_be(200).json();
            page["items"].as_array().map_or(0, Vec::len)
        };
        assert_eq!(count("q=%E8%B7%AF%E7%81%AF"), 7, "路灯");
        assert_eq!(count("unit=510998100201"), 7);
        assert_eq!(count("unit=510998100"), 8, "the township and below it");
        assert_eq!(count(&format!("unit={}", w.places.villages[1])), 1);
        assert_eq!(count("state=collected"), 8);
        assert_eq!(count("state=struck"), 0);
        assert_eq!(count("overdue=1"), 0);
        for unreadable in ["limit=0", "limit=201", "sort=random", "unit=no-such", "due_within=soon"] {
            assert_eq!(clerk.get(&format!("/api/v1/cases?{unreadable}")).status, 422, "{unreadable}");
        }
    }
}

#[test]
fn a_case_goes_from_raised_to_struck_off_with_two_keys() {
    for w in testkit::worlds() {
        let clerk = w.with_token("office-clerk");
        let made = clerk.api("POST", "/api/v1/cases", &w.problem("井盖缺失")).must_be(201).json();
        let id = made["id"].as_str().expect("an id").to_owned();
        let to = format!("/api/v1/cases/{id}/transitions");
        let step = |who: &str, body: serde_json::Value| w.with_token(who).api("POST", &to, &body);
        let missing = step("office-clerk", json!({ "transition": "assign" })).must_be(422).json();
        let fields: BTreeSet<&str> = missing["errors"]
            .as_array()
            .expect("errors")
            .iter()
            .filter_map(|e| e["field"].as_str())
            .collect();
        for field in ["class", "leader", "department", "person"] {
            assert!(fields.contains(field), "{field} is not named as missing: {missing}");
        }
        let early = step("department-staff", json!({ "transition": "handled" }));
        assert_eq!(early.status, 404, "not theirs yet, so not there: {}", early.text());
        let assigned = step("office-clerk", json!({ "transition": "assign", "fields": w.assignment() }))
            .must_be(200)
            .json();
        assert_eq!(assigned["state"], "assigned");
        assert_eq!(assigned["person"]["id"], w.person("department-staff").to_string());
        let twice =
            step("office-clerk", json!({ "transition": "assign", "fields": w.assignment() })).must_be(409);
        assert!(
            twice.json()["errors"][0]["reason"].as_str().is_some_and(|reason| reason.starts_with("case."))
        );
        let stale = json!({ "transition": "accept", "version": 1 });
        assert_eq!(step("department-staff", stale).status, 409, "the case has changed since");
        let _ = step("department-staff", json!({ "transition": "accept" })).must_be(200);
        let answer = json!({ "result": "solved", "answer": "井盖已补齐。" });
        let handled = step("department-staff", json!({ "transition": "handled", "fields": answer }))
            .must_be(200)
            .json();
        assert_eq!(handled["state"], "handled");
        let own = step("department-staff", json!({ "transition": "strike-off" }));
        assert!(matches!(own.status, 403 | 409), "whoever handled it strikes it off: {}", own.text());
        let early = step("office-director", json!({ "transition": "strike-off" })).must_be(409);
        assert_eq!(early.headers["content-type"], "application/problem+json");
        let moves =
            w.with_token("office-director").get(&format!("/api/v1/cases/{id}/moves")).must_be(200).json();
        let names: BTreeSet<&str> = moves["items"]
            .as_array()
            .expect("moves")
            .iter()
            .filter_map(|m| m["transition"].as_str())
            .collect();
        assert!(names.contains("send-back"), "{names:?}");
        assert!(!names.contains("confirm"), "the second key is the resident's: {names:?}");
        let timeline = clerk.get(&format!("/api/v1/cases/{id}/timeline")).must_be(200).json();
        let taken: Vec<&str> = timeline["items"]
            .as_array()
            .expect("events")
            .iter()
            .filter_map(|e| e["transition"].as_str())
            .collect();
        assert_eq!(taken, ["intake", "assign", "accept", "handled"]);
    }
}

#[test]
fn what_is_raised_says_who_is_missing_or_not_allowed() {
    let w = testkit::World::new();
    let clerk = w.with_token("office-clerk");
    let status = |body: &serde_json::Value| clerk.api("POST", "/api/v1/cases", body).status;
    assert_eq!(status(&json!({ "title": "只有标题" })), 422);
    assert_eq!(status(&json!({ "title": 5 })), 422);
    assert_eq!(clerk.post_form("/api/v1/cases", &[("title", "不是 JSON")]).status, 422);
    let mut body = w.problem("匿名却带姓名");
    body["anonymous"] = json!(true);
    body["raiser"] = json!("王芳");
    assert_eq!(status(&body), 422);
    let mut body = w.problem("没有的程序");
    body["procedure"] = json!("no-such-procedure");
    assert!(matches!(status(&body), 404 | 422));
    let mut body = w.problem("从前的事");
    body["raised_at"] = json!("2026-03-02");
    assert_eq!(status(&body), 201, "whoever may import may enter a day of the past");
    body["title"] = json!("将来的事");
    body["raised_at"] = json!("2027-03-02");
    assert_eq!(status(&body), 422);
    let head = w.with_token("department-head");
    body["raised_at"] = json!("2026-03-02");
    assert_eq!(head.api("POST", "/api/v1/cases", &body).status, 403);
    assert_eq!(w.public().api("POST", "/api/v1/cases", &w.problem("没有令牌")).status, 401);
    assert_eq!(w.public().with_token("luoshi_made-up").get("/api/v1/cases").status, 401);
}

#[test]
fn a_workbook_goes_in_and_the_ledger_comes_out() {
    for w in testkit::worlds() {
        let clerk = w.with_token("office-clerk");
        let table = "问题,原话,收集方式,所在村（社区）\n路灯不亮,晚上看不见,上门走访,柳树村\n水压不足,三楼没有水,网络信息,石桥村\n";
        let sent = clerk.post_file("/api/v1/import/cases", &[], ("file", "台账.csv", table.as_bytes()));
        let done = sent.must_be(201).json();
        assert_eq!(done["raised"], 2, "{done}");
        assert!(done["import"].is_string());
        let wrong = table.replace("柳树村", "无此村");
        let refused = clerk.post_file("/api/v1/import/cases", &[], ("file", "台账二.csv", wrong.as_bytes()));
        let refused = refused.must_be(422).json();
        assert!(refused["refused"][0]["detail"].is_string(), "{refused}");
        let csv = clerk.get("/api/v1/export/cases.csv").must_be(200);
        for words in ["晚上看不见", "三楼没有水"] {
            assert!(csv.says(words), "{words} is not in the export");
        }
        let xlsx = clerk.get("/api/v1/export/cases.xlsx?channel=online").must_be(200);
        assert_eq!(&xlsx.body[..2], b"PK");
        assert_eq!(w.with_token("village-director").get("/api/v1/export/cases.csv").status, 403);
    }
}

#[test]
fn the_description_names_what_is_fixed() {
    let w = testkit::World::new();
    let api = w.public().get("/api/v1/openapi.json").must_be(200).json();
    for (method, path) in [
        ("post", "/api/v1/cases"),
        ("get", "/api/v1/cases"),
        ("get", "/api/v1/cases/{id}"),
        ("post", "/api/v1/cases/{id}/transitions"),
        ("get", "/api/v1/cases/{id}/timeline"),
        ("post", "/api/v1/import/cases"),
        ("get", "/api/v1/export/cases.xlsx"),
        ("get", "/api/v1/log/checkpoint"),
        ("get", "/api/v1/log/proof"),
    ] {
        assert!(api["paths"][path][method].is_object(), "{method} {path}");
    }
    let described: BTreeSet<&str> =
        api["paths"].as_object().expect("paths").keys().map(String::as_str).collect();
    for route in w.app.routes().iter().filter(|route| route.path.starts_with("/api/")) {
        assert!(described.contains(route.path), "{} is not described", route.path);
    }
}
