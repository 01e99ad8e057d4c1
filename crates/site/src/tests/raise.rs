//! Raising.

use axum::http::StatusCode;
use case::store;
use journal::Ref;

use super::world::{between, worlds};

#[test]
fn a_resident_raises_without_a_name_and_gets_a_receipt() {
    for world in worlds() {
        let phone = world.resident();
        let slip = phone.raises(&[]);
        assert_eq!(slip.number, "整改〔2026〕1号");
        assert_eq!(slip.code.len(), 6);
        let receipt = phone.get(&slip.page);
        receipt
            .says("柳溪镇（交办办公室）")
            .says("2026年12月")
            .says("<path fill=\"#000\"")
            .says("已记入防篡改日志");
        // Once the log is sealed, anybody can check the entry.
        assert!(!receipt.body.contains("/journal/verify?receipt="));
        world.seals();
        let line = between(&phone.get(&slip.page).body, "/journal/verify?receipt=", "\"");
        let proved = journal::Receipt::from_line(&line).unwrap();
        assert_eq!(proved.act, "case.raised");
        phone.follows(&slip.number, &slip.code);
        phone.get("/public/follow/case").says("/journal/verify?receipt=LSR1.");
        let case = world.newest();
        assert_eq!(case.detail, "  下雨就塌，\r\n拖拉机过不去。 ", "kept verbatim");
        assert_eq!(case.head.channel.as_deref(), Some("online"));
        assert!(case.head.anonymous && case.head.has_raiser);
    }
}

#[test]
fn the_same_form_sent_twice_is_one_case_and_one_receipt() {
    for world in worlds() {
        let phone = world.resident();
        let (key, village) = (phone.fresh_form(), world.village());
        let fields = [
            ("key", key.as_str()),
            ("unit", village.as_str()),
            ("title", "路灯不亮"),
            ("detail", "一个月了"),
        ];
        let (first, second) = (phone.post("/public/raise", &fields), phone.post("/public/raise", &fields));
        assert_eq!(first.to, second.to);
        assert_eq!(phone.reads(&first.to).code, phone.reads(&second.to).code);
        assert_eq!(world.count(), 1);
        // Also when the receipt has been put away.
        world.wait_minutes(31);
        let late = phone.post("/public/raise", &fields);
        assert_eq!((late.status, world.count()), (StatusCode::UNPROCESSABLE_ENTITY, 1));
        late.says("已经收到过");
    }
}

#[test]
fn a_receipt_is_put_away_after_its_time_and_by_its_owner() {
    for world in worlds() {
        let phone = world.resident();
        let (first, second) = (phone.raises(&[]), phone.raises(&[]));
        assert_eq!(phone.post(&format!("{}/clear", first.page), &[]).to, "/public");
        assert_eq!(phone.get(&first.page).status, StatusCode::NOT_FOUND);
        assert_eq!(phone.get(&second.page).status, StatusCode::OK);
        world.wait_minutes(31);
        assert_eq!(phone.get(&second.page).status, StatusCode::NOT_FOUND);
    }
}

#[test]
fn what_was_typed_stays_when_something_is_missing() {
    for world in worlds() {
        let phone = world.resident();
        let key = phone.fresh_form();
        let fields = [
            ("key", key.as_str()),
            ("title", "水费 <太高>"),
            ("detail", ""),
            ("who", "named"),
            ("name", "王大娘"),
            ("phone", "12"),
        ];
        let refused = phone.post("/public/raise", &fields);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        refused.says("水费 &#60;太高&#62;").says("王大娘").says(&key);
        refused.says("没有选在哪个村").says("没有写详情").says("电话不对");
        assert_eq!(world.count(), 0);
    }
}

#[test]
fn name_and_telephone_are_sealed_at_once_and_dropped_when_anonymous() {
    for world in worlds() {
        let phone = world.resident();
        let named = [("who", "named"), ("name", "王桂兰"), ("phone", "13812345678")];
        phone.raises(&named);
        let case = world.newest();
        assert!(!case.head.anonymous);
        let subject = Ref::new("case", case.head.id);
        let masked = world.read(move |cx| access::sealed::masked_of(cx, &subject));
        assert_eq!(masked.len(), 2);
        assert!(
            masked.iter().all(|field| !field.masked.contains("桂兰") && !field.masked.contains("12345678"))
        );
        let everything = world.read(move |cx| journal::entries_of(cx, &Ref::new("case", case.head.id)));
        assert!(
            everything
                .iter()
                .all(|entry| !entry.body.contains("桂兰") && !entry.body.contains("13812345678"))
        );

        phone.raises(&[("who", "anonymous"), ("name", "王桂兰"), ("phone", "13812345678")]);
        let case = world.newest();
        let subject = Ref::new("case", case.head.id);
        assert!(
            case.head.anonymous && world.read(move |cx| access::sealed::masked_of(cx, &subject)).is_empty()
        );
    }
}

#[test]
fn a_file_hangs_on_the_case_and_only_kinds_that_are_taken_do() {
    for world in worlds() {
        let phone = world.resident();
        let village = world.village();
        let send = |name: &str, bytes: &[u8]| {
            let key = phone.fresh_form();
            let fields = [
                ("key", key.as_str()),
                ("unit", village.as_str()),
                ("title", "沟堵了"),
                ("detail", "看附件"),
            ];
            phone.send("/public/raise", &fields, (name, bytes))
        };
        send("病毒.exe", b"MZ").says("类型不收");
        send("大.pdf", &[b"%PDF-".to_vec(), vec![0; 10 << 20]].concat()).says("太大");
        assert_eq!(world.count(), 0);
        assert_eq!(send("说明.pdf", b"%PDF-1.7 x").status, StatusCode::SEE_OTHER);
        let id = world.newest().head.id;
        let files = world.read(move |cx| store::hangings(cx, id)).attachments;
        assert_eq!((files.len(), files[0].name.as_str(), files[0].by.as_str()), (1, "说明.pdf", "resident"));
    }
}

#[test]
fn one_place_cannot_flood_the_office() {
    for world in worlds() {
        let phone = world.resident();
        let village = world.village();
        let mut last = StatusCode::OK;
        for n in 0..22 {
            let key = phone.fresh_form();
            let title = format!("第{n}件");
            let fields = [
                ("key", key.as_str()),
                ("unit", village.as_str()),
                ("title", title.as_str()),
                ("detail", "x"),
            ];
            last = phone.post("/public/raise", &fields).status;
        }
        assert_eq!(last, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(world.count(), 20);
    }
}

#[test]
fn a_poster_names_its_village_and_the_front_page_counts_without_rows() {
    for world in worlds() {
        let phone = world.resident();
        let form = phone.get("/public/raise?place_code=510998100201");
        form.says(&format!("value=\"{}\" selected", world.village()));
        phone.raises(&[("title", "不该出现的标题")]);
        let home = phone.get("/public");
        home.says("<dt>本月收到</dt><dd>1</dd>").says("15 天").says("5 个工作日");
        assert!(!home.body.contains("不该出现"));
        for path in ["/public", "/public/raise", "/public/follow"] {
            for language in ["zh-CN", "en"] {
                let page = phone.get(&format!("{path}?lang={language}")).body;
                let shown = page.split(['>', '"', '<']).find(|text| text.starts_with("site-"));
                assert_eq!(shown, None, "{path} {language}");
            }
        }
    }
}
