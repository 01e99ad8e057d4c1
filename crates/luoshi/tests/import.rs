//! A clerk imports a workbook on the pages, hands the refused rows out, takes the import back; and nobody
//! else gets to see what was handed in.

#![expect(clippy::unwrap_used, reason = "a story stops where it goes wrong")]

use base::Result;
use case::import::{job::KIND, run_job};
use office::read::Workbook;
use testkit::{Visitor, World, worlds};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn handed_in(clerk: &Visitor<'_>, name: &str, lines: &[String]) -> String {
    let bytes = lines.join("\n").into_bytes();
    clerk.post_file("/imports", &[], ("file", name, &bytes)).must_be(303).location()
}

/// Does what the background would: the oldest job, to its end.
fn work_off(w: &World) {
    let tenant = w.tenant();
    let caller = tenant.db.caller("system:jobs");
    let claimed = tenant.db.write_operational_now(&caller, jobs::claim).unwrap().unwrap();
    assert_eq!(claimed.kind, KIND);
    let outcome: Result<_> = run_job(&w.app, tenant, &claimed);
    let outcome = outcome.map_err(|error| panic!("{error}"));
    tenant.db.write_operational_now(&caller, move |cx| jobs::finish(cx, claimed.id, &outcome)).unwrap();
}

/// The id between two parts of a page.
fn between(text: &str, before: &str, after: &str) -> String {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest.split_once(after).unwrap().0.to_owned()
}

fn village(w: &World) -> String {
    let id = w.places.villages[0];
    w.read(move |cx| org::unit::unit(cx, id)).name
}

#[test]
fn a_workbook_goes_in_is_shown_exported_and_taken_back() {
    for w in worlds() {
        let clerk = w.office_clerk();
        let village = village(&w);
        let file = handed_in(
            &clerk,
            "台账.csv",
            &[
                "问题,原话,所在村,收集方式,备注".into(),
                format!("路灯不亮,\"\t村口路灯坏了\",{village},走访,第一批"),
                format!("渠道堵塞,渠道堵了三年,{village},座谈,"),
            ],
        );
        let check = clerk.get(&file).must_be(200);
        assert!(
            check.says("共 2 行：可导入 2 行，退回 0 行。") && check.says("村口路灯坏了"),
            "{}",
            check.text()
        );
        let stranger = w.neighbour().get(&file);
        assert_eq!(stranger.status, 404, "somebody else's file is not there");
        let job = clerk.post_form(&file, &[]).must_be(303).location();
        assert!(clerk.get(&job).must_be(200).says("已排队"));
        assert_eq!(w.office_director().get(&job).status, 404);
        work_off(&w);
        let done = clerk.get(&job).must_be(200);
        assert!(done.says("已导入 2 件"), "{}", done.text());
        let import = between(&done.text(), "/cases?import=", "\"");
        let ledger = clerk.get(&format!("/cases?import={import}")).must_be(200);
        assert!(ledger.says("路灯不亮") && ledger.says("渠道堵塞"));
        for (ending, name) in [("csv", "x.csv"), ("xlsx", "x.xlsx")] {
            let out = clerk.get(&format!("/cases/export.{ending}?import={import}&sort=oldest")).must_be(200);
            let book = Workbook::read(&out.body, name).unwrap();
            let rows = &book.sheets[0].rows;
            assert_eq!(rows.len(), 3);
            assert_eq!(rows[1].cell(2).as_text(), "\t村口路灯坏了");
        }
        let list = clerk.get("/imports").must_be(200);
        assert!(list.says("台账.csv") && list.says("撤销这次导入"));
        let undo = format!("/imports/{import}/undo");
        assert!(clerk.get(&undo).must_be(200).says("2 件"));
        assert_eq!(clerk.post_form(&undo, &[("reason", "导错了")]).status, 422, "it wants a tick");
        assert_ne!(w.neighbour().post_form(&undo, &[("reason", "导错了"), ("sure", "1")]).status, 303);
        let _ = clerk.post_form(&undo, &[("reason", "导错了"), ("sure", "1")]).must_be(303);
        assert!(!clerk.get("/cases").must_be(200).says("渠道堵塞"));
        assert!(clerk.get("/imports").must_be(200).says("已撤销：导错了"));
    }
}

#[test]
fn refused_rows_come_back_as_a_workbook_and_the_good_ones_go_in_when_asked() {
    for w in worlds() {
        let clerk = w.office_clerk();
        let village = village(&w);
        let lines = [
            "问题,所在村,时限".into(),
            format!("路灯不亮,{village},2027-12-05"),
            format!("渠道堵塞,{village},年底前"),
        ];
        let file = handed_in(&clerk, "台账.csv", &lines);
        let check = clerk.get(&file).must_be(200);
        assert!(
            check.says("第 3 行“时限”不是日期：“年底前”。写成 2026-12-05 或 2026年12月5日"),
            "{}",
            check.text()
        );
        let job = clerk.post_form(&file, &[]).must_be(303).location();
        work_off(&w);
        let page = clerk.get(&job).must_be(200);
        assert!(page.says("没有导入") && page.says("有 1 行需要改正"), "{}", page.text());
        let refused = format!("{file}/refused.xlsx");
        let workbook = clerk.get(&refused).must_be(200);
        assert_eq!(workbook.headers["content-type"], XLSX);
        let book = Workbook::read(&workbook.body, "x.xlsx").unwrap();
        let last = book.sheets[0].rows.last().unwrap();
        assert_eq!(last.cell(0).as_text(), "渠道堵塞");
        assert!(last.cell(3).as_text().contains("不是日期"));
        assert_eq!(w.neighbour().get(&refused).status, 404);
        let file = handed_in(&clerk, "台账.csv", &lines);
        let job = clerk.post_form(&file, &[("on_refusal", "good-rows")]).must_be(303).location();
        work_off(&w);
        let page = clerk.get(&job).must_be(200);
        assert!(page.says("已导入 1 件") && page.says("有 1 行退回"), "{}", page.text());
    }
}

#[test]
fn a_file_that_is_no_ledger_is_answered_with_the_reason_in_both_languages() {
    let w = World::new();
    let clerk = w.office_clerk();
    let file = handed_in(&clerk, "名册.csv", &["姓名,性别,联系电话".into(), "张三,男,13800000000".into()]);
    let page = clerk.get(&file).must_be(422);
    assert!(page.says("人员名册") && page.says("姓名、性别、联系电话"), "{}", page.text());
    let page = clerk.get(&format!("{file}?lang=en")).must_be(422);
    assert!(page.says("roster of persons"), "{}", page.text());
    let page = clerk.post_file("/imports", &[], ("file", "x.csv.gz", &[0x1f, 0x8b, 8, 0])).must_be(422);
    assert!(page.says("先解压"), "{}", page.text());
    assert_eq!(w.department_staff().get("/imports/new").status, 403);
}
