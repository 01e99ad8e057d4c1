//! The pages as people use them: two clicks to a circular, numbers that lead to rows, the public's view.

use testkit::{World, worlds};

const DRAFT: &str = "reports-and-circulars/monthly-circular";

/// The office director drafts the circular of this month and opens it.
fn drafted(w: &World) -> String {
    let list = w.office_director().get("/publications").must_be(200);
    assert!(list.says("应发文书") && list.says(DRAFT), "{}", list.text());
    let unit = w.places.township.to_string();
    let day = base::clock::day_of(w.now()).to_string();
    let fields = [("clause", DRAFT), ("unit", unit.as_str()), ("day", day.as_str())];
    w.office_director().post_form("/publications/draft", &fields).must_be(303).location()
}

#[test]
fn a_circular_takes_two_clicks_and_is_handed_out_unchanged() {
    for w in worlds() {
        w.raised("路灯不亮");
        w.raised("占道经营");
        let page = drafted(&w);
        let draft = w.office_director().get(&page).must_be(200);
        assert!(draft.says("签发时编号") && draft.says("累计收集问题"), "{}", draft.text());
        let issued = w.office_director().post_form(&format!("{page}/issue"), &[("version", "1")]);
        assert_eq!(issued.must_be(303).location(), page);
        let read = w.office_director().get(&page).must_be(200);
        assert!(read.says("整改通报〔2026〕1号") && read.says("SHA-256"), "{}", read.text());
        for format in ["docx", "xlsx"] {
            let file = format!("{page}/files/{format}");
            let first = w.office_director().get(&file).must_be(200).body;
            w.raised("自来水时有时无");
            w.wait_minutes(20);
            assert_eq!(w.office_director().get(&file).must_be(200).body, first);
        }
        let rows = w.office_director().get(&format!("{page}/figures/all")).must_be(200);
        assert!(rows.says("路灯不亮") && !rows.says("自来水"), "{}", rows.text());
        w.office_director().get(&format!("{page}/figures")).must_be(200);
        let id = page.rsplit('/').next().unwrap();
        let public = w.public().get(&format!("/public/publications/{id}")).must_be(200);
        assert!(public.says("整改通报〔2026〕1号") && !public.says("/figures/"));
        assert!(w.public().get("/public/publications").must_be(200).says("整改通报〔2026〕1号"));
        w.public().get(&format!("/public/publications/{id}/files/docx")).must_be(200);
        w.public().get(&format!("/public/publications/{id}/files/xlsx")).must_be(404);
        let json = w.office_director().get(&format!("/api/v1/publications/{id}")).must_be(200).json();
        assert_eq!(
            (json["state"].as_str(), json["number"].as_str()),
            (Some("issued"), Some("整改通报〔2026〕1号"))
        );
        let remove = [("version", "2"), ("reason", "写错了标题")];
        w.office_director().post_form(&format!("{page}/remove"), &remove).must_be(303);
        let gone = w.public().get(&format!("/public/publications/{id}")).must_be(410);
        assert!(gone.says("写错了标题") && !gone.says("累计收集问题"));
        w.office_director().get(&format!("{page}/files/docx")).must_be(409);
    }
}

#[test]
fn a_draft_is_the_offices_and_a_refused_paragraph_keeps_what_was_typed() {
    for w in worlds() {
        w.raised("路灯不亮");
        let page = drafted(&w);
        w.department_head().get(&page).must_be(404);
        w.department_head().post_form(&format!("{page}/issue"), &[("version", "1")]).must_be(403);
        w.neighbour().get(&page).must_be(404);
        w.nobody().get("/publications").must_be(403);
        let id = page.rsplit('/').next().unwrap();
        w.public().get(&format!("/public/publications/{id}")).must_be(404);
        let fields =
            [("version", "1"), ("title", "通报"), ("organ", "某镇"), ("opening", "本月收集问题182件。")];
        let refused = w.office_director().post_form(&format!("{page}/edit"), &fields).must_be(422);
        assert!(refused.says("没有出处") && refused.says("本月收集问题182件。"), "{}", refused.text());
        w.office_director().post_form(&format!("{page}/refresh"), &[]).must_be(303);
        w.office_director().post_form(&format!("{page}/discard"), &[("version", "2")]).must_be(303);
        w.office_director().get(&page).must_be(404);
    }
}

#[test]
fn the_ledger_and_a_slip_are_handed_out_on_paper() {
    for w in worlds() {
        let id = w.raised("路灯不亮");
        let query = "?procedure=rectification";
        for format in ["xlsx", "docx"] {
            let ledger =
                w.office_director().get(&format!("/publications/ledger/{format}{query}")).must_be(200);
            assert!(ledger.body.starts_with(b"PK"));
        }
        let moved = serde_json::json!({ "transition": "supervise", "fields": { "slip_reason": "late" }, "note": "五日内修好。" });
        let moved = w.office_director().api("POST", &format!("/api/v1/cases/{id}/transitions"), &moved);
        assert_eq!(moved.status, 200, "{}", moved.text());
        let slip = w.office_director().get(&format!("/cases/{id}/slips/1")).must_be(200);
        assert!(slip.says("督办〔2026〕1号") && slip.says("五日内修好"), "{}", slip.text());
        w.office_director().get(&format!("/cases/{id}/slips/1/docx")).must_be(200);
        w.office_director().get(&format!("/cases/{id}/slips/2")).must_be(404);
        w.neighbour().get(&format!("/cases/{id}/slips/1")).must_be(404);
    }
}
