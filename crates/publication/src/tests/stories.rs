use std::collections::BTreeSet;

use base::{Id, noun};
use case::{
    model::Move,
    query::filter_of,
    store::{Filter, Sight},
};

use super::world::{Town, catalogue, refused, towns};
use crate::{
    acts::{self, Edit},
    model::{Document, Piece, Publication, State, sha256},
    owed::{Standing, owed},
    paper, slip, store,
};

/// The case ids behind a figure, as they are stored.
fn stored(town: &Town, id: Id<noun::Publication>, at: usize) -> BTreeSet<String> {
    let rows = town.read(move |cx| store::rows(cx, id, Some(at), (0, 1000)));
    rows.into_iter().map(|row| row.entry.case.to_string()).collect()
}

/// The case ids the ledger lists under a query.
fn listed(town: &Town, query: &str) -> BTreeSet<String> {
    let form = web::Form::of_query(Some(query));
    let today = base::clock::day_of(town.fresh.clock.now());
    let filter = filter_of(form.pairs(), today).unwrap();
    let page = town.read(move |cx| case::store::list(cx, &Sight::everything(), &filter, (None, 1000)));
    page.rows.into_iter().map(|row| row.head.id.to_string()).collect()
}

fn value(document: &Document, key: &str) -> i64 {
    document.figure(key).unwrap_or_else(|| panic!("no figure {key}")).value
}

#[test]
fn every_number_of_a_circular_is_the_count_of_its_rows() {
    for town in towns() {
        town.ledger();
        town.day("2026-11-03");
        let id = town.drafts("2026-10-31").unwrap();
        let document = town.publication(id).document;
        let mut with_query = 0;
        for (at, figure) in document.figures.iter().enumerate() {
            let rows = stored(&town, id, at);
            assert_eq!(i64::try_from(rows.len()).unwrap(), figure.value, "{}", figure.key);
            // What a figure counts is what the ledger lists under its query.
            if let Some(query) = &figure.query {
                assert_eq!(rows, listed(&town, query), "{} {query}", figure.key);
                with_query += 1;
            }
        }
        assert!(with_query > 40, "{with_query}");
        for piece in document.pieces() {
            if let Piece::Figure { key } = piece {
                assert!(document.figure(key).is_some(), "{key}");
            }
        }
        for (key, expected) in [
            ("all", 7),
            ("raised", 7),
            ("struck", 2),
            ("struck-now", 2),
            ("doing", 3),
            ("incoming", 2),
            ("reopened", 1),
            ("reported", 1),
            ("unreported", 2),
            ("channel.visit.n", 5),
            ("channel.mailbox.n", 1),
            ("department.none.n", 2),
        ] {
            assert_eq!(value(&document, key), expected, "{key}");
        }
        assert!(value(&document, "late") > 0);
        let columns: i64 = ["incoming", "doing", "waiting", "unconfirmed", "struck", "ended"]
            .map(|key| value(&document, key))
            .iter()
            .sum();
        assert_eq!(columns, value(&document, "all"));
        let text: String = all_text(&document);
        assert!(
            text.contains("市场公秤不准") && text.contains("已经开沟120米") && text.contains("摊位已经搬走")
        );
        // Neither the resident nor the telephone is anywhere in what is published.
        let canonical = document.canonical().unwrap();
        assert!(!canonical.contains("王某某") && !canonical.contains("13800001234"));
    }
}

fn all_text(document: &Document) -> String {
    document.pieces().map(|piece| document.plain(std::slice::from_ref(piece))).collect()
}

#[test]
fn departments_stand_in_the_order_of_the_organisation() {
    for town in towns() {
        town.ledger();
        let id = town.drafts("2026-10-12").unwrap();
        let document = town.publication(id).document;
        let place =
            |name: &str| document.figures.iter().position(|figure| figure.label.starts_with(name)).unwrap();
        assert!(place("市场监管所") < place("农业服务中心"));
    }
}

#[test]
fn an_issue_stays_what_it_was_when_the_cases_move_on() {
    for town in towns() {
        town.ledger();
        let open = town.handling("校门口拥堵", "东村", ("市场监管所", "吴所员"));
        town.day("2026-11-03");
        let id = town.drafts("2026-10-31").unwrap();
        let issued = town.issues(id).unwrap();
        let before = town.publication(id);
        let rows = town.read(move |cx| store::rows(cx, id, None, (0, 1000)));
        let done = Move::new("handled").field("result", "solved").field("answer", "安排了专人疏导。");
        town.takes("吴所员", open.id, done);
        town.day("2026-12-20");
        let after = town.publication(id);
        assert_eq!(before, after);
        assert_eq!(rows, town.read(move |cx| store::rows(cx, id, None, (0, 1000))));
        let canonical = town.read(move |cx| store::canonical(cx, id));
        let issue = after.issued().unwrap().clone();
        assert_eq!(sha256(canonical.as_bytes()), issue.hash);
        assert_eq!(serde_json::from_str::<Document>(&canonical).unwrap(), after.document);
        let again = town.read({
            let (publication, compendium) = (after.clone(), town.compendium.clone());
            move |cx| {
                let catalogue = catalogue();
                let calendar = base::calendar::Calendar::shipped();
                let press = crate::model::Press { compendium: &compendium, catalogue: &catalogue, calendar };
                acts::render(cx, press, &publication)
            }
        });
        assert_eq!(again, issued.files, "made again, the files are the same to the byte");
        let kept = town.read(move |cx| store::files(cx, id));
        assert_eq!(kept.len(), 2);
        for (file, bytes) in &issued.files {
            assert!(kept.contains(file) && sha256(bytes) == file.sha256);
        }
        let entries = town.read(move |cx| journal::entries_of(cx, &journal::Ref::new("publication", id)));
        let written = entries.iter().find(|entry| entry.act == "publication.issued").unwrap();
        assert_eq!(written.body()["hash"], issue.hash.as_str());
        let permit = town.permit("干事", "publication.draft", "云溪镇").unwrap();
        let refreshed = town.write("干事", move |cx, press| acts::refresh(cx, &permit, press, id));
        assert_eq!(refused(refreshed), "publication.frozen");
    }
}

#[test]
fn issues_are_numbered_without_gaps_and_a_correction_is_a_new_issue() {
    for town in towns() {
        town.ledger();
        town.day("2026-11-03");
        let first = town.drafts("2026-10-31").unwrap();
        assert_eq!(town.drafts("2026-10-01").unwrap(), first, "a second draft finds the first");
        assert_eq!(town.issues(first).unwrap().publication.document.number.unwrap(), "整改通报〔2026〕1号");
        // An issue that is refused takes no number.
        assert_eq!(refused(town.issues(first)), "publication.frozen");
        assert_eq!(refused(town.drafts("2026-10-31")), "publication.already-issued");
        assert_eq!(refused(town.drafts("2026-12-01")), "publication.period-ahead");
        let correction = town.drafts_as("2026-10-31", Some(first)).unwrap();
        let issued = town.issues(correction).unwrap().publication;
        assert_eq!(issued.document.number.as_deref(), Some("整改通报〔2026〕2号"));
        assert_eq!(issued.document.amends.unwrap().id, first);
        let november = town.drafts("2026-11-03").unwrap();
        let document = town.issues(november).unwrap().publication.document;
        assert_eq!(document.number.as_deref(), Some("整改通报〔2026〕3号"));
        assert_eq!(
            document.previous.as_ref().unwrap().id,
            correction,
            "the latest issue of the month before"
        );
        let earlier = document.pieces().filter(|piece| matches!(piece, Piece::Earlier { .. })).count();
        assert_eq!(earlier, 11, "what differs from the last issue");
        town.day("2027-01-05");
        let next = town.drafts("2026-12-31").unwrap();
        let number = town.issues(next).unwrap().publication.document.number;
        assert_eq!(number.as_deref(), Some("整改通报〔2027〕1号"));
    }
}

#[test]
fn a_number_nobody_counted_is_refused_in_the_free_paragraphs() {
    for town in towns() {
        town.ledger();
        let id = town.drafts("2026-10-12").unwrap();
        let publication = town.publication(id);
        let write = |opening: &str, version: i64| {
            let permit = town.permit("干事", "publication.draft", "云溪镇").unwrap();
            let frame = publication.document.frame.clone();
            let edit = Edit { version, frame, opening: opening.to_owned(), closing: String::new() };
            town.write("干事", move |cx, _| acts::edit(cx, &permit, id, &edit))
        };
        assert_eq!(refused(write("本月收集问题182件。", 1)), "publication.number-without-figure");
        assert_eq!(refused(write("收集{nothing}件。", 1)), "publication.no-such-figure");
        write("截至2026年10月12日，收集{all}件。\n请各村对照。", 1).unwrap();
        assert_eq!(refused(write("再改。", 1)), "publication.changed-meanwhile");
        let document = town.publication(id).document;
        assert_eq!(document.plain(&document.opening[0]), "截至2026年10月12日，收集7件。");
        assert_eq!(document.opening.len(), 2);
    }
}

#[test]
fn a_removal_leaves_number_hash_and_reason() {
    for town in towns() {
        town.ledger();
        let id = town.drafts("2026-10-12").unwrap();
        let issued = town.issues(id).unwrap().publication;
        let remove = |reason: &'static str| {
            let permit = town.permit("主任", "publication.remove", "云溪镇").unwrap();
            let version = town.publication(id).version;
            town.write("主任", move |cx, _| acts::remove(cx, &permit, (id, version), reason))
        };
        assert_eq!(refused(remove(" ")), "publication.reason-missing");
        remove("误将内部事项写入").unwrap();
        assert_eq!(refused(remove("再撤一次")), "publication.already-removed");
        let left = town.publication(id);
        let State::Removed(issue, removal) = &left.state else { panic!("{:?}", left.state) };
        assert_eq!((issue, removal.reason.as_str()), (issued.issued().unwrap(), "误将内部事项写入"));
        assert!(!left.is_readable());
        // The month is owed again.
        assert!(town.drafts("2026-10-12").is_ok());
    }
}

#[test]
fn only_the_office_drafts_and_only_for_its_own_township() {
    for town in towns() {
        for (name, action) in [
            ("吴所员", "publication.draft"),
            ("村书记", "publication.draft"),
            ("干事", "publication.issue"),
            ("邻主任", "publication.draft"),
            ("邻主任", "publication.issue"),
            ("书记", "publication.remove"),
        ] {
            assert_eq!(refused(town.permit(name, action, "云溪镇")), "access.no-right", "{name} {action}");
        }
        assert!(town.permit("书记", "publication.issue", "云溪镇").is_ok());
        let wrong = town.permit("书记", "publication.issue", "云溪镇").unwrap();
        let id = town.drafts("2026-10-12").unwrap();
        let drafted = town.write("书记", move |cx, press| acts::refresh(cx, &wrong, press, id));
        assert!(matches!(drafted, Err(base::Error::Fault(_))), "a permit for something else is no permit");
    }
}

#[test]
fn a_month_without_its_circular_is_owed() {
    for town in towns() {
        town.ledger();
        let standing = |town: &Town| {
            let (unit, compendium) = (town.unit("云溪镇"), town.compendium.clone());
            let all = town.read(move |cx| {
                let catalogue = catalogue();
                let calendar = base::calendar::Calendar::shipped();
                owed(
                    cx,
                    crate::model::Press { compendium: &compendium, catalogue: &catalogue, calendar },
                    &[unit],
                )
            });
            all.into_iter().map(|owed| (owed.period.key, owed.standing)).collect::<Vec<_>>()
        };
        assert_eq!(standing(&town), [("2026-10".to_owned(), Standing::Running)]);
        town.day("2026-11-03");
        let both = [("2026-11".to_owned(), Standing::Running), ("2026-10".to_owned(), Standing::Due)];
        assert_eq!(standing(&town), both);
        town.day("2026-11-20");
        assert_eq!(standing(&town)[1].1, Standing::Late);
        let id = town.drafts("2026-10-31").unwrap();
        town.issues(id).unwrap();
        assert_eq!(standing(&town), [("2026-11".to_owned(), Standing::Running)]);
    }
}

#[test]
fn a_slip_says_who_owes_what_by_when_and_carries_its_answer() {
    for town in towns() {
        let raised = town.handling("市场公秤不准", "东村", ("市场监管所", "吴所员"));
        let order = Move::new("supervise").field("slip_reason", "late").note("五日内换成检定合格的公秤。");
        town.takes("主任", raised.id, order);
        let sheet = |town: &Town| {
            let (id, compendium) = (raised.id, town.compendium.clone());
            town.read(move |cx| {
                let catalogue = catalogue();
                let calendar = base::calendar::Calendar::shipped();
                let press = crate::model::Press { compendium: &compendium, catalogue: &catalogue, calendar };
                let case = case::store::find(cx, id)?.unwrap();
                assert!(slip::chosen(&case, "2").is_none());
                let by_id = case.slips[0].id.to_string();
                assert_eq!(slip::chosen(&case, "1"), slip::chosen(&case, &by_id));
                let found = slip::chosen(&case, "1").unwrap();
                slip::sheet(cx, press, &case, found)
            })
        };
        let open = sheet(&town);
        assert_eq!((open.head.as_str(), open.number.as_str()), ("云溪镇督办单", "督办〔2026〕1号"));
        let says = |label: &str, value: &str| {
            open.particulars.iter().any(|(known, said)| known == label && said == value)
        };
        assert!(says("反映人原话", "市场公秤不准，已经三个月。"), "{:?}", open.particulars);
        assert!(says("督办事由", "逾期未办结") && says("责任领导", "陈分管") && says("签发人", "主任"));
        assert!(open.answer.is_empty());
        write_for_eyes("slip.docx", || open.to_docx(town.press()).unwrap());
        town.takes("吴所员", raised.id, Move::new("answer-slip").note("已更换，附检定证书。"));
        let answered = sheet(&town);
        assert_eq!(answered.answer[0].1, "已更换，附检定证书。");
        assert_ne!(answered.to_docx(town.press()).unwrap(), open.to_docx(town.press()).unwrap());
    }
}

#[test]
fn the_ledger_goes_out_with_exactly_the_rows_of_its_filter() {
    for town in towns() {
        town.ledger();
        let compendium = town.compendium.clone();
        let table = town.read(move |cx| {
            let catalogue = catalogue();
            let calendar = base::calendar::Calendar::shipped();
            let press = crate::model::Press { compendium: &compendium, catalogue: &catalogue, calendar };
            let filter = Filter {
                procedure: Some("rectification".into()),
                channel: Some("visit".into()),
                ..Filter::default()
            };
            crate::ledger::ledger(cx, press, &Sight::everything(), &filter)
        });
        assert_eq!(table.rows.len(), 5);
        assert_eq!(table.title, "青石县问题整改台账");
        let printed = crate::ledger::for_paper(table.clone());
        assert_eq!(printed.rows.len(), table.rows.len());
        let blank = |at: usize| printed.rows.iter().all(|row| row[at].is_blank());
        assert!(!(0..printed.columns.len()).any(blank), "no column without a word");
        let docx = office::document::landscape(&printed).unwrap();
        assert_eq!(docx, office::document::landscape(&printed).unwrap());
        write_for_eyes("ledger.docx", || docx);
        write_for_eyes("ledger.xlsx", || table.to_xlsx().unwrap());
    }
}

#[test]
fn a_circular_is_set_as_an_official_document() {
    for town in towns() {
        town.ledger();
        town.day("2026-11-03");
        let october = town.drafts("2026-10-31").unwrap();
        town.issues(october).unwrap();
        town.day("2026-11-22");
        town.struck("噪音扰民");
        let id = town.drafts("2026-11-22").unwrap();
        let issued: Publication = town.issues(id).unwrap().publication;
        assert_eq!(issued.document.frame.title, "关于云溪镇2026年11月问题整改情况的通报");
        assert_eq!(issued.document.frame.organ, "云溪镇人民政府");
        let docx = paper::docx(&issued.document).unwrap();
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&docx)).unwrap();
        let mut xml = String::new();
        std::io::Read::read_to_string(&mut archive.by_name("word/document.xml").unwrap(), &mut xml).unwrap();
        for words in ["云溪镇人民政府文件", "整改通报〔2026〕2号", "与上期相比", "噪音扰民", "2026年11月22日"]
        {
            assert!(xml.contains(words), "{words}");
        }
        write_for_eyes("circular.docx", || docx);
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
    }
}

#[test]
fn every_sentence_exists_in_both_languages() {
    let catalogue = catalogue();
    let keys = |language| -> BTreeSet<String> {
        let keys = catalogue.keys(language);
        keys.filter(|key| key.starts_with("publication-")).map(str::to_owned).collect()
    };
    assert_eq!(keys(base::Language::Chinese), keys(base::Language::English));
}

/// Leaves a document where `LUOSHI_LOOK` says, for somebody to look at.
fn write_for_eyes(name: &str, bytes: impl FnOnce() -> Vec<u8>) {
    if let Some(folder) = std::env::var_os("LUOSHI_LOOK") {
        std::fs::write(std::path::Path::new(&folder).join(name), bytes()).unwrap();
    }
}
