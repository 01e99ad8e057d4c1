//! One story per verb, named after the rule it proves.

use regulation::Holder;

use super::world::{RECTIFICATION, done, refused, towns};
use crate::{
    acts::{self, Resident},
    model::{Move, Mover, possible_moves},
    store::{self, Audience},
};

#[test]
fn a_case_has_a_number_a_clock_a_holder_and_a_date_from_the_start() {
    for town in towns() {
        let raised = town.raises("占道经营");
        assert_eq!(raised.number.as_deref(), Some("整改〔2026〕1号"));
        let case = town.case(raised.id);
        assert_eq!(case.head.state, "collected");
        assert_eq!(case.head.holder, Holder::Office);
        // Fifteen days from 2 March, counted to a working day.
        assert_eq!(case.head.next_word.unwrap().to_string(), "2026-03-17");
        assert_eq!(case.clock("assigning").unwrap().due.to_string(), "2026-03-17");
        assert_eq!(case.head.late_on, case.head.next_word);
        assert_eq!(town.raises("第二件").number.as_deref(), Some("整改〔2026〕2号"));
    }
}

#[test]
fn what_was_said_stays_verbatim() {
    for town in towns() {
        let raised = town.raises("路灯　不亮 ");
        let before = town.case(raised.id).detail;
        let edit = Move::new("correct").field("detail", "别的话").note("改一改");
        assert_eq!(refused(town.takes("干事", raised.id, edit)), "case.unexpected-field");
        town.takes("干事", raised.id, Move::new("correct").field("title", "路灯不亮").note("改标题"))
            .unwrap();
        assert_eq!(town.case(raised.id).detail, before);
        assert!(town.read(store::verify_cases).is_empty());
    }
}

#[test]
fn an_assignment_names_a_leader_a_department_a_person_and_a_day() {
    for town in towns() {
        let raised = town.raises("占道经营");
        let bare = town.takes("干事", raised.id, Move::new("assign"));
        let missing: Vec<String> =
            bare.unwrap_err().refusals().iter().filter_map(|refusal| refusal.field.clone()).collect();
        assert_eq!(missing, ["class", "leader", "department", "person", "due"]);
        let head = town.takes("干事", raised.id, town.assignment()).unwrap();
        // The class brings its term of thirty days.
        assert_eq!(head.due.unwrap().to_string(), "2026-04-01");
        assert_eq!((head.holder, head.holder_person), (Holder::Handler, Some(town.id("所员"))));
        let case = town.case(raised.id);
        assert!(case.clock("assigning").is_none());
        assert_eq!(case.clock("accepting").unwrap().due.to_string(), "2026-03-04");
        assert_eq!(
            town.read({
                let actor = town.who("分管").clone();
                move |cx| store::unseen(cx, &actor)
            }),
            1
        );
    }
}

#[test]
fn a_problem_solved_in_steps_needs_its_plan() {
    for town in towns() {
        let raised = town.raises("修路");
        let stepwise = town.assignment().field("class", "stepwise");
        assert_eq!(refused(town.takes("干事", raised.id, stepwise.clone())), "case.condition");
        town.takes("干事", raised.id, stepwise.field("steps", "四月勘察\n五月施工")).unwrap();
    }
}

#[test]
fn only_somebody_in_office_can_be_put_in_charge_and_no_day_can_be_past() {
    for town in towns() {
        let raised = town.raises("占道经营");
        let nobody = town.assignment().field("person", town.unit("东村"));
        assert_eq!(refused(town.takes("干事", raised.id, nobody)), "case.no-such-person");
        let past = town.assignment().field("due", "2026-03-01");
        assert_eq!(refused(town.takes("干事", raised.id, past)), "case.day-past");
        let list = town.assignment().field("class", "someday");
        assert_eq!(refused(town.takes("干事", raised.id, list)), "case.not-in-list");
    }
}

#[test]
fn a_neighbouring_township_and_the_public_move_nothing() {
    for town in towns() {
        let raised = town.raises("占道经营");
        assert_eq!(refused(town.takes("邻主任", raised.id, town.assignment())), "access.no-right");
        assert_eq!(refused(town.takes("村书记", raised.id, town.assignment())), "access.no-right");
        let other = town.raises("别的事");
        let receipt = other.receipt.clone().unwrap();
        let crossed = town.write("resident", move |cx, rules, _| {
            let proof = acts::prove_token(cx, &receipt.token)?;
            acts::take(cx, rules, Mover::Resident(&proof), (raised.id, &Move::new("retract").note("算了")))
        });
        assert_eq!(refused(crossed), "case.not-yours");
    }
}

#[test]
fn a_return_is_possible_once_within_five_working_days_and_is_ruled_on() {
    for town in towns() {
        let raised = town.raises("占道经营");
        town.takes("干事", raised.id, town.assignment()).unwrap();
        let objection = Move::new("return").field("ground", "not-ours").note("不属于本所职责");
        assert_eq!(
            refused(town.takes("所员", raised.id, Move::new("return").field("ground", "not-ours"))),
            "case.missing-note"
        );
        let head = town.takes("所员", raised.id, objection.clone()).unwrap();
        assert_eq!((head.state.as_str(), head.holder), ("objecting", Holder::Office));
        let head = town.takes("主任", raised.id, Move::new("rule-uphold").note("属于市场管理")).unwrap();
        assert_eq!(head.state, "assigned");
        assert_eq!(refused(town.takes("所员", raised.id, objection.clone())), "case.limit-reached");
        let late = town.raises("又一件");
        town.takes("干事", late.id, town.assignment()).unwrap();
        town.day("2026-03-10");
        assert_eq!(refused(town.takes("所员", late.id, objection)), "case.window-closed");
    }
}

#[test]
fn a_released_case_is_with_the_office_again_and_with_nobody_else() {
    for town in towns() {
        let raised = town.raises("占道经营");
        town.takes("干事", raised.id, town.assignment()).unwrap();
        town.takes("所员", raised.id, Move::new("return").field("ground", "not-ours").note("不属于本所"))
            .unwrap();
        let head = town.takes("主任", raised.id, Move::new("rule-release").note("同意")).unwrap();
        assert_eq!((head.leader, head.department, head.handler), (None, None, None));
        assert_eq!(head.holder, Holder::Office);
        let case = town.case(raised.id);
        assert!(case.clock("handling").is_none() && case.clock("assigning").is_some());
        assert_eq!(case.present("department").count(), 0);
    }
}

#[test]
fn joint_handling_ends_when_every_department_has_signed() {
    for town in towns() {
        let raised = town.handling("集市污水");
        let joint = Move::new("joint").field("co_departments", town.unit("农业办"));
        let head = town.takes("分管", raised.id, joint).unwrap();
        assert_eq!((head.state.as_str(), head.holder), ("joint", Holder::Joint));
        assert_eq!(refused(town.takes("所员", raised.id, done())), "case.condition");
        assert_eq!(
            refused(town.takes("所员", raised.id, Move::new("countersign").note("好"))),
            "access.no-right"
        );
        town.takes("农办", raised.id, Move::new("countersign").note("沟渠已疏通")).unwrap();
        let again = town.takes("农办", raised.id, Move::new("countersign").note("再签"));
        assert_eq!(refused(again), "case.already-countersigned");
        assert_eq!(town.takes("所员", raised.id, done()).unwrap().state, "handled");
    }
}

#[test]
fn an_extension_needs_the_leader_and_moves_the_day() {
    for town in towns() {
        let raised = town.handling("修路");
        let ask = Move::new("extend-request").field("new_due", "2026-05-06").note("材料未到");
        let head = town.takes("所员", raised.id, ask).unwrap();
        assert_eq!(head.holder_person, Some(town.id("分管")));
        assert_eq!(
            refused(town.takes("所员", raised.id, Move::new("extend-approve").note("可"))),
            "access.no-right"
        );
        let head = town.takes("分管", raised.id, Move::new("extend-approve").note("同意延期")).unwrap();
        assert_eq!((head.state.as_str(), head.extended), ("handling", 1));
        assert_eq!(head.due.unwrap().to_string(), "2026-05-06");
        assert_eq!(town.case(raised.id).clock("handling").unwrap().due, head.due.unwrap());
        let again = Move::new("extend-request").field("new_due", "2026-06-05").note("再延");
        town.takes("所员", raised.id, again).unwrap();
        let limit = town.takes("分管", raised.id, Move::new("extend-approve").note("再同意"));
        assert_eq!(refused(limit), "case.limit-reached");
    }
}

#[test]
fn a_clock_pauses_while_the_resident_is_asked() {
    for town in towns() {
        let raised = town.handling("噪音");
        let due = town.case(raised.id).head.due.unwrap();
        let head = town.takes("所员", raised.id, Move::new("ask").note("是哪一家店？")).unwrap();
        assert_eq!(head.holder, Holder::Resident);
        assert!(town.case(raised.id).clock("handling").unwrap().paused_on.is_some());
        town.day("2026-03-09");
        let head = town.resident_takes(&raised, Move::new("answer").note("东头第二家")).unwrap();
        assert_eq!(head.state, "handling");
        // Seven days of waiting are not the handler's.
        assert_eq!(due.to_string(), "2026-04-01");
        assert_eq!(head.due.unwrap().to_string(), "2026-04-08");
        assert_eq!(town.case(raised.id).clock("handling").unwrap().due, head.due.unwrap());
    }
}

#[test]
fn a_slip_has_a_number_and_must_be_answered_before_the_case_is_done() {
    for town in towns() {
        let raised = town.handling("占道经营");
        let slip = Move::new("supervise").field("slip_reason", "major").note("限期答复");
        assert_eq!(refused(town.takes("干事", raised.id, slip.clone())), "access.no-right");
        let head = town.takes("书记", raised.id, slip).unwrap();
        assert_eq!(head.slips_open, 1);
        let case = town.case(raised.id);
        assert_eq!(case.slips[0].number, "督办〔2026〕1号");
        assert_eq!(
            (case.slips[0].reason.as_deref(), case.slips[0].due.to_string().as_str()),
            (Some("major"), "2026-03-09")
        );
        assert_eq!(refused(town.takes("所员", raised.id, done())), "case.condition");
        town.takes("所员", raised.id, Move::new("answer-slip").note("已安排")).unwrap();
        assert_eq!(town.case(raised.id).slips[0].answer.as_deref(), Some("已安排"));
        town.takes("所员", raised.id, done()).unwrap();
    }
}

#[test]
fn the_parent_of_parts_closes_last() {
    for town in towns() {
        let raised = town.handling("三处路灯和下水");
        let one = town.takes("干事", raised.id, Move::new("split").field("parts", "只有一件"));
        assert_eq!(refused(one), "case.too-few-parts");
        town.takes("干事", raised.id, Move::new("split").field("parts", "路灯\n\n下水")).unwrap();
        let hangings = town.read(move |cx| store::hangings(cx, raised.id));
        assert_eq!(hangings.parts.iter().map(|p| p.title.as_str()).collect::<Vec<_>>(), ["路灯", "下水"]);
        assert_eq!(town.case(raised.id).open_parts, 2);
        assert_eq!(refused(town.takes("所员", raised.id, done())), "case.condition");
    }
}

#[test]
fn a_duplicate_follows_the_survivor_and_its_resident_hears_there() {
    for town in towns() {
        let (first, second) = (town.handling("占道经营"), town.raises("还是占道经营"));
        let merge = Move::new("merge").note("同一件事");
        let itself = merge.clone().field("merged_into", second.id);
        assert_eq!(refused(town.takes("干事", second.id, itself)), "case.merge-into-itself");
        let head =
            town.takes("干事", second.id, merge.field("merged_into", first.number.clone().unwrap())).unwrap();
        assert_eq!((head.state.as_str(), head.merged_into), ("merged", Some(first.id)));
        town.takes("所员", first.id, Move::new("report").note("已约谈摊主")).unwrap();
        let heard = town.read(move |cx| store::timeline(cx, second.id, Audience::Resident));
        let last = heard.last().unwrap();
        assert_eq!((last.of_case, last.note.as_deref()), (Some(first.id), Some("已约谈摊主")));
        assert!(
            town.read(move |cx| store::notices_for_raiser(cx, second.id))
                .iter()
                .any(|n| n.key.ends_with(".report"))
        );
        let head = town.resident_takes(&second, Move::new("unmerge").note("不是一件事")).unwrap();
        assert_eq!((head.state.as_str(), head.merged_into), ("collected", None));
    }
}

#[test]
fn what_moved_meanwhile_is_not_moved_by_an_old_page() {
    for town in towns() {
        let raised = town.raises("占道经营");
        let seen = town.case(raised.id).head.version;
        town.takes("干事", raised.id, town.assignment()).unwrap();
        let stale = Move { version: Some(seen), ..Move::new("comment").note("看过") };
        assert_eq!(refused(town.takes("干事", raised.id, stale)), "case.stale");
    }
}

#[test]
fn the_page_offers_what_can_be_done_and_says_why_the_rest_cannot() {
    for town in towns() {
        let raised = town.handled("占道经营");
        let case = town.case(raised.id);
        let rules = town.rules();
        let offered = |name: &str| -> Vec<(String, bool)> {
            let mover = Mover::Person(town.who(name));
            let moves = possible_moves(&rules, mover, &case, super::world::now_of(&town)).unwrap();
            moves.iter().map(|one| (one.transition.key.clone(), one.allowed.is_ok())).collect()
        };
        assert!(offered("主任").contains(&("send-back".to_owned(), true)));
        // A verifier is drawn when the resident has been silent, not before.
        assert!(offered("主任").contains(&("draw-verifier".to_owned(), false)));
        assert!(offered("所员").iter().all(|(key, _)| key != "confirm" && key != "strike-off"));
        assert!(offered("邻主任").is_empty());
        assert_eq!(rules.procedure(RECTIFICATION).unwrap().transition("confirm").unwrap().title, "确认结果");
    }
}

#[test]
fn an_anonymous_resident_follows_with_the_receipt_alone() {
    for town in towns() {
        let raised = town.raises_as("有人乱倒垃圾", Resident::Anonymous);
        let receipt = raised.receipt.clone().unwrap();
        let number = receipt.number.clone();
        let wrong = town.write("resident", move |cx, _, _| acts::prove_code(cx, &number, "000000"));
        assert!(refused(wrong) == "case.wrong-code" || receipt.code == "000000");
        let case = town.case(raised.id);
        assert!(case.head.anonymous && case.head.has_raiser);
        town.resident_takes(&raised, Move::new("retract").note("已经清走了")).unwrap();
        assert_eq!(town.case(raised.id).head.state, "withdrawn");
    }
}
