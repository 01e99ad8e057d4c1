use rust_xlsxwriter::{ExcelDateTime, Format, Workbook as Writer, Worksheet, XlsxError};

use super::*;

fn book(fill: impl FnOnce(&mut Worksheet) -> Result<(), XlsxError>) -> Sheet {
    let mut writer = Writer::new();
    fill(writer.add_worksheet()).unwrap();
    let bytes = writer.save_to_buffer().unwrap();
    Workbook::read(&bytes, "台账.xlsx").unwrap().sheets.remove(0)
}

fn csv(text: &str) -> Sheet {
    Workbook::read(text.as_bytes(), "台账.csv").unwrap().sheets.remove(0)
}

#[test]
fn texts_come_back_to_the_byte() {
    let texts = ["\n\t\t　　路灯不亮\u{a0}\n", "a\r\nb\rc", " 前后 ", "_x000D_", "=1+1", "𠀀\u{1}", "&<>\"'"];
    let sheet = book(|sheet| {
        for (row, text) in (0..).zip(texts) {
            sheet.write_string(row, 0, text)?;
        }
        Ok(())
    });
    let read: Vec<_> = sheet.rows.iter().map(|row| row.cell(0).clone()).collect();
    assert_eq!(read, texts.map(Cell::from));
}

#[test]
fn numbers_and_days_keep_their_kind() {
    let sheet = book(|sheet| {
        let day = Format::new().set_num_format("yyyy/m/d");
        let moment = Format::new().set_num_format("yyyy/m/d h:mm:ss");
        sheet.write_number(0, 0, 12.0)?.write_number(0, 1, 510_183_199_001_011_234_f64)?;
        sheet.write_with_format(0, 2, ExcelDateTime::from_ymd(2019, 2, 28)?, &day)?;
        sheet.write_with_format(0, 3, ExcelDateTime::from_ymd(2019, 2, 28)?.and_hms(11, 25, 5)?, &moment)?;
        sheet.write_boolean(0, 4, true)?;
        Ok(())
    });
    let row = &sheet.rows[0];
    assert_eq!(row.cell(0).as_text(), "12");
    assert!(row.cell(1).as_text().starts_with("5101831990010112"), "{:?}", row.cell(1));
    assert_eq!(sheet.rounded, vec![(1, 1)]);
    assert_eq!(*row.cell(2), Cell::Date(jiff::civil::date(2019, 2, 28)));
    assert_eq!(*row.cell(3), Cell::Moment(jiff::civil::date(2019, 2, 28).at(11, 25, 5, 0)));
    assert_eq!(row.cell(4).as_text(), "TRUE");
    assert_eq!(*row.cell(99), Cell::Empty);
}

#[test]
fn digits_that_the_file_still_holds_are_read_digit_by_digit() {
    let mut writer = Writer::new();
    writer.add_worksheet().set_name("名单&").unwrap().write_number(1, 1, 7_777_777_777_777_777.0).unwrap();
    let bytes = writer.save_to_buffer().unwrap();
    // As a program writes it that puts a whole number of eighteen digits into a number cell.
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
    let mut changed = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut part, &mut text).unwrap();
        let text = text.replace("7777777777777777", "510183199001011234");
        changed.start_file(part.name().unwrap(), zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut changed, text.as_bytes()).unwrap();
    }
    let bytes = changed.finish().unwrap().into_inner();
    let book = Workbook::read(&bytes, "名单.xlsx").unwrap();
    assert_eq!(*book.sheets[0].rows[0].cell(1), Cell::text("510183199001011234"));
    assert!(book.sheets[0].rounded.is_empty());
}

#[test]
fn phantom_and_blank_rows_are_not_there() {
    let sheet = book(|sheet| {
        let yellow = Format::new().set_bold();
        sheet.write_string(0, 0, "编号")?.write_string(4, 0, "1")?.write_string(7, 0, " \n")?;
        for row in 10..3_000 {
            sheet.write_blank(row, 5, &yellow)?;
        }
        sheet.write_blank(1_048_575, 16_383, &yellow)?;
        Ok(())
    });
    assert_eq!(sheet.rows.iter().map(|row| row.number).collect::<Vec<_>>(), vec![1, 5]);
    assert_eq!(sheet.width(), 1);
}

#[test]
fn a_head_is_found_under_titles_and_in_two_merged_rows() {
    let sheet = book(|sheet| {
        let plain = Format::new();
        sheet.merge_range(0, 0, 0, 5, "某镇问题整改台账", &plain)?;
        sheet
            .merge_range(1, 0, 1, 2, "填报单位：党政办", &plain)?
            .merge_range(1, 3, 1, 5, "2026年", &plain)?;
        sheet.merge_range(2, 0, 3, 0, "序号", &plain)?.merge_range(2, 1, 3, 1, "问 题\n描述", &plain)?;
        sheet.merge_range(2, 2, 2, 3, "责任人", &plain)?.merge_range(2, 4, 3, 5, "备注", &plain)?;
        sheet.write_string(3, 2, "姓名")?.write_string(3, 3, "电话")?;
        sheet.write_number(4, 0, 1)?.write_string(4, 1, "路灯不亮")?.write_string(4, 2, "张某")?;
        Ok(())
    });
    let header = find_header(&sheet).unwrap();
    assert_eq!(header.rows, (3, 4));
    assert_eq!(header.first_data_row, 5);
    assert_eq!(header.titles(), vec!["序号", "问题描述", "责任人/姓名", "责任人/电话", "备注"]);
    assert_eq!(header.columns[4].index, 4);
    assert_eq!(sheet.body(&header).count(), 1);
}

#[test]
fn a_head_of_two_rows_is_found_without_merged_cells() {
    let sheet = csv("序号,联系方式,,备注\n,电话,地址,\n1,2345,某村,\n");
    let header = find_header(&sheet).unwrap();
    assert_eq!(header.rows, (1, 2));
    assert_eq!(header.titles(), vec!["序号", "联系方式/电话", "联系方式/地址", "备注"]);
}

#[test]
fn a_line_filled_in_once_per_file_is_no_head() {
    let header = find_header(&csv("登记表,,,\n填报单位：,某省,省*,某市\n姓名*,性别,电话,住址\n")).unwrap();
    assert_eq!(header.rows, (3, 3));
    let header =
        find_header(&csv("调查表\n某村（盖章）,,某单位（盖章）,\n编号,项目,单位,数量\n1,走访,次,3\n"))
            .unwrap();
    assert_eq!(header.rows, (3, 3));
    // A column of that name is one.
    assert_eq!(find_header(&csv("填报单位,件数\n住建局,99\n")).unwrap().rows, (1, 1));
}

#[test]
fn a_row_numbering_the_columns_belongs_to_the_head() {
    let header = find_header(&csv("单位,件数,办结\n1,2,3\n住建局,99,87\n")).unwrap();
    assert_eq!((header.rows, header.first_data_row), ((1, 2), 3));
    assert_eq!(header.titles(), vec!["单位", "件数", "办结"]);
}

#[test]
fn a_table_without_a_head_has_none() {
    assert_eq!(find_header(&csv("24,A01,2020/1/6\n25,A02,2020/1/7\n")), None);
    assert_eq!(find_header(&Sheet::default()), None);
}

#[test]
fn an_empty_form_has_a_head_all_the_same() {
    let header = find_header(&csv("姓名,性别,出生日期\n")).unwrap();
    assert_eq!((header.rows, header.first_data_row), ((1, 1), 2));
}

const HINTS: [FieldHint<'_>; 5] = [
    FieldHint { key: "detail", names: &["留言详情", "详情", "问题描述"] },
    FieldHint { key: "received", names: &["留言时间", "反映时间", "时间"] },
    FieldHint { key: "likes", names: &["点赞数", "点赞", "数"] },
    FieldHint { key: "objections", names: &["反对数"] },
    FieldHint { key: "phone", names: &["联系电话", "电话"] },
];

fn chosen(titles: &str, remembered: Option<&Mapping>) -> Vec<(String, usize)> {
    let header = find_header(&csv(titles)).unwrap();
    let mapping = propose_mapping(&header, &HINTS, remembered);
    mapping.chosen.into_iter().map(|chosen| (chosen.key, chosen.column)).collect()
}

fn pairs(expected: &[(&str, usize)]) -> Vec<(String, usize)> {
    expected.iter().map(|(key, column)| ((*key).to_owned(), *column)).collect()
}

#[test]
fn objections_before_likes_are_not_taken_for_likes() {
    let expected = pairs(&[("detail", 1), ("received", 0), ("likes", 3), ("objections", 2)]);
    assert_eq!(chosen("留言时间,留言详情,反对数,点赞数", None), expected);
    // A column of another count is nobody's.
    assert_eq!(chosen("留言时间,反对数,收藏数", None), pairs(&[("received", 0), ("objections", 1)]));
}

#[test]
fn exact_names_go_before_contained_ones_and_a_column_is_used_once() {
    assert_eq!(chosen("答复时间,留言时间", None), pairs(&[("received", 1)]));
    assert_eq!(chosen("姓名,来访人电话,＊联系电话（必填）：", None), pairs(&[("phone", 2)]));
    assert_eq!(chosen("群众反映的问题描述,备注", None), pairs(&[("detail", 0)]));
}

#[test]
fn the_sheet_that_fits_is_found_behind_instructions() {
    let mut book =
        Workbook { sheets: vec![csv("步骤,说明\n一,先填表\n"), csv("留言详情,留言时间\n")] };
    book.sheets[1].name = "台账".into();
    assert_eq!(book.best_sheet(&HINTS).unwrap().0.name, "台账");
    book.sheets[1].hidden = true;
    assert_eq!(book.best_sheet(&HINTS).unwrap().1.titles(), vec!["步骤", "说明"]);
}

#[test]
fn a_mapping_is_remembered_for_its_template_and_found_again_when_columns_move() {
    let header = find_header(&csv("甲列,乙列,点赞数")).unwrap();
    let by_hand = Mapping::by_hand(&header, [("detail", 1), ("likes", 9)]);
    // On the same template nothing is added to what the person chose.
    assert_eq!(chosen("甲 列,乙列*,点赞数", Some(&by_hand)), pairs(&[("detail", 1)]));
    assert_eq!(chosen("乙列,点赞数,甲列,丙列", Some(&by_hand)), pairs(&[("detail", 0), ("likes", 1)]));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_the_reader_fall(bytes: Vec<u8>, kind in 0..4_usize) {
        let starts: [&[u8]; 4] = [b"", b"PK\x03\x04", &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], b"\xEF\xBB\xBF"];
        let bytes = [starts[kind], &bytes].concat();
        if let Ok(book) = Workbook::read(&bytes, "x") {
            let _ = book.sheets.iter().map(find_header).collect::<Vec<_>>();
        }
    }
}
