//! Workbooks as offices send them, on both engines.

use std::{path::PathBuf, sync::Arc};

use access::{Actor, HeldPost, MasterKey, Permit, RightsTable};
use base::{Error, Id, Language, Result, calendar::Calendar, noun::Person};
use db::{
    Statement,
    testing::{Fresh, both_engines},
    values,
};
use office::{
    Cell,
    read::Workbook,
    table::{Column, Kind, Table},
};
use regulation::Compendium;
use web::Catalogue;

use super::*;
use crate::{
    export::{self, Format, Speaker},
    store::{Filter, Sight, Sort},
};

/// A county with its real townships and villages, and a clerk of one township.
struct County {
    fresh: Fresh,
    held: Arc<Held>,
}

struct Held {
    compendium: Compendium,
    rights: RightsTable,
    master: MasterKey,
    clerk: Actor,
    catalogue: Catalogue,
}

impl Held {
    fn rules(&self) -> Rules<'_> {
        Rules { compendium: &self.compendium, rights: &self.rights, calendar: Calendar::shipped() }
    }

    fn importer(&self) -> Importer<'_> {
        Importer::Person(&self.clerk)
    }
}

static PERSON: Statement = Statement::new(
    "test.person",
    "INSERT INTO person (id, name, unit_id, note, made_at, version) \
     VALUES ($1, $2, $3, '', '2020-01-01T00:00:00.000000Z', 1)",
);

const COUNTY: &str = "510183";

fn counties() -> Vec<County> {
    let steps: Vec<db::Migration> =
        [journal::MIGRATIONS, access::MIGRATIONS, org::MIGRATIONS, crate::store::MIGRATIONS].concat();
    both_engines(&steps).into_iter().map(County::found).collect()
}

/// A township of the county.
fn township(cx: &mut Cx<'_>) -> Result<org::unit::Unit> {
    let root = org::unit::root(cx)?.ok_or_else(|| Error::fault("no county"))?;
    let below = org::units_below(cx, &root.path)?;
    below.into_iter().find(|unit| unit.depth() == 1).ok_or_else(|| Error::fault("no township"))
}

impl County {
    fn found(fresh: Fresh) -> Self {
        let caller = fresh.db.caller("system:test");
        let (township, person) = fresh
            .db
            .write_now(&caller, |cx| {
                org::unit::acts::found(cx, &Permit::for_job("org.edit", "test"), COUNTY)?;
                let township = township(cx)?;
                let person: Id<Person> = cx.new_id();
                cx.execute(&PERSON, values![person, "干事", township.id])?;
                Ok((township, person))
            })
            .unwrap();
        let post = HeldPost {
            id: fresh.db.ids().next(fresh.clock.now()),
            role: "office-clerk".into(),
            unit: township.id,
            unit_path: township.path,
            unit_name: township.name,
            for_person: None,
        };
        let clerk = Actor { person: Some(person), name: "干事".into(), posts: vec![post] };
        let compendium = regulation::load_shipped();
        let rights = RightsTable::new(compendium.rights().rights.clone());
        let texts = [
            (Language::Chinese, include_str!("../../text/import.zh-CN.ftl")),
            (Language::English, include_str!("../../text/import.en.ftl")),
            (Language::Chinese, include_str!("../../../office/text/zh-CN.ftl")),
            (Language::English, include_str!("../../../office/text/en.ftl")),
        ];
        let catalogue = Catalogue::new(&texts).unwrap();
        let master = MasterKey::generate().unwrap();
        Self { fresh, held: Arc::new(Held { compendium, rights, master, clerk, catalogue }) }
    }

    fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Cx<'_>, &Held) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (caller, held) = (self.fresh.db.caller(self.held.clerk.journal_name()), Arc::clone(&self.held));
        self.fresh.db.read_now(&caller, move |cx| work(cx, &held))
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Cx<'_>, &Held) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (caller, held) = (self.fresh.db.caller(self.held.clerk.journal_name()), Arc::clone(&self.held));
        self.fresh.db.write_now(&caller, move |cx| work(cx, &held))
    }

    fn prepare(&self, (bytes, name): (&[u8], &str), choices: &Choices) -> Result<Prepared> {
        let book = Workbook::read(bytes, name)?;
        let (digest, name, choices) = (sha256(bytes), name.to_owned(), choices.clone());
        self.read(move |cx, held| {
            let file = File { book: &book, name: &name, sha256: &digest };
            prepare(cx, &held.rules(), held.importer(), file, &choices)
        })
    }

    /// What the command and the job do: prepare and, where nothing stops it, load.
    fn import(&self, file: (&[u8], &str), choices: &Choices) -> Result<(Prepared, Option<Loaded>)> {
        let prepared = self.prepare(file, choices)?;
        if prepared.is_stopped(choices) || prepared.drafts.is_empty() {
            return Ok((prepared, None));
        }
        let book = Workbook::read(file.0, file.1)?;
        let (digest, name) = (sha256(file.0), file.1.to_owned());
        self.write(move |cx, held| {
            let permit = job::permit_for(cx, &held.rules(), held.importer(), &prepared)?;
            let file = File { book: &book, name: &name, sha256: &digest };
            let loaded = load(cx, &held.rules(), (&permit, &held.master), (&prepared, file), &|_| {})?;
            Ok((prepared, Some(loaded)))
        })
    }

    fn exported(&self, filter: &Filter) -> Table {
        let filter = filter.clone();
        let table = self.read(move |cx, held| {
            let (compendium, catalogue) = (&held.compendium, &held.catalogue);
            let speaker = Speaker { compendium, catalogue, language: Language::Chinese };
            export::table(cx, &speaker, &Sight::everything(), &filter)
        });
        table.unwrap()
    }

    fn say(&self, refusals: &[Refusal]) -> Vec<String> {
        refusals.iter().map(|refusal| self.held.catalogue.refusal(Language::Chinese, refusal)).collect()
    }

    /// The names of two villages of the clerk's township, and of one elsewhere.
    fn villages(&self) -> [String; 3] {
        let found = self.read(|cx, _| {
            let home = township(cx)?;
            let own: Vec<String> =
                org::units_below(cx, &home.path)?.into_iter().map(|unit| unit.name).collect();
            let root = org::unit::root(cx)?.ok_or_else(|| Error::fault("no county"))?;
            let all = org::units_below(cx, &root.path)?;
            let strange = |unit: &&org::unit::Unit| {
                unit.depth() == 2 && !unit.path.is_within(&home.path) && !own.contains(&unit.name)
            };
            let strange = all.iter().find(strange).map(|unit| unit.name.clone()).unwrap_or_default();
            Ok([own[0].clone(), own[1].clone(), strange])
        });
        found.unwrap()
    }
}

fn csv(lines: &[&str]) -> Vec<u8> {
    lines.join("\n").into_bytes()
}

fn order() -> Filter {
    Filter { sort: Sort::Oldest, ..Filter::default() }
}

/// The texts under a title of a table.
fn column(table: &Table, title: &str) -> Vec<String> {
    let at = table.columns.iter().position(|column| column.title == title);
    let at = at.unwrap_or_else(|| panic!("no column {title}"));
    table.rows.iter().map(|row| row[at].as_text().into_owned()).collect()
}

/// Messages of our own making with what the real ones have: line breaks and tabs before the words, wide and
/// hard spaces, signs a spreadsheet would run, long texts, exact duplicates, dates in several forms, answers.
fn messages(count: usize) -> Table {
    let signs = [
        "=", "-", "@", "，", "路灯", "停水", "噪音", "医保", "道路", "垃圾", "\u{3000}", "\u{a0}", "“”", ",",
        "\"", "'",
    ];
    let text = |seed: usize, length: usize| -> String {
        let mut state = seed as u64 + 1;
        let mut out = String::new();
        for _ in 0..length {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let pick = (state >> 33) as usize;
            match pick % 7 {
                0 => out.push_str(signs[pick / 7 % signs.len()]),
                _ => out.extend(char::from_u32(0x4e00 + u32::try_from(pick / 7 % 3000).unwrap())),
            }
        }
        out
    };
    let row = |n: usize| -> Vec<Cell> {
        // Every fiftieth message was sent twice.
        let words = if n % 50 == 49 { n - 1 } else { n };
        let length = if words % 400 == 3 { 9000 } else { 60 + words % 500 };
        let when = match n % 3 {
            0 => format!("2019/{}/{} 11:25:05", n % 12 + 1, n % 28 + 1),
            1 => format!("2017-{:02}-{:02} 17:31:20", n % 12 + 1, n % 28 + 1),
            _ => format!("2018年{}月{}日", n % 12 + 1, n % 28 + 1),
        };
        vec![
            Cell::text((2000 + n).to_string()),
            Cell::text(format!("U{n:08}")),
            Cell::text(text(n + 7_000_000, 12)),
            Cell::text(when),
            Cell::text(format!("\n\t\t\t\t\t\n\t\t{}\u{3000}\n\t", text(words, length))),
            Cell::text(format!("网友您好：\n{}", text(n + 9_000_000, 150))),
            Cell::text("2019/3/1 9:00:00"),
        ]
    };
    let titles = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间"];
    Table {
        columns: titles.iter().map(|title| Column::new(*title, 20, Kind::Text)).collect(),
        rows: (0..count).map(row).collect(),
        ..Table::default()
    }
}

#[test]
fn two_thousand_messages_go_in_and_come_out_to_the_byte() {
    for county in counties() {
        let table = messages(1999);
        let bytes = table.to_xlsx().unwrap();
        let (prepared, loaded) = county.import((&bytes, "留言与答复.xlsx"), &Choices::default()).unwrap();
        let loaded = loaded.unwrap_or_else(|| panic!("{:?}", prepared.refused.first()));
        assert_eq!((loaded.raised, loaded.known, prepared.refused.len()), (1999, 0, 0));
        assert_eq!(prepared.channel.as_deref(), Some("online"), "the head speaks of 留言");
        assert_eq!(prepared.twins.iter().filter(|twin| twin.exact).count(), 39);
        let out = county.exported(&order());
        for format in [Format::Xlsx, Format::Csv] {
            let file = format.write(&out).unwrap();
            let back = Workbook::read(&file, &format!("x.{}", format.ending())).unwrap();
            let header = office::read::find_header(&back.sheets[0]).unwrap();
            let rows: Vec<_> = back.sheets[0].body(&header).collect();
            assert_eq!(rows.len(), 1999);
            for (theirs, ours) in [
                ("留言详情", "原话"),
                ("留言主题", "问题"),
                ("答复意见", "答复"),
                ("答复时间", "答复时间"),
                ("留言编号", "留言编号"),
                ("留言时间", "留言时间"),
            ] {
                let at = header.columns.iter().find(|column| column.title == ours).unwrap().index;
                let wanted = column(&table, theirs);
                for (row, wanted) in rows.iter().zip(&wanted) {
                    assert_eq!(row.cell(at).as_text(), *wanted, "{ours}");
                }
            }
            assert!(header.columns.iter().all(|column| column.title != "留言用户"), "a name is sealed");
        }
        for word in ["噪音", "医保", "路灯"] {
            let holds = |row: &&Vec<Cell>| {
                [2, 4, 5].iter().any(|at: &usize| text::fold(&row[*at].as_text()).contains(word))
            };
            let wanted = table.rows.iter().filter(holds).count();
            let found = county.exported(&Filter { q: Some(word.to_owned()), ..Filter::default() });
            assert_eq!(found.rows.len(), wanted, "{word}");
            assert!(wanted > 0);
        }
        let (again, nothing) = county.import((&bytes, "留言与答复.xlsx"), &Choices::default()).unwrap();
        assert_eq!(
            (again.known, nothing, again.before.len()),
            (1999, None, 1),
            "a second load changes nothing"
        );
    }
}

#[test]
fn a_ledger_is_read_with_its_villages_channels_and_own_columns() {
    for county in counties() {
        let [east, west, _] = county.villages();
        let file = csv(&[
            "某镇问题台账,,,,,,,,,",
            "序号,问题,问题描述,所在村,来源渠道,登记时间,时限,备注,身份证号,",
            &format!(
                "1,路灯不亮,\"村口路灯\n坏了三周\",{east},入户走访,2026.3.5,2026-12-05,第一批,510183197001011234,另记"
            ),
            &format!(
                "2,,渠道堵塞三年了没有人管过，每到下雨天水就漫到田里来。求修。,{west},座谈,2026年4月1日,,,,"
            ),
            "3,自来水浑浊,,,,,,,,",
            "4,,,,,,,,,",
        ]);
        let (prepared, loaded) = county.import((&file, "台账.csv"), &Choices::default()).unwrap();
        assert_eq!(county.say(&refusals(&prepared)), Vec::<String>::new());
        assert_eq!(
            (prepared.rows, loaded.map(|loaded| loaded.raised)),
            (3, Some(3)),
            "row 4 only has its number"
        );
        assert_eq!(prepared.made(), (1, 1));
        let out = county.exported(&order());
        assert_eq!(
            column(&out, "问题"),
            ["路灯不亮", "渠道堵塞三年了没有人管过，每到下雨天水就漫到田里来", "自来水浑浊"]
        );
        assert_eq!(column(&out, "原话")[0], "村口路灯\n坏了三周");
        assert_eq!(column(&out, "原话")[2], "自来水浑浊");
        assert_eq!(column(&out, "收集方式"), ["上门走访", "会议座谈", "书面填表"]);
        assert_eq!(column(&out, "所在村（社区）")[..2], [east.clone(), west.clone()]);
        assert_eq!(column(&out, "反映时间")[0], "2026-03-05 00:00:00");
        assert_eq!(column(&out, "备注"), ["第一批", "", ""]);
        assert_eq!(column(&out, "J"), ["另记", "", ""], "a column without a title is kept under its letter");
        assert!(out.columns.iter().all(|column| !column.title.contains("身份证")), "an identity is sealed");
        assert_eq!(column(&out, "状态"), ["已收集"; 3]);
    }
}

fn refusals(prepared: &Prepared) -> Vec<Refusal> {
    prepared.refused.iter().map(|(_, refusal)| refusal.clone()).collect()
}

#[test]
fn refused_rows_name_field_rule_and_mend_and_nothing_goes_in() {
    for county in counties() {
        let [east, _, strange] = county.villages();
        let file = csv(&[
            "问题,所在村,收集方式,反映时间,时限",
            &format!("路灯不亮,{east},走访,2026-3-5,2026-12-05"),
            &format!("路灯不亮,{east},走访,2026-3-5,年底前"),
            "路灯不亮,无此村,走访,2026-3-5,",
            &format!("路灯不亮,{strange},走访,,"),
            &format!("路灯不亮,{east},听说,,"),
            &format!("路灯不亮,{east},走访,2027-3-5,"),
            &format!(",{east},走访,,"),
        ]);
        let (prepared, loaded) = county.import((&file, "台账.csv"), &Choices::default()).unwrap();
        assert_eq!((loaded, county.exported(&order()).rows.len()), (None, 0), "all or nothing");
        let said = county.say(&refusals(&prepared));
        let begin = [
            "第 3 行“时限”不是日期：“年底前”。写成 2026-12-05 或 2026年12月5日",
            "第 4 行“所在村”：负责范围内没有“无此村”",
            "第 5 行“所在村”：负责范围内没有",
            "第 6 行“收集方式”写的“听说”不在收集方式之列。改成：书面填表、会议座谈",
            "第 7 行“反映时间”在今天之后：“2027-3-5”",
            "第 8 行“问题”没有写问题",
        ];
        assert_eq!(said.len(), begin.len(), "{said:#?}");
        for (said, begin) in said.iter().zip(begin) {
            assert!(said.starts_with(begin), "{said}\n{begin}");
        }
        let partial = Choices { on_refusal: OnRefusal::GoodRows, ..Choices::default() };
        let (_, loaded) = county.import((&file, "台账.csv"), &partial).unwrap();
        assert_eq!(
            loaded.map(|loaded| loaded.raised),
            Some(1),
            "the good row goes in when that is asked for"
        );
    }
}

#[test]
fn what_is_no_ledger_is_refused_with_what_it_is() {
    for county in counties() {
        let refused = |lines: &[&str]| {
            let prepared = county.prepare((&csv(lines), "表.csv"), &Choices::default());
            let all = prepared.map_or_else(|error| error.refusals().to_vec(), |prepared| refusals(&prepared));
            (all[0].key.to_string(), county.say(&all).remove(0))
        };
        let (key, said) = refused(&["姓名,性别,所在村,联系电话", "张三,男,东村,13800000000"]);
        assert_eq!(key, "case.import-is-of-persons");
        assert!(said.contains("姓名、性别、所在村、联系电话") && said.contains("导入人员"), "{said}");
        let (key, _) = refused(&["机构名称,机构编码,上级机构", "东村,510183104201,某镇"]);
        assert_eq!(key, "case.import-is-of-units");
        let (key, said) = refused(&["一级分类,二级分类,三级分类", "城乡建设,安全生产,事故处理"]);
        assert_eq!(key, "case.import-no-problem-column");
        assert!(said.contains("一级分类、二级分类、三级分类"), "{said}");
        let (key, said) = refused(&["序号,问题,责任单位,时限", "1,,,", "2,,,"]);
        assert_eq!(key, "case.import-empty-form");
        assert!(said.contains("空表"), "{said}");
    }
}

#[test]
fn a_mapping_made_by_hand_is_remembered_for_its_template() {
    for county in counties() {
        let first = csv(&["事由,甲,乙", "路灯不亮,东头,李某"]);
        let by_hand = Choices {
            titled: vec![("事由".into(), "detail".into()), ("甲".into(), "place".into())],
            ..Choices::default()
        };
        let (_, loaded) = county.import((&first, "一.csv"), &by_hand).unwrap();
        assert_eq!(loaded.map(|loaded| loaded.raised), Some(1));
        let second = county
            .prepare((&csv(&["事由,甲,乙", "井盖丢失,西头,王某"]), "二.csv"), &Choices::default())
            .unwrap();
        let fields: Vec<&str> = second.columns.iter().map(|column| column.field.as_str()).collect();
        assert_eq!(fields, ["detail", "place", ""]);
        let unknown = Choices { titled: vec![("事由".into(), "reason".into())], ..Choices::default() };
        let error = county.prepare((&first, "一.csv"), &unknown).unwrap_err();
        assert_eq!(error.refusals()[0].key, "case.import-no-field");
    }
}

#[test]
fn duplicates_in_the_file_and_in_the_ledger_are_shown_and_can_be_left_out() {
    for county in counties() {
        let lamp = "我家门口的路灯坏了三个星期，晚上老人和孩子走路很不方便，请尽快安排人来修理，谢谢。";
        let again = "您好！我家门口的路灯坏了三个星期，晚上老人和孩子走路很不方便，请尽快安排人来修理。";
        let water = "村里的自来水已经停了两天，打电话一直没有人接，希望有关部门给一个恢复供水的时间。";
        county
            .import((&csv(&["原话,联系电话", &format!("{lamp},1")]), "一.csv"), &Choices::default())
            .unwrap();
        let file = csv(&[
            "原话,联系电话",
            &format!("{water},2"),
            &format!("{again},3"),
            &format!("{lamp},4"),
            &format!("{water},5"),
        ]);
        let skip = Choices { on_twin: OnTwin::Skip, ..Choices::default() };
        let prepared = county.prepare((&file, "二.csv"), &skip).unwrap();
        let exact: Vec<u32> = prepared.twins.iter().filter(|twin| twin.exact).map(|twin| twin.row).collect();
        assert_eq!(exact, [4, 5], "row 4 is on the ledger, row 5 repeats row 2");
        assert!(prepared.twins.iter().any(|twin| twin.row == 3 && !twin.exact && twin.similarity > 0.7));
        assert_eq!((prepared.skipped, prepared.drafts.len()), (2, 2));
        let all = county.prepare((&file, "二.csv"), &Choices::default()).unwrap();
        assert_eq!((all.skipped, all.drafts.len()), (0, 4));
    }
}

#[test]
fn an_undone_import_leaves_nothing_and_can_be_made_again() {
    for county in counties() {
        let table = messages(5).to_xlsx().unwrap();
        let (_, loaded) = county.import((&table, "一.xlsx"), &Choices::default()).unwrap();
        let id = loaded.unwrap().id;
        let gone = county.write(move |cx, _| {
            acts::undo_import(cx, &Permit::for_job("case.import.undo", "test"), (id, "导错了文件"))
        });
        assert_eq!(gone.unwrap(), 5);
        assert_eq!(county.exported(&order()).rows.len(), 0);
        let (prepared, loaded) = county.import((&table, "一.xlsx"), &Choices::default()).unwrap();
        assert_eq!((prepared.known, loaded.map(|loaded| loaded.raised)), (0, Some(5)));
    }
}

/// Files as the world makes them, where a folder of such is at hand: each either imports or says why not.
#[test]
#[ignore = "wants the folders of LUOSHI_REAL_FILES, separated by colons"]
fn every_real_file_imports_or_says_why_not() {
    let folders = std::env::var("LUOSHI_REAL_FILES").unwrap();
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in folders.split(':') {
        files.extend(std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    }
    files.sort();
    for county in counties() {
        for path in &files {
            let (bytes, name) = (std::fs::read(path).unwrap(), path.file_name().unwrap().to_str().unwrap());
            let begun = std::time::Instant::now();
            match (county.import((&bytes, name), &Choices::default()), begun.elapsed()) {
                (Ok((prepared, loaded)), took) => {
                    let fields: Vec<String> =
                        prepared.mapping.chosen.iter().map(|c| format!("{}={}", c.title, c.key)).collect();
                    let said = county.say(&refusals(&prepared));
                    println!(
                        "{name}\t{} 行\t{loaded:?}\t退 {}\t已有 {}\t重复 {}\t{took:?}\t{}",
                        prepared.rows,
                        said.len(),
                        prepared.known,
                        prepared.twins.len(),
                        fields.join(" ")
                    );
                    assert!(loaded.is_some() || prepared.known > 0 || !said.is_empty(), "{name}");
                    said.iter().take(3).for_each(|line| println!("    {line}"));
                }
                (Err(Error::Refused(all)), took) => {
                    println!("{name}\t不导入\t{took:?}\n    {}", county.say(&all).join("\n    "));
                }
                (Err(fault), _) => panic!("{name}: {fault}"),
            }
        }
    }
}
