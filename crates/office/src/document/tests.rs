use std::io::{Cursor, Read};

use super::*;

fn circular() -> Official {
    let day = jiff::civil::date(2026, 11, 22);
    Official {
        kind: Statutory::Circular,
        organ: "青石县云溪镇人民政府文件".into(),
        number: official_number("云府", 2026, 12),
        signer: None,
        urgency: None,
        title: "关于2026年11月群众反映问题整改落实情况的通报".into(),
        addressee: "各村（社区），镇直各单位".into(),
        body: vec![
            Block::Heading(Level::First, "总体情况".into()),
            Block::Paragraph("本月收到问题182件。\n其中<办结>150件 & 32件在办。\u{1}".into()),
            Block::Heading(Level::Second, "办结情况".into()),
            Block::Heading(Level::Third, "按期办结".into()),
            Block::Heading(Level::Fourth, "逾期办结".into()),
            Block::Heading(Level::First, "下步工作".into()),
            Block::Heading(Level::Second, "压实责任".into()),
            Block::Table(Grid {
                columns: vec![("单位".into(), 2), ("件数".into(), 1)],
                rows: vec![vec!["某村".into(), "12".into()]],
            }),
        ],
        annexes: vec![
            Annex { title: "问题清单".into(), body: vec![Block::Paragraph("略。".into())] },
            Annex { title: "责任分工".into(), body: Vec::new() },
        ],
        signature: "云溪镇人民政府".into(),
        date: day,
        seal: Seal::Sealed,
        note: Some("此件公开发布".into()),
        copies_to: "县政府办公室".into(),
        printed_by: "云溪镇党政综合办公室".into(),
        printed_on: day,
    }
}

/// A part of the archive; every part is well-formed or this falls.
fn part(docx: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(docx)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// What a reader sees, a line per paragraph.
fn words(xml: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut lines = vec![String::new()];
    let mut places = false;
    loop {
        match reader.read_event().unwrap() {
            // The words in here say where a box stands.
            quick_xml::events::Event::Start(start) => places = start.name().as_ref() == "wp:align",
            quick_xml::events::Event::Text(_) if places => {}
            quick_xml::events::Event::Text(text) => lines.last_mut().unwrap().push_str(&text),
            quick_xml::events::Event::GeneralRef(name) => {
                lines.last_mut().unwrap().push_str(match &*name {
                    "lt" => "<",
                    "gt" => ">",
                    "amp" => "&",
                    other => panic!("unexpected &{other};"),
                });
            }
            quick_xml::events::Event::End(end) if end.name().as_ref() == "w:p" => lines.push(String::new()),
            quick_xml::events::Event::Eof => {
                return lines.into_iter().filter(|line| !line.is_empty()).collect();
            }
            _ => {}
        }
    }
}

#[test]
fn the_parts_of_a_circular_stand_in_their_order() {
    let docx = circular().to_docx().unwrap();
    let lines = words(&part(&docx, "word/document.xml"));
    assert_eq!(
        lines,
        vec![
            "青石县云溪镇人民政府文件",
            "云府〔2026〕12号",
            "关于2026年11月群众",
            "反映问题整改落实情况的通报",
            "各村（社区），镇直各单位：",
            "一、总体情况",
            "本月收到问题182件。",
            "其中<办结>150件 & 32件在办。",
            "（一）办结情况",
            "1.按期办结",
            "（1）逾期办结",
            "二、下步工作",
            "（一）压实责任",
            "单位",
            "件数",
            "某村",
            "12",
            "附件：1. 问题清单",
            "2. 责任分工",
            "云溪镇人民政府",
            "2026年11月22日",
            "（此件公开发布）",
            "附件1",
            "问题清单",
            "略。",
            "抄送：县政府办公室。",
            "云溪镇党政综合办公室2026年11月22日印发",
        ]
    );
}

#[test]
fn the_page_has_the_margins_and_grid_of_the_standard() {
    let xml = part(&circular().to_docx().unwrap(), "word/document.xml");
    assert!(xml.contains(r#"w:top="2098" w:right="1474" w:bottom="1984" w:left="1587""#));
    assert!(xml.contains(r#"<w:docGrid w:type="linesAndChars" w:linePitch="579" w:charSpace="-860"/>"#));
    // 22 lines and 28 characters fit into the type area.
    const {
        assert!(22 * paper::PITCH <= 16_838 - 2_098 - 1_984);
        assert!(28 * (16 * 20 * 4096 - 860 * 20) / 4096 <= paper::WIDTH);
        assert!(28 * (16 * 20 - 6) <= paper::WIDTH && 29 * (16 * 20 - 6) > paper::WIDTH);
        assert!(paper::WIDTH == 11_906 - 1_587 - 1_474);
    }
}

#[test]
fn the_same_document_makes_the_same_bytes() {
    assert_eq!(circular().to_docx().unwrap(), circular().to_docx().unwrap());
}

#[test]
fn only_what_goes_upward_names_who_signs() {
    let signed = |kind| {
        let document = Official { kind, signer: Some("王某".into()), ..circular() };
        words(&part(&document.to_docx().unwrap(), "word/document.xml"))[1].clone()
    };
    assert_eq!(signed(Statutory::Request), "云府〔2026〕12号签发人：王某");
    assert_eq!(signed(Statutory::Notice), "云府〔2026〕12号");
}

#[test]
fn slips_and_bulletins_are_no_statutory_kinds() {
    assert_eq!(Statutory::named("简报"), None);
    assert_eq!(Statutory::named("督办单"), None);
    assert!(
        Statutory::ALL
            .iter()
            .all(|(kind, name)| Statutory::named(name) == Some(*kind) && kind.name() == *name)
    );
}

fn slip() -> Slip {
    Slip {
        head: "云溪镇督办单".into(),
        number: "2026年第12号".into(),
        fields: vec![
            ("承办单位".into(), "镇村建办".into()),
            ("问题".into(), "路灯不亮，群众夜间出行不便。".into()),
        ],
        body: vec![Block::Paragraph("请于2026年12月5日前办结并反馈。".into())],
        signature: "镇党政办".into(),
        date: jiff::civil::date(2026, 11, 22),
        to_fill: vec![("签收人".into(), 1), ("反馈情况".into(), 3)],
    }
}

fn bulletin() -> Bulletin {
    Bulletin {
        masthead: "整改工作简报".into(),
        issue: "2026年第12期（总第40期）".into(),
        publisher: "云溪镇党政综合办公室".into(),
        date: jiff::civil::date(2026, 11, 22),
        title: "11月问题整改进展".into(),
        body: vec![Block::Heading(Level::First, "进展".into()), Block::Paragraph("办结150件。".into())],
        sent_to: SentTo {
            up: "县委办、县政府办".into(), beside: String::new(), down: "各村（社区）".into()
        },
        copies: Some(40),
    }
}

#[test]
fn a_slip_shows_its_particulars_and_leaves_room_for_the_answer() {
    let lines = words(&part(&slip().to_docx().unwrap(), "word/document.xml"));
    assert_eq!(
        lines,
        vec![
            "云溪镇督办单",
            "编号：2026年第12号2026年11月22日",
            "承办单位",
            "镇村建办",
            "问题",
            "路灯不亮，群众夜间出行不便。",
            "请于2026年12月5日前办结并反馈。",
            "镇党政办",
            "2026年11月22日",
            "签收人",
            "反馈情况",
        ]
    );
}

#[test]
fn a_bulletin_says_whom_it_goes_to() {
    let lines = words(&part(&bulletin().to_docx().unwrap(), "word/document.xml"));
    assert_eq!(lines[1..3], ["2026年第12期（总第40期）", "云溪镇党政综合办公室2026年11月22日"]);
    assert_eq!(lines[lines.len() - 3..], ["报：县委办、县政府办", "发：各村（社区）", "共印40份"]);
}

#[test]
fn every_part_is_well_formed() {
    for docx in [circular().to_docx(), slip().to_docx(), bulletin().to_docx()] {
        let docx = docx.unwrap();
        let archive = zip::ZipArchive::new(Cursor::new(&docx)).unwrap();
        let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert_eq!(names.len(), 10);
        for name in names {
            words(&part(&docx, &name));
        }
    }
}
