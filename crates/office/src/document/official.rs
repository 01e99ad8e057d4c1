//! Official documents (公文) in the layout of GB/T 9704-2012.

use base::{Date, Result};

use super::{
    Annex, Block, chinese_date,
    line::{Font, Line, RED},
    paper::{HEAD_DROP, PITCH, Paper, WIDTH},
    set_blocks, set_colophon,
    title::break_title,
    width,
};

/// The fifteen statutory kinds (党政机关公文处理工作条例, article 8). 简报 and 督办单 are not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statutory {
    /// 决议.
    Resolution,
    /// 决定.
    Decision,
    /// 命令（令）.
    Order,
    /// 公报.
    Communique,
    /// 公告.
    Announcement,
    /// 通告.
    PublicNotice,
    /// 意见.
    Opinion,
    /// 通知.
    Notice,
    /// 通报.
    Circular,
    /// 报告.
    Report,
    /// 请示.
    Request,
    /// 批复.
    Reply,
    /// 议案.
    Motion,
    /// 函.
    Letter,
    /// 纪要.
    Minutes,
}

impl Statutory {
    /// All of them, in the order of the regulation, with their names.
    pub const ALL: [(Self, &'static str); 15] = [
        (Self::Resolution, "决议"),
        (Self::Decision, "决定"),
        (Self::Order, "命令"),
        (Self::Communique, "公报"),
        (Self::Announcement, "公告"),
        (Self::PublicNotice, "通告"),
        (Self::Opinion, "意见"),
        (Self::Notice, "通知"),
        (Self::Circular, "通报"),
        (Self::Report, "报告"),
        (Self::Request, "请示"),
        (Self::Reply, "批复"),
        (Self::Motion, "议案"),
        (Self::Letter, "函"),
        (Self::Minutes, "纪要"),
    ];

    /// The kind of this name, if it is a statutory one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// Whether it goes upward and therefore names who signs it.
    fn goes_up(self) -> bool {
        matches!(self, Self::Report | Self::Request)
    }
}

/// Whether the document will carry a seal, which decides where signature and date stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Seal {
    /// The signature is centred over the date, four characters in, with room for the seal.
    #[default]
    Sealed,
    /// The signature is two characters in, the date under it, two characters further.
    Unsealed,
}

/// An official document.
#[derive(Debug, Clone, PartialEq)]
pub struct Official {
    /// Its kind.
    pub kind: Statutory,
    /// What the red head says, such as `某县某镇人民政府文件`.
    pub organ: String,
    /// Its number; see [`super::official_number`].
    pub number: String,
    /// Who signs, for documents that go upward.
    pub signer: Option<String>,
    /// 特急 or 加急.
    pub urgency: Option<String>,
    /// Its title; line breaks in it are kept, otherwise it is broken where it makes sense.
    pub title: String,
    /// To whom it goes (主送机关); empty for documents to everybody.
    pub addressee: String,
    /// Its text.
    pub body: Vec<Block>,
    /// Its annexes.
    pub annexes: Vec<Annex>,
    /// Who issues it, under the text.
    pub signature: String,
    /// Its date.
    pub date: Date,
    /// Sealed or not.
    pub seal: Seal,
    /// A remark in brackets under the date (附注), such as `此件公开发布`.
    pub note: Option<String>,
    /// Who gets copies (抄送), as one sentence.
    pub copies_to: String,
    /// Who printed it (印发机关).
    pub printed_by: String,
    /// When.
    pub printed_on: Date,
}

/// 4 mm between the number and the red rule, less the rest of the line.
const RULE_DROP: u32 = 227 - 120;
/// Characters of 2号 that fit on a line with room for a shape.
const TITLE_LINE: usize = 19;

impl Official {
    /// The document as docx. The same document makes the same bytes.
    pub fn to_docx(&self) -> Result<Vec<u8>> {
        let mut paper = Paper::default();
        self.set_head(&mut paper);
        paper.blank(2);
        set_title(&mut paper, &self.title);
        if !self.addressee.is_empty() {
            paper.blank(1);
            let colon = if self.addressee.ends_with('：') { "" } else { "：" };
            paper.line(&Line::new(format!("{}{colon}", self.addressee)));
        }
        set_blocks(&mut paper, &self.body);
        self.set_annex_list(&mut paper);
        set_signature(&mut paper, &self.signature, self.date, self.seal);
        if let Some(note) = &self.note {
            paper.line(&Line::new(format!("（{note}）")).indented());
        }
        self.set_annexes(&mut paper);
        set_colophon(&mut paper, &self.copies_to, &self.printed_by, self.printed_on);
        paper.finish(&self.title.replace('\n', ""), self.date)
    }

    /// Urgency at the top left; the head 35 mm below the top of the type area; the number two lines
    /// below; the rule 4 mm below that.
    fn set_head(&self, paper: &mut Paper) {
        let mut above = 0;
        if let Some(urgency) = &self.urgency {
            paper.line(&Line::new(urgency.as_str()).font(Font::Hei));
            above = PITCH;
        }
        set_red_head(paper, &self.organ, HEAD_DROP - above);
        paper.blank(2);
        let line = match &self.signer {
            Some(signer) if self.kind.goes_up() => {
                let text = format!("{}\t签发人：", self.number);
                Line::new(text).then(Font::Kai, signer.as_str()).inset(100).right_tab(WIDTH - 320)
            }
            _ => Line::new(self.number.as_str()).centred(),
        };
        paper.line(&line.with_next());
        paper.line(&Line::rule(RED, 12).before(RULE_DROP).with_next());
    }

    /// `附件：1. …` a blank line under the text, names aligned, nothing after them.
    fn set_annex_list(&self, paper: &mut Paper) {
        if !self.annexes.is_empty() {
            paper.blank(1);
        }
        let single = self.annexes.len() == 1;
        for (number, annex) in (1..).zip(&self.annexes) {
            let label = if number == 1 { "附件：" } else { "" };
            let text = if single {
                format!("{label}{}", annex.title)
            } else {
                format!("{label}{number}. {}", annex.title)
            };
            let line = Line::new(text);
            // Two characters, and three more under "附件：".
            paper.line(&if number == 1 { line.indented() } else { line.indented_by(500) });
        }
    }

    fn set_annexes(&self, paper: &mut Paper) {
        let single = self.annexes.len() == 1;
        for (number, annex) in (1..).zip(&self.annexes).filter(|(_, annex)| !annex.body.is_empty()) {
            paper.page_break();
            let label = if single { "附件".to_owned() } else { format!("附件{number}") };
            paper.line(&Line::new(label).font(Font::Hei));
            paper.blank(1);
            set_title(paper, &annex.title);
            paper.blank(1);
            set_blocks(paper, &annex.body);
        }
    }
}

/// A red head as large as its words allow on one line, at most 22 mm high.
pub(super) fn set_red_head(paper: &mut Paper, words: &str, drop: u32) {
    let count = u32::try_from(words.chars().count()).unwrap_or(u32::MAX).max(1);
    // Half points: the characters share nine tenths of the width; short names are 48 points at most.
    let size = (WIDTH * 9 / 100 / count).clamp(36, 96);
    // The line begins a tenth of its size above the characters.
    let line = Line::new(words).font(Font::XiaoBiaoSong).size(size).red().centred();
    paper.line(&line.pitch(size * 12).before(drop.saturating_sub(size)));
}

pub(super) fn set_title(paper: &mut Paper, title: &str) {
    for line in break_title(title, TITLE_LINE) {
        paper.line(&Line::new(line).font(Font::XiaoBiaoSong).size(44).centred().with_next());
    }
}

/// Signature and date. Widths in hundredths of a character; ASCII digits take half of one.
pub(super) fn set_signature(paper: &mut Paper, signature: &str, date: Date, seal: Seal) {
    let day = chinese_date(date);
    let (name, day_width) = (width(signature), width(&day));
    let (name_in, day_in) = match seal {
        // 7.3.5.1: the date four characters in, the name centred over it.
        Seal::Sealed => ((400 + day_width / 2).saturating_sub(name / 2), 400),
        // 7.3.5.2: the name two characters in and the date beginning two characters after it; if the
        // date is the longer one it is two characters in and the name moves left.
        Seal::Unsealed if name >= day_width + 400 => (200, name - day_width),
        Seal::Unsealed => (day_width + 400 - name, 200),
    };
    // Two lines for a seal that must not be more than one line from the text, one without.
    paper.blank(if seal == Seal::Sealed { 2 } else { 1 });
    if !signature.is_empty() {
        paper.line(&Line::new(signature).right_by(name_in).with_next());
    }
    paper.line(&Line::new(day).right_by(day_in));
}
