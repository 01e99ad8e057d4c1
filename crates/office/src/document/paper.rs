//! The paper a document is set on: A4 with the margins and the grid of GB/T 9704-2012, 22 lines of 28
//! characters, written as WordprocessingML by hand because the grid, exact line pitches and the floating
//! colophon are what counts and a general library keeps them out of reach. The same content always makes
//! the same bytes: no clock, no random ids, a fixed time in the archive.

use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
};

use base::{Date, Error, Result};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::line::{BLACK, Font, Line, escape};

/// Width of the type area, 156 mm, in twentieths of a point.
pub(super) const WIDTH: u32 = 8845;
/// Pitch of a line: 22 of them fill the 225 mm of the type area.
pub(super) const PITCH: u32 = 579;
/// Height of a line that is only a rule.
pub(super) const RULE_PITCH: u32 = 20;
/// 35 mm, the distance of the red head from the top of the type area.
pub(super) const HEAD_DROP: u32 = 1984;

/// How the paper lies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Layout {
    /// Upright, in the margins and the grid of GB/T 9704-2012.
    #[default]
    Portrait,
    /// Lying, for wide tables: 20 mm round, no grid.
    Landscape,
}

impl Layout {
    /// Width of the type area in twentieths of a point.
    const fn width(self) -> u32 {
        match self {
            Self::Portrait => WIDTH,
            Self::Landscape => 16838 - 2 * 1134,
        }
    }

    const fn section(self) -> &'static str {
        match self {
            Self::Portrait => concat!(
                r#"<w:pgSz w:w="11906" w:h="16838"/>"#,
                r#"<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1587" w:header="851" w:footer="1190" w:gutter="0"/>"#,
            ),
            Self::Landscape => concat!(
                r#"<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>"#,
                r#"<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/>"#,
            ),
        }
    }
}

/// What grows into a document.
#[derive(Default)]
pub(super) struct Paper {
    body: String,
    layout: Layout,
}

impl Paper {
    /// Paper that lies.
    pub(super) fn lying() -> Self {
        Self { layout: Layout::Landscape, ..Self::default() }
    }

    pub(super) fn line(&mut self, line: &Line<'_>) {
        line.write(&mut self.body);
    }

    pub(super) fn blank(&mut self, lines: usize) {
        for _ in 0..lines {
            self.line(&Line::new(""));
        }
    }

    pub(super) fn page_break(&mut self) {
        self.body.push_str(r#"<w:p><w:r><w:br w:type="page"/></w:r></w:p>"#);
    }

    /// A ruled table; the shares divide the width of the type area, the head repeats on every page.
    pub(super) fn table(&mut self, shares: &[u32], head: &[String], rows: &[Vec<String>]) {
        let total = shares.iter().sum::<u32>().max(1);
        let short = |at: usize| {
            let texts = rows.iter().filter_map(|row| row.get(at));
            texts.map(|text| text.chars().count()).max().unwrap_or(0) <= 8
        };
        let columns: Vec<TableColumn> = (0..)
            .zip(shares)
            .map(|(at, share)| TableColumn { width: share * self.layout.width() / total, centred: short(at) })
            .collect();
        let widths: Vec<u32> = columns.iter().map(|column| column.width).collect();
        self.body.push_str(&open_table(&widths));
        if !head.is_empty() {
            let centred = columns.iter().map(|column| TableColumn { centred: true, ..*column });
            self.row(&centred.collect::<Vec<_>>(), head, (Font::Hei, "<w:tblHeader/>"));
        }
        for row in rows {
            self.row(&columns, row, (Font::FangSong, ""));
        }
        self.body.push_str("</w:tbl>");
    }

    fn row(&mut self, columns: &[TableColumn], texts: &[String], (font, repeats): (Font, &str)) {
        let _ = write!(self.body, "<w:tr><w:trPr><w:cantSplit/>{repeats}</w:trPr>");
        for (at, column) in columns.iter().enumerate() {
            let text = texts.get(at).map_or("", String::as_str);
            let _ = write!(
                self.body,
                r#"<w:tc><w:tcPr><w:tcW w:w="{}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>"#,
                column.width
            );
            for part in text.split('\n') {
                let line = Line::new(part).font(font).size(24).pitch(400).inset(30);
                if column.centred { line.centred() } else { line }.write(&mut self.body);
            }
            self.body.push_str("</w:tc>");
        }
        self.body.push_str("</w:tr>");
    }

    /// The colophon (版记), its last rule on the lower edge of the type area: outer rules 0.35 mm, inner
    /// 0.25 mm. A text box, since neither frames nor floating tables keep their place in every program;
    /// its text stands at its foot, so a height reckoned a line too large does no harm.
    pub(super) fn colophon(&mut self, lines: &[Line<'_>]) {
        let mut inside = String::new();
        let mut height = 4 * RULE_PITCH;
        for (at, line) in lines.iter().enumerate() {
            Line::rule(BLACK, if at == 0 { 8 } else { 6 }).write(&mut inside);
            line.write(&mut inside);
            height += RULE_PITCH + line.lines_in(WIDTH) * PITCH;
        }
        Line::rule(BLACK, 8).write(&mut inside);
        // A program that cuts a box at its edge must not cut the last rule.
        Line::new("").size(2).pitch(RULE_PITCH).write(&mut inside);
        self.body.push_str(&text_box(&inside, height));
    }

    /// The finished file.
    pub(super) fn finish(self, title: &str, date: Date) -> Result<Vec<u8>> {
        let parts = [
            ("[Content_Types].xml", CONTENT_TYPES.to_owned()),
            ("_rels/.rels", RELATIONS.to_owned()),
            ("docProps/core.xml", core(title, date)),
            ("word/_rels/document.xml.rels", DOCUMENT_RELATIONS.to_owned()),
            ("word/styles.xml", styles()),
            ("word/settings.xml", SETTINGS.to_owned()),
            ("word/fontTable.xml", Font::table()),
            ("word/footer1.xml", footer("right")),
            ("word/footer2.xml", footer("left")),
            ("word/document.xml", document(&self.body, self.layout)),
        ];
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default());
        for (name, content) in parts {
            archive.start_file(name, options).map_err(Error::fault)?;
            archive.write_all(content.as_bytes()).map_err(Error::fault)?;
        }
        Ok(archive.finish().map_err(Error::fault)?.into_inner())
    }
}

/// A column of a table.
#[derive(Clone, Copy)]
struct TableColumn {
    width: u32,
    /// Short words stand in the middle, sentences begin at the left.
    centred: bool,
}

/// A box of the width and at the foot of the type area, in a paragraph as small as one can be.
fn text_box(inside: &str, height: u32) -> String {
    // In English Metric Units, 635 to a twentieth of a point.
    let (cx, cy) = (WIDTH * 635, height * 635);
    format!(
        concat!(
            r#"<w:p><w:pPr><w:snapToGrid w:val="0"/><w:spacing w:line="20" w:lineRule="exact"/></w:pPr><w:r>"#,
            r#"<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor distT="0" distB="0" distL="0" "#,
            r#"distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="0">"#,
            r#"<wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="margin"><wp:align>left</wp:align></wp:positionH>"#,
            r#"<wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>"#,
            r#"<wp:extent cx="{cx}" cy="{cy}"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapTopAndBottom/>"#,
            r#"<wp:docPr id="1" name="colophon"/><wp:cNvGraphicFramePr/><a:graphic><a:graphicData "#,
            r#"uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/>"#,
            r#"<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm><a:prstGeom prst="rect">"#,
            r#"<a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr><wps:txbx><w:txbxContent>{inside}"#,
            r#"</w:txbxContent></wps:txbx><wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"><a:noAutofit/>"#,
            r#"</wps:bodyPr></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice></mc:AlternateContent>"#,
            r#"</w:r></w:p>"#
        ),
        cx = cx,
        cy = cy,
        inside = inside,
    )
}

fn open_table(widths: &[u32]) -> String {
    let total: u32 = widths.iter().sum();
    let column = |xml: String, width: &u32| xml + &format!(r#"<w:gridCol w:w="{width}"/>"#);
    let columns = widths.iter().fold(String::new(), column);
    let side = |name| format!(r#"<w:{name} w:val="single" w:sz="4" w:space="0" w:color="{BLACK}"/>"#);
    let borders: String = ["top", "left", "bottom", "right", "insideH", "insideV"].map(side).concat();
    format!(
        concat!(
            r#"<w:tbl><w:tblPr><w:tblW w:w="{total}" w:type="dxa"/><w:tblInd w:w="0" w:type="dxa"/>"#,
            r#"<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>"#,
            r#"<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar>"#,
            r#"</w:tblPr><w:tblGrid>{columns}</w:tblGrid>"#
        ),
        total = total,
        borders = borders,
        columns = columns,
    )
}

const SPACE: &str = concat!(
    r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" "#,
    r#"xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" "#,
    r#"xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" "#,
    r#"xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" "#,
    r#"xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" "#,
    r#"xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape""#
);
const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;

/// Margins 37 / 26 / 35 / 28 mm (GB/T 9704-2012, 5.2.1). The grid: 579 twentieths of a point a line, and
/// characters at 16 − 0.21 pt, since Word's 三号 is 16 pt and 28 of them must fit into 156 mm.
fn document(body: &str, layout: Layout) -> String {
    let grid = match layout {
        Layout::Portrait => {
            format!(r#"<w:docGrid w:type="linesAndChars" w:linePitch="{PITCH}" w:charSpace="-860"/>"#)
        }
        Layout::Landscape => String::new(),
    };
    format!(
        concat!(
            r#"{DECLARATION}<w:document {SPACE}><w:body>{body}<w:sectPr>"#,
            r#"<w:footerReference w:type="default" r:id="rId4"/><w:footerReference w:type="even" r:id="rId5"/>"#,
            r#"{section}{grid}</w:sectPr></w:body></w:document>"#
        ),
        DECLARATION = DECLARATION,
        SPACE = SPACE,
        body = body,
        section = layout.section(),
        grid = grid,
    )
}

fn styles() -> String {
    format!(
        concat!(
            r#"{}<w:styles {}><w:docDefaults><w:rPrDefault><w:rPr>{}<w:sz w:val="32"/><w:szCs w:val="32"/>"#,
            r#"<w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>"#,
            r#"<w:spacing w:before="0" w:after="0"/></w:pPr></w:pPrDefault></w:docDefaults>"#,
            r#"<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/><w:pPr>"#,
            r#"<w:widowControl w:val="0"/><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:jc w:val="both"/></w:pPr>"#,
            // Said again here, because the pitch of the characters is reckoned from this style.
            r#"<w:rPr><w:sz w:val="32"/><w:szCs w:val="32"/></w:rPr></w:style></w:styles>"#
        ),
        DECLARATION,
        SPACE,
        Font::FangSong.run()
    )
}

/// `— 1 —` in 4号 宋体, its dash 7 mm below the type area, one character in from the outer edge.
fn footer(side: &str) -> String {
    let font = Font::Song.run();
    let run = |inner: &str| format!(r#"<w:r><w:rPr>{font}<w:sz w:val="28"/></w:rPr>{inner}</w:r>"#);
    let page = format!(
        "{}{}{}",
        run(r#"<w:fldChar w:fldCharType="begin"/>"#),
        run(r#"<w:instrText xml:space="preserve"> PAGE </w:instrText>"#),
        run(r#"<w:fldChar w:fldCharType="end"/>"#)
    );
    format!(
        concat!(
            r#"{}<w:ftr {}><w:p><w:pPr><w:snapToGrid w:val="0"/><w:spacing w:line="400" w:lineRule="exact"/>"#,
            r#"<w:ind w:left="280" w:right="280"/><w:jc w:val="{}"/></w:pPr>{}{}{}</w:p></w:ftr>"#
        ),
        DECLARATION,
        SPACE,
        side,
        run(r#"<w:t xml:space="preserve">— </w:t>"#),
        page,
        run(r#"<w:t xml:space="preserve"> —</w:t>"#)
    )
}

fn core(title: &str, date: Date) -> String {
    format!(
        concat!(
            r#"{}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" "#,
            r#"xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" "#,
            r#"xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{}</dc:title>"#,
            r#"<dcterms:created xsi:type="dcterms:W3CDTF">{}T00:00:00Z</dcterms:created></cp:coreProperties>"#
        ),
        DECLARATION,
        escape(title),
        date
    )
}

const SETTINGS: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
    r#"<w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">"#,
    r#"<w:evenAndOddHeaders/><w:characterSpacingControl w:val="doNotCompress"/>"#,
    r#"<w:compat><w:balanceSingleByteDoubleByteWidth/><w:useFELayout/>"#,
    r#"<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>"#,
    r#"</w:compat></w:settings>"#
);

const RELATIONS: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
    r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
    r#"<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>"#,
    r#"<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>"#,
    r#"</Relationships>"#
);

const DOCUMENT_RELATIONS: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
    r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
    r#"<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>"#,
    r#"<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/settings" Target="settings.xml"/>"#,
    r#"<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/fontTable" Target="fontTable.xml"/>"#,
    r#"<Relationship Id="rId4" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" Target="footer1.xml"/>"#,
    r#"<Relationship Id="rId5" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" Target="footer2.xml"/>"#,
    r#"</Relationships>"#
);

const CONTENT_TYPES: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
    r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">"#,
    r#"<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>"#,
    r#"<Default Extension="xml" ContentType="application/xml"/>"#,
    r#"<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>"#,
    r#"<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>"#,
    r#"<Override PartName="/word/settings.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml"/>"#,
    r#"<Override PartName="/word/fontTable.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.fontTable+xml"/>"#,
    r#"<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/>"#,
    r#"<Override PartName="/word/footer2.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/>"#,
    r#"<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>"#,
    r#"</Types>"#
);
