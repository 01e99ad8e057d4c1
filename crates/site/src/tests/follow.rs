//! Following, deciding, and what is never shown.

use axum::http::StatusCode;
use case::{
    acts::{self, On},
    model::Move,
};

use super::world::{World, between, worlds};

/// A marker that must never reach a resident.
const PRIVATE: &str = "内部：反映人是老上访户";

#[test]
fn a_resident_follows_by_code_and_confirms() {
    for world in worlds() {
        let slip = world.resident().raises(&[]);
        let case = world.newest().head.id;
        world.is_assigned(case, PRIVATE);
        world.is_said_to_be_done(case);
        // Another telephone, borrowed.
        let phone = world.resident();
        assert_eq!(phone.follows(&slip.number, &slip.code).to, "/public/follow/case");
        let page = phone.get("/public/follow/case");
        page.says("机耕道已经填平").says("已解决").says("轮到您了").says("请您答复，最迟").says("抽取核验人");
        // What cannot be taken back is asked once more.
        let asked = phone.moves("confirm", "谢谢", "");
        asked.says("真的要“确认结果”吗").says("谢谢");
        assert_eq!(world.newest().head.state, "handled");
        assert_eq!(phone.moves("confirm", "谢谢", "yes").to, "/public/follow/case");
        assert_eq!(world.newest().head.state, "confirmed");
        assert_eq!(phone.post("/public/follow/end", &[]).to, "/public/follow");
        assert_eq!(phone.get("/public/follow/case").to, "/public/follow");
    }
}

#[test]
fn not_solved_needs_a_reason_and_goes_back_to_the_department() {
    for world in worlds() {
        let phone = world.resident();
        let slip = phone.raises(&[]);
        let case = world.newest().head.id;
        world.is_assigned(case, PRIVATE);
        world.is_said_to_be_done(case);
        phone.follows(&slip.number, &slip.code);
        assert_eq!(phone.moves("reject", "", "").status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(phone.moves("reject", "一下雨又塌了", "").to, "/public/follow/case");
        let head = world.newest().head;
        assert_eq!((head.state.as_str(), head.reopened), ("handling", 1));
        // What had been answered stays in its place.
        phone.get("/public/follow/case").says("一下雨又塌了").says("农业农村办公室").says("机耕道已经填平");
    }
}

#[test]
fn a_question_is_answered_and_a_word_and_a_file_are_added() {
    for world in worlds() {
        let phone = world.resident();
        let slip = phone.raises(&[]);
        let case = world.newest().head.id;
        world.is_assigned(case, PRIVATE);
        world.takes("办事员周平", case, Move::new("ask").note("塌了多长一段？"));
        phone.get(&format!("/public/follow/{}", slip.link));
        phone.get("/public/follow/case").says("塌了多长一段？").says("轮到您了");
        phone.moves("answer", "三十来米", "");
        assert_eq!(world.newest().head.state, "handling");
        phone.moves("add-word", "昨天又塌了一截", "");
        phone.send("/public/follow/case/files", &[], ("图.pdf", b"%PDF-1.7 y"));
        let page = phone.get("/public/follow/case");
        page.says("三十来米").says("昨天又塌了一截").says("图.pdf");
        let file = between(&page.body, "href=\"/public/follow/case/files/", "\"");
        let path = format!("/public/follow/case/files/{file}");
        assert_eq!(phone.get(&path).body, "%PDF-1.7 y");
        // Nobody else gets it.
        assert_eq!(world.resident().get(&path).to, "/public/follow");
        let other = world.resident();
        let theirs = other.raises(&[]);
        other.follows(&theirs.number, &theirs.code);
        assert_eq!(other.get(&path).status, StatusCode::NOT_FOUND);
    }
}

#[test]
fn wrong_number_and_wrong_code_get_the_same_answer_and_guessing_is_stopped() {
    for world in worlds() {
        let slip = world.resident().raises(&[]);
        let phone = world.resident();
        let wrong = if slip.code == "000000" { "000001" } else { "000000" };
        let known = phone.follows(&slip.number, wrong);
        let unknown = phone.follows("整改〔2026〕999号", wrong);
        assert_eq!(known.status, StatusCode::FORBIDDEN);
        let told = |page: &str| between(page, "role=\"alert\">", "</div>");
        assert_eq!((known.status, told(&known.body)), (unknown.status, told(&unknown.body)));
        for _ in 0..5 {
            assert_eq!(told(&phone.follows(&slip.number, wrong).body), told(&known.body));
        }
        // From now on even the right code opens nothing, with the same answer.
        assert_eq!(told(&phone.follows(&slip.number, &slip.code).body), told(&known.body));
        for _ in 0..5 {
            phone.follows(&slip.number, wrong);
        }
        assert_eq!(phone.follows(&slip.number, wrong).status, StatusCode::TOO_MANY_REQUESTS);
        world.wait_minutes(61);
        assert_eq!(phone.follows(&slip.number, &slip.code).to, "/public/follow/case");
    }
}

#[test]
fn digits_are_enough_for_the_number_however_they_are_typed() {
    for world in worlds() {
        let slip = world.resident().raises(&[]);
        for written in ["1", "2026 1", "２０２６ １", "整改(2026)1号", " 整改〔2026〕1号 "] {
            let phone = world.resident();
            let code: String = slip.code.chars().flat_map(|digit| [digit, ' ']).collect();
            assert_eq!(phone.follows(written, &code).to, "/public/follow/case", "{written}");
        }
    }
}

#[test]
fn the_link_opens_the_case_without_staying_in_the_address_and_for_a_while_only() {
    for world in worlds() {
        let slip = world.resident().raises(&[]);
        let phone = world.resident();
        assert_eq!(phone.get(&format!("/public/follow/{}", slip.link)).to, "/public/follow/case");
        let page = phone.get("/public/follow/case");
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.body.contains(&slip.link) && !page.body.contains(&slip.code));
        world.wait_minutes(31);
        assert_eq!(phone.get("/public/follow/case").to, "/public/follow");
        assert_eq!(phone.get("/public/follow/nonsense").to, "/public/follow");
    }
}

#[test]
fn private_notes_and_names_of_handlers_never_reach_the_public() {
    for world in worlds() {
        let phone = world.resident();
        let slip = phone.raises(&[("who", "named"), ("name", "王桂兰"), ("phone", "13812345678")]);
        let case = world.newest().head.id;
        world.is_assigned(case, PRIVATE);
        let mut report = Move::new("report").note("本周进场");
        report.private_note = Some(PRIVATE.to_owned());
        world.takes("办事员周平", case, report);
        world.takes("主任", case, Move::new("comment").note(PRIVATE));
        world.is_said_to_be_done(case);
        phone.follows(&slip.number, &slip.code);
        let mut bodies: Vec<String> = ["/public", "/public/raise", "/public/follow", "/public/follow/case"]
            .iter()
            .flat_map(|path| [phone.get(path).body, phone.get(&format!("{path}?lang=en")).body])
            .collect();
        bodies.push(phone.get(&slip.page).body);
        bodies.push(phone.moves("confirm", "", "").body);
        bodies.push(phone.moves("reject", "", "").body);
        assert!(bodies[6].contains("本周进场"));
        for body in bodies {
            for hidden in [PRIVATE, "老上访户", "周平", "王桂兰", "13812345678"] {
                assert!(!body.contains(hidden), "{hidden} in {body}");
            }
        }
    }
}

#[test]
fn the_resident_sees_who_opened_the_contact_and_why() {
    for world in worlds() {
        let phone = world.resident();
        let slip = phone.raises(&[("who", "named"), ("name", "王桂兰"), ("phone", "13812345678")]);
        let id = world.newest().head.id;
        phone.follows(&slip.number, &slip.code);
        phone.get("/public/follow/case").says("没有人看过");
        opens(&world, id);
        phone.get("/public/follow/case").says("约定上门时间").says("电话");
    }
}

fn opens(world: &World, case: base::Id<base::noun::Case>) {
    let master = world.app.tenants().next().unwrap().master_key.clone();
    let caller = world.fresh.db.caller("system:test");
    let open = move |cx: &mut db::Cx<'_>| {
        let permit = access::Permit::for_job("case.unseal", "test");
        acts::unseal_raiser(cx, &master, On { permit: &permit, case }, ("phone", "约定上门时间"))
    };
    assert_eq!(world.fresh.db.write_now(&caller, open).unwrap(), "13812345678");
}
