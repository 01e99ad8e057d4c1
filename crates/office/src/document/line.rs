//! One paragraph: its font, size, place and colour.

use std::{borrow::Cow, fmt::Write as _};

use super::{
    paper::{PITCH, RULE_PITCH},
    width,
};

/// The fonts of official documents. They are named, never embedded: they are not free, and an office has
/// them. The font table names what stands in for each elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Font {
    /// Heads and titles.
    XiaoBiaoSong,
    /// The text.
    FangSong,
    /// Second level, names of signers.
    Kai,
    /// First level, heads of tables.
    Hei,
    /// Page numbers.
    Song,
}

impl Font {
    const ALL: [Self; 5] = [Self::XiaoBiaoSong, Self::FangSong, Self::Kai, Self::Hei, Self::Song];

    /// The name, and the names to try where it is absent.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::XiaoBiaoSong => {
                ("方正小标宋简体", "FZXiaoBiaoSong-B05S,华文中宋,STZhongsong,Noto Serif CJK SC")
            }
            Self::FangSong => ("仿宋_GB2312", "FangSong_GB2312,仿宋,FangSong,Noto Serif CJK SC"),
            Self::Kai => ("楷体_GB2312", "KaiTi_GB2312,楷体,KaiTi,Noto Serif CJK SC"),
            Self::Hei => ("黑体", "SimHei,Noto Sans CJK SC"),
            Self::Song => ("宋体", "SimSun,Noto Serif CJK SC"),
        }
    }

    pub(super) fn run(self) -> String {
        let name = self.names().0;
        format!(
            r#"<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="{name}" w:hint="eastAsia"/>"#
        )
    }

    pub(super) fn table() -> String {
        let mut fonts = String::from(concat!(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
            r#"<w:fonts xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">"#
        ));
        for (name, others) in Self::ALL.map(Self::names) {
            let _ = write!(
                fonts,
                r#"<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/></w:font>"#
            );
        }
        fonts + "</w:fonts>"
    }
}

/// Lines are set by exact pitches and characters by exact spacing, which every program keeps alike; the
/// grid of the page serves what is typed in later. (One program gives a character that is a hair wider
/// than its cell two cells.)
const OFF_GRID: &str = r#"<w:snapToGrid w:val="0"/>"#;
/// 3号 in half points, as Word has it: 16 pt.
const TEXT_SIZE: u32 = 32;
/// 28 characters of 16 pt do not fit on a line of 156 mm, of 15.7 pt they do, whichever way a program rounds.
const TEXT_SPACING: &str = r#"<w:spacing w:val="-6"/>"#;
/// The black of the text.
pub(super) const BLACK: &str = "000000";
/// The red of heads and rules.
pub(super) const RED: &str = "FF0000";

/// A paragraph. Sizes are half points (三号 is 32), indents hundredths of a character, pitches twentieths of
/// a point.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    runs: Vec<(Font, Cow<'a, str>)>,
    font: Font,
    size: u32,
    pitch: u32,
    before: u32,
    align: &'static str,
    first: u32,
    hanging: u32,
    left: u32,
    right: u32,
    colour: &'static str,
    /// Thickness of a rule in eighths of a point; none at 0.
    rule: u32,
    tab: Option<u32>,
    keep: &'static str,
}

impl<'a> Line<'a> {
    pub(super) fn new(text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            runs: vec![(Font::FangSong, text.into())],
            font: Font::FangSong,
            size: TEXT_SIZE,
            pitch: PITCH,
            before: 0,
            align: "both",
            first: 0,
            hanging: 0,
            left: 0,
            right: 0,
            colour: BLACK,
            rule: 0,
            tab: None,
            keep: "",
        }
    }

    pub(super) fn font(mut self, font: Font) -> Self {
        self.font = font;
        for run in &mut self.runs {
            run.0 = font;
        }
        self
    }

    /// More text in another font.
    pub(super) fn then(mut self, font: Font, text: impl Into<Cow<'a, str>>) -> Self {
        self.runs.push((font, text.into()));
        self
    }

    pub(super) fn size(mut self, half_points: u32) -> Self {
        self.size = half_points;
        self
    }

    pub(super) fn pitch(mut self, pitch: u32) -> Self {
        self.pitch = pitch;
        self
    }

    pub(super) fn before(mut self, space: u32) -> Self {
        self.before = space;
        self
    }

    pub(super) fn centred(mut self) -> Self {
        self.align = "center";
        self
    }

    /// Against the right edge, so many hundredths of a character in.
    pub(super) fn right_by(mut self, hundredths: u32) -> Self {
        self.align = "right";
        self.right = hundredths;
        self
    }

    /// Indented on the first line, as text is.
    pub(super) fn indented(self) -> Self {
        self.indented_by(200)
    }

    /// Indented on the first line by so many hundredths of a character.
    pub(super) fn indented_by(mut self, hundredths: u32) -> Self {
        self.first = hundredths;
        self
    }

    pub(super) fn inset(mut self, hundredths: u32) -> Self {
        self.left = hundredths;
        self.right = hundredths;
        self
    }

    /// Further lines begin so many hundredths of a character after the first.
    pub(super) fn hanging(mut self, hundredths: u32) -> Self {
        self.left += hundredths;
        self.hanging = hundredths;
        self
    }

    /// How many lines the text takes on a paper of this width.
    pub(super) fn lines_in(&self, paper: u32) -> u32 {
        let text: u32 = self.runs.iter().map(|(_, text)| width(text)).sum();
        let room = (paper * 10 / self.size).saturating_sub(self.left + self.right);
        // A line is seldom filled to its last half character, because punctuation may not begin the next.
        text.saturating_sub(self.hanging).div_ceil(room.saturating_sub(50).max(1)).max(1)
    }

    pub(super) fn red(mut self) -> Self {
        self.colour = RED;
        self
    }

    /// An empty line that is a rule as wide as the type area, of a thickness in eighths of a point. It is a
    /// line of its own because a border of a text line would be as narrow as its indents.
    pub(super) fn rule(colour: &'static str, eighths: u32) -> Self {
        let mut line = Line::new("").pitch(RULE_PITCH);
        line.colour = colour;
        line.rule = eighths;
        line
    }

    /// A right tab stop at this distance from the left edge.
    pub(super) fn right_tab(mut self, at: u32) -> Self {
        self.tab = Some(at);
        self.align = "left";
        self
    }

    /// Not parted from the next line by the end of a page.
    pub(super) fn with_next(mut self) -> Self {
        self.keep = "<w:keepNext/>";
        self
    }

    pub(super) fn write(&self, out: &mut String) {
        let characters = |hundredths: u32| hundredths * self.size / 10;
        // The order of the properties is the schema's.
        let _ = write!(out, "<w:p><w:pPr>{}", self.keep);
        if self.rule > 0 {
            let rule =
                format!(r#"w:val="single" w:sz="{}" w:space="0" w:color="{}""#, self.rule, self.colour);
            let _ = write!(out, "<w:pBdr><w:top {rule}/></w:pBdr>");
        }
        if let Some(at) = self.tab {
            let _ = write!(out, r#"<w:tabs><w:tab w:val="right" w:pos="{at}"/></w:tabs>"#);
        }
        let _ = write!(
            out,
            r#"{OFF_GRID}<w:spacing w:before="{}" w:after="0" w:line="{}" w:lineRule="exact"/>"#,
            self.before, self.pitch
        );
        if self.first + self.left + self.right > 0 {
            let (name, by) =
                if self.hanging > 0 { ("hanging", self.hanging) } else { ("firstLine", self.first) };
            let _ = write!(
                out,
                r#"<w:ind w:leftChars="{l}" w:left="{}" w:rightChars="{r}" w:right="{}" w:{name}Chars="{by}" w:{name}="{}"/>"#,
                characters(self.left),
                characters(self.right),
                characters(by),
                l = self.left,
                r = self.right,
            );
        }
        let _ = write!(out, r#"<w:jc w:val="{}"/></w:pPr>"#, self.align);
        let spacing = if self.size == TEXT_SIZE { TEXT_SPACING } else { "" };
        for (font, text) in self.runs.iter().filter(|(_, text)| !text.is_empty()) {
            let _ = write!(
                out,
                r#"<w:r><w:rPr>{}{OFF_GRID}<w:color w:val="{}"/>{spacing}<w:sz w:val="{s}"/><w:szCs w:val="{s}"/></w:rPr>"#,
                font.run(),
                self.colour,
                s = self.size
            );
            for (at, part) in text.split('\t').enumerate() {
                let tab = if at > 0 { "<w:tab/>" } else { "" };
                let _ = write!(out, r#"{tab}<w:t xml:space="preserve">{}</w:t>"#, escape(part));
            }
            out.push_str("</w:r>");
        }
        out.push_str("</w:p>");
    }
}

/// A text as XML holds it; control characters, which XML cannot hold, are left out.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push('\t'),
            '\n' | '\r' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
