//! Longer stories: the second key, the lot, the clocks, imports, lists.

use access::Permit;
use base::Id;
use db::{Statement, values};

use super::world::{RECTIFICATION, Town, done, refused, towns};
use crate::{
    acts::{self, NewCase, NewImport, Resident},
    model::{Move, draw},
    store::{self, Audience, CaseFinding, Filter, Mine, Sight, Sort},
};

#[test]
fn whoever_handles_a_case_cannot_close_it() {
    for town in towns() {
        let raised = town.handled("占道经营");
        // The director takes part by explaining, so the director cannot strike it off either.
        let other = town.raises("问政策");
        town.takes("主任", other.id, Move::new("explain-at-intake").field("answer", "依据某某规定。"))
            .unwrap();
        town.resident_takes(&other, Move::new("confirm")).unwrap();
        assert_eq!(refused(town.takes("主任", other.id, Move::new("strike-off"))), "case.needs-second-key");
        town.takes("干事", other.id, Move::new("strike-off")).unwrap();
        // Nobody confirms for the resident.
        for name in ["所员", "所长", "分管", "主任", "干事", "书记"] {
            assert_eq!(
                refused(town.takes(name, raised.id, Move::new("confirm"))),
                "access.no-right",
                "{name}"
            );
        }
        assert_eq!(
            refused(town.takes("干事", raised.id, Move::new("strike-off"))),
            "case.not-from-this-state"
        );
    }
}

#[test]
fn the_resident_confirms_and_the_office_strikes_off() {
    for town in towns() {
        let raised = town.handled("占道经营");
        town.resident_takes(&raised, Move::new("confirm").note("解决了")).unwrap();
        let head = town.takes("干事", raised.id, Move::new("strike-off")).unwrap();
        assert!(head.closed_at.is_some() && head.late_on.is_none() && head.next_word.is_none());
        let case = town.case(raised.id);
        assert!(case.clocks.iter().all(|run| !run.is_active()));
        assert_eq!(case.clocks.iter().find(|run| run.key == "handling").unwrap().was_late, Some(false));
        town.day("2026-04-20");
        let head = town.resident_takes(&raised, Move::new("reopen-struck").note("又摆出来了")).unwrap();
        assert_eq!((head.state.as_str(), head.reopened), ("collected", 1));
    }
}

#[test]
fn the_lot_falls_outside_the_handling_chain_and_can_be_drawn_again_by_anybody() {
    for town in towns() {
        let raised = town.handled("占道经营");
        town.day("2026-03-12");
        assert_eq!(town.clock_runs(), 0, "the tenth day is still the resident's");
        town.day("2026-03-13");
        assert_eq!(town.clock_runs(), 1);
        assert_eq!(town.clock_runs(), 0, "running again changes nothing");
        let case = town.case(raised.id);
        assert_eq!(case.head.state, "verifying");
        let verifier = case.verifier().unwrap();
        assert!([town.id("监委一"), town.id("监委二")].contains(&verifier));
        let id = raised.id;
        let events = town.read(move |cx| store::timeline(cx, id, Audience::Staff));
        let drawn = &events.last().unwrap().fields["draw"];
        let pool =
            drawn["pool"].as_array().unwrap().iter().map(|p| p.as_str().unwrap().parse().unwrap()).collect();
        let again = draw(id, pool, drawn["seed"].as_str().unwrap()).unwrap();
        assert_eq!(again.drawn, verifier);
        let (mine, other) = if verifier == town.id("监委一") {
            ("监委一", "监委二")
        } else {
            ("监委二", "监委一")
        };
        assert_eq!(refused(town.takes(other, id, Move::new("verify").note("属实"))), "access.no-right");
        assert_eq!(
            town.takes(mine, id, Move::new("verify").note("现场看过，属实")).unwrap().state,
            "confirmed"
        );
    }
}

#[test]
fn a_department_never_verifies_its_own_work_and_the_lot_goes_up_when_the_village_handled() {
    for town in towns() {
        let raised = town.raises_as("村道积水", Resident::Absent);
        town.takes("干事", raised.id, town.assignment_to("东村", "村书记")).unwrap();
        town.takes("村书记", raised.id, Move::new("accept")).unwrap();
        town.takes("村书记", raised.id, done()).unwrap();
        // Nobody can be asked, so the office need not wait.
        town.takes("干事", raised.id, Move::new("draw-verifier")).unwrap();
        // The supervision members belong to the village that did the work.
        assert_eq!(town.case(raised.id).verifier(), Some(town.id("代表")));
        // Whoever was drawn is not drawn again; then the county's inspector is left, then nobody.
        town.takes("干事", raised.id, Move::new("draw-again")).unwrap();
        assert_eq!(town.case(raised.id).verifier(), Some(town.id("督查")));
        assert_eq!(refused(town.takes("干事", raised.id, Move::new("draw-again"))), "case.nobody-to-draw");
    }
}

#[test]
fn when_nobody_can_be_drawn_the_office_is_told_once_and_the_platform_tries_again() {
    for town in towns() {
        let raised = town.handled("占道经营");
        town.write("system:test", |cx, _, _| {
            static LEAVE: Statement = Statement::new(
                "test.leave",
                "UPDATE post SET to_on = '2026-03-03' WHERE role IN ($1, $2, $3)",
            );
            cx.execute(&LEAVE, values!["supervision-member", "people-delegate", "inspector"])?;
            cx.mark_journalled();
            Ok(())
        })
        .unwrap();
        town.day("2026-03-13");
        assert_eq!((town.clock_runs(), town.clock_runs()), (1, 0));
        let clerk = town.who("干事").clone();
        let bell = town.read(move |cx| store::notices(cx, &clerk, 10));
        assert_eq!(bell.iter().filter(|notice| notice.key == "stuck.draw-verifier").count(), 1);
        assert_eq!(town.case(raised.id).head.state, "handled");
        town.day("2026-03-16");
        assert_eq!(town.clock_runs(), 1);
    }
}

#[test]
fn lateness_is_told_once_and_in_working_hours() {
    for town in towns() {
        let raised = town.raises("占道经营");
        town.takes("干事", raised.id, town.assignment()).unwrap();
        town.day("2026-03-04");
        assert_eq!(town.clock_runs(), 0, "the last day is still in time");
        town.fresh.clock.set("2026-03-05T00:30:00Z".parse().unwrap());
        assert_eq!(town.clock_runs(), 0, "half past eight in the morning disturbs nobody");
        town.day("2026-03-05");
        assert_eq!((town.clock_runs(), town.clock_runs()), (1, 0));
        let director = town.who("主任").clone();
        let bell = town.read(move |cx| store::notices(cx, &director, 10));
        assert_eq!(bell.iter().map(|notice| notice.key.as_str()).collect::<Vec<_>>(), ["late.accepting"]);
        // First completion decides: accepting late is late for ever.
        town.takes("所员", raised.id, Move::new("accept")).unwrap();
        let case = town.case(raised.id);
        assert_eq!(case.clocks.iter().find(|run| run.key == "accepting").unwrap().was_late, Some(true));
    }
}

#[test]
fn the_resident_never_reads_a_private_note_or_a_name() {
    for town in towns() {
        let raised = town.handling("占道经营");
        let report = Move {
            private_note: Some("摊主是熟人".to_owned()),
            ..Move::new("report").note("正在约谈")
        };
        town.takes("所员", raised.id, report).unwrap();
        town.takes("干事", raised.id, Move::new("comment").note("盯紧这件")).unwrap();
        let read = town.read(move |cx| store::timeline(cx, raised.id, Audience::Resident));
        let words = format!("{read:?}");
        assert!(words.contains("正在约谈") && !words.contains("熟人") && !words.contains("盯紧"));
        assert!(!words.contains(&town.id("所员").to_string()) && !words.contains("\"person:"));
    }
}

fn rows(town: &Town, import: Option<Id<base::noun::Import>>, n: usize) -> Vec<NewCase> {
    (0..n)
        .map(|row| NewCase {
            channel: Some("online".to_owned()),
            import,
            source_key: Some(format!("file:{row}")),
            extra: vec![("原表序号".to_owned(), row.to_string())],
            ..NewCase::new(
                RECTIFICATION,
                &format!("第{row}件"),
                &format!("第{row}个人说，夜里噪音太大。"),
                town.unit("西村"),
            )
        })
        .collect()
}

fn imports(town: &Town, n: usize) -> Id<base::noun::Import> {
    let permit = Permit::for_job("case.import", "test");
    let new = NewImport {
        file_name: "留言.xlsx".to_owned(),
        sha256: "00".to_owned(),
        mapping: serde_json::json!({}),
        rows: 0,
        by: None,
    };
    let begun = permit.clone();
    let import = town.write("干事", move |cx, _, _| acts::begin_import(cx, &begun, (&new, "f"))).unwrap();
    let rows = rows(town, Some(import), n);
    town.write("干事", move |cx, rules, master| acts::raise_many(cx, rules, (&permit, master), &rows))
        .unwrap();
    import
}

#[test]
fn loading_a_workbook_twice_makes_no_second_case_and_a_bad_row_makes_none_at_all() {
    for town in towns() {
        imports(&town, 3);
        let (again, mut bad) = (rows(&town, None, 5), rows(&town, None, 9));
        bad[7].channel = Some("telepathy".to_owned());
        let permit = Permit::for_job("case.import", "test");
        let with = permit.clone();
        let refusal = town
            .write("干事", move |cx, rules, master| acts::raise_many(cx, rules, (&with, master), &bad))
            .unwrap_err();
        assert!(refusal.refusals()[0].args.contains(&("row".into(), "7".to_owned())));
        let raised = town
            .write("干事", move |cx, rules, master| acts::raise_many(cx, rules, (&permit, master), &again))
            .unwrap();
        assert_eq!(raised.iter().filter(|one| one.known_before).count(), 3);
        assert_eq!(town.read(|cx| store::count(cx, &Sight::everything(), &Filter::default())), 5);
    }
}

#[test]
fn an_import_is_undone_as_a_whole_unless_a_case_of_it_has_moved() {
    for town in towns() {
        let import = imports(&town, 4);
        let kept = town.raises("留下的");
        let first = town
            .read(|cx| {
                store::heads(
                    cx,
                    &Sight::everything(),
                    &Filter { sort: Sort::Oldest, ..Filter::default() },
                    (None, 1),
                )
            })
            .0;
        let second_import = {
            town.takes("干事", first[0].id, Move::new("comment").note("看过")).unwrap();
            import
        };
        let undo = |reason: &'static str| {
            let permit = Permit::for_job("case.import.undo", "test");
            town.write("主任", move |cx, _, _| acts::undo_import(cx, &permit, (second_import, reason)))
        };
        assert_eq!(refused(undo("")), "case.missing-reason");
        assert_eq!(refused(undo("传错了文件")), "case.import-moved");
        town.write("system:test", |cx, _, _| {
            static AS_NEW: Statement = Statement::new("test.as-new", "UPDATE case_head SET version = 1");
            cx.execute(&AS_NEW, &[])?;
            cx.mark_journalled();
            Ok(())
        })
        .unwrap();
        assert_eq!(undo("传错了文件").unwrap(), 4);
        assert_eq!(refused(undo("再撤一次")), "case.import-undone-already");
        let left = town.read(|cx| store::heads(cx, &Sight::everything(), &Filter::default(), (None, 9))).0;
        assert_eq!(left.iter().map(|head| head.id).collect::<Vec<_>>(), [kept.id]);
        assert!(town.read(store::recount_tally).holds());
        assert!(town.read(store::verify_cases).is_empty());
        let found = town.read(|cx| {
            store::count(
                cx,
                &Sight::everything(),
                &Filter { q: Some("噪音".to_owned()), ..Filter::default() },
            )
        });
        assert_eq!(found, 0);
    }
}

#[test]
fn a_case_that_vanished_or_was_reworded_by_hand_is_found() {
    for town in towns() {
        let (gone, altered) = (town.raises("一"), town.raises("二"));
        town.write("system:test", move |cx, _, _| {
            static DROP: Statement = Statement::new("test.drop", "DELETE FROM case_head WHERE id = $1");
            static REWORD: Statement =
                Statement::new("test.reword", "UPDATE case_text SET detail = 'x' WHERE case_id = $1");
            cx.execute(&DROP, values![gone.id])?;
            cx.execute(&REWORD, values![altered.id])?;
            cx.mark_journalled();
            Ok(())
        })
        .unwrap();
        let found = town.read(store::verify_cases);
        assert_eq!(
            found,
            [CaseFinding::Gone(gone.id.to_string()), CaseFinding::Altered(altered.id.to_string())]
        );
    }
}

#[test]
fn search_finds_exactly_what_contains_the_words() {
    for town in towns() {
        imports(&town, 12);
        let one = town.raises("医保报销慢");
        let find = |q: &str| {
            let filter = Filter { q: Some(q.to_owned()), ..Filter::default() };
            town.read(move |cx| store::heads(cx, &Sight::everything(), &filter, (None, 100))).0
        };
        assert_eq!(find("噪音").len(), 12);
        assert_eq!(find("医保").iter().map(|head| head.id).collect::<Vec<_>>(), [one.id]);
        assert_eq!(find("第1").len(), 3, "第1, 第10, 第11");
        assert_eq!(find("音噪").len(), 0);
        assert_eq!(find("100%").len(), 0);
        assert_eq!(find(one.number.as_deref().unwrap()).len(), 1);
    }
}

#[test]
fn pages_by_key_show_every_row_once_in_every_order() {
    for town in towns() {
        imports(&town, 7);
        town.handled("办结的");
        town.handling("在办的");
        for sort in [Sort::Newest, Sort::Oldest, Sort::Due, Sort::NextWord, Sort::Updated] {
            let filter = Filter { sort, ..Filter::default() };
            let (mut seen, mut cursor) = (Vec::new(), None::<String>);
            loop {
                let (filter, at) = (filter.clone(), cursor.clone());
                let (heads, next) =
                    town.read(move |cx| store::heads(cx, &Sight::everything(), &filter, (at.as_deref(), 2)));
                seen.extend(heads.into_iter().map(|head| head.seq));
                cursor = next;
                if cursor.is_none() {
                    break;
                }
            }
            let all = filter.clone();
            let whole = town.read(move |cx| store::heads(cx, &Sight::everything(), &all, (None, 100))).0;
            assert_eq!(seen, whole.iter().map(|head| head.seq).collect::<Vec<_>>(), "{sort:?}");
            assert_eq!(seen.len(), 9);
        }
    }
}

#[test]
fn everybody_sees_their_own_and_no_neighbour() {
    for town in towns() {
        let raised = town.handling("占道经营");
        let count = |name: &str, filter: Filter| {
            let sight = Sight::of(&town.rules(), town.who(name));
            town.read(move |cx| store::count(cx, &sight, &filter))
        };
        for name in ["书记", "干事", "分管", "所员", "所长", "村书记", "督查"] {
            assert_eq!(count(name, Filter::default()), 1, "{name}");
        }
        for name in ["邻主任", "农办", "监委一", "监委西"] {
            assert_eq!(count(name, Filter::default()), 0, "{name}");
        }
        for name in ["书记", "干事", "分管", "所员", "所长", "村书记", "督查", "邻主任", "农办", "监委一"]
        {
            let sight = Sight::of(&town.rules(), town.who(name));
            let counts = town.read(move |cx| store::count_by_state(cx, &sight, RECTIFICATION));
            assert_eq!(counts.values().sum::<i64>(), count(name, Filter::default()), "{name}");
        }
        let mine = |mine| Filter { mine: Some(mine), ..Filter::default() };
        assert_eq!(count("所员", mine(Mine::Holding)), 1);
        assert_eq!(count("分管", mine(Mine::Holding)), 0);
        assert_eq!(count("分管", mine(Mine::Waiting)), 1);
        let _ = raised;
    }
}

#[test]
fn every_number_of_the_board_lists_its_rows() {
    for town in towns() {
        town.handling("在办的");
        town.handled("办结的");
        imports(&town, 3);
        town.day("2026-03-31");
        let today = "2026-03-31".parse().unwrap();
        let board = town.read(move |cx| store::board(cx, &Sight::everything(), (RECTIFICATION, today)));
        assert_eq!((board.total.open.n, board.total.unconfirmed.n, board.rows.len()), (4, 1, 2));
        assert!(board.total.overdue.n >= 3 && board.total.due_in_3.n == 1);
        for row in board.rows.iter().chain([&board.total]) {
            let cells = [
                &row.open,
                &row.due_in_3,
                &row.due_in_7,
                &row.overdue,
                &row.unconfirmed,
                &row.returned,
                &row.next_word_late,
            ];
            for cell in cells {
                let filter = cell.filter.clone();
                let n = town.read(move |cx| store::count(cx, &Sight::everything(), &filter));
                assert_eq!(n, cell.n, "{:?}", cell.filter);
            }
        }
        let counts = town.read(|cx| store::count_by_state(cx, &Sight::everything(), RECTIFICATION));
        assert_eq!(counts.values().sum::<i64>(), 5);
    }
}

#[test]
fn the_desk_shows_what_waits_for_me_and_what_i_wait_for() {
    for town in towns() {
        let raised = town.handling("占道经营");
        let desk = |name: &str| {
            let (sight, actor) = (Sight::of(&town.rules(), town.who(name)), town.who(name).clone());
            let today = "2026-03-31".parse().unwrap();
            town.read(move |cx| store::desk(cx, &actor, &sight, (today, 20)))
        };
        let (handler, leader) = (desk("所员"), desk("分管"));
        assert_eq!(handler.mine.iter().map(|row| row.head.id).collect::<Vec<_>>(), [raised.id]);
        assert_eq!(
            (handler.mine[0].unit.as_str(), handler.mine[0].holder.as_deref()),
            ("东村", Some("所员"))
        );
        assert_eq!((handler.waiting.len(), leader.mine.len(), leader.waiting.len()), (0, 0, 1));
        assert_eq!((handler.soon_late.len(), desk("农办").mine.len()), (1, 0));
    }
}

#[test]
fn the_same_problem_said_again_is_shown_as_alike() {
    for town in towns() {
        let raised = town.raises("集市门口占道经营严重，行人无法通过");
        let found =
            town.read(|cx| store::duplicates(cx, "集市门口占道经营严重，行人无法通过，已经三个月。", 0.7));
        assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [raised.id]);
        assert!(town.read(|cx| store::duplicates(cx, "医保报销比例是多少", 0.3)).is_empty());
    }
}

#[test]
fn many_are_assigned_together_or_none() {
    for town in towns() {
        let (one, two) = (town.raises("一"), town.raises("二"));
        town.takes("干事", two.id, town.assignment()).unwrap();
        let (actor, asked) = (town.who("干事").clone(), town.assignment());
        let both = town.write("干事", move |cx, rules, _| {
            acts::take_many(cx, rules, &actor, (&[one.id, two.id], &asked))
        });
        let refusal = both.unwrap_err();
        assert_eq!(refusal.refusals().len(), 1);
        assert!(refusal.refusals()[0].args.contains(&("number".into(), two.number.clone().unwrap())));
        assert_eq!(town.case(one.id).head.state, "collected");
    }
}

#[test]
fn every_statement_prepares_on_both_engines() {
    for town in towns() {
        for statement in store::STATEMENTS {
            town.fresh
                .db
                .check_statement(statement.sql)
                .unwrap_or_else(|e| panic!("{}: {e}", statement.name));
        }
        let engine = town.fresh.db.engine();
        let put_together =
            store::representative_lists(engine).into_iter().chain(store::representative_counts(engine));
        for sql in put_together {
            town.fresh.db.check_statement(&sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
        }
    }
}

#[test]
fn contact_is_sealed_and_opened_only_with_a_reason() {
    for town in towns() {
        let raised = town.raises("占道经营");
        let case = format!("{:?}", town.case(raised.id));
        assert!(!case.contains("王某某") && !case.contains("13800001234"));
        let open = |reason: &'static str| {
            let permit = Permit::for_job("case.unseal", "test");
            town.write("主任", move |cx, _, master| {
                acts::unseal_raiser(
                    cx,
                    master,
                    acts::On { permit: &permit, case: raised.id },
                    ("phone", reason),
                )
            })
        };
        assert_eq!(refused(open("")), "access.reason-short");
        assert_eq!(open("上门核实需要联系").unwrap(), "13800001234");
    }
}
