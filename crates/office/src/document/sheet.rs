//! Slips (督办单) and bulletins (简报): not statutory kinds, so they carry heads of their own and no
//! document number; the rest of the paper is the same.

use base::{Date, Result};

use super::{
    Block, Seal, chinese_date,
    line::{Font, Line, RED},
    official::{set_red_head, set_signature, set_title},
    paper::{PITCH, Paper, WIDTH},
    set_blocks,
};

/// A slip: a head, a number of its own, a table of particulars, a demand, a signature.
#[derive(Debug, Clone, PartialEq)]
pub struct Slip {
    /// The head, such as `某镇督办单`.
    pub head: String,
    /// Its own number, such as `2026年第12号`.
    pub number: String,
    /// The particulars: label and value, in order.
    pub fields: Vec<(String, String)>,
    /// What is demanded.
    pub body: Vec<Block>,
    /// Who issues it.
    pub signature: String,
    /// Its date.
    pub date: Date,
    /// Lines to be filled in by hand, such as `签收人` and `反馈情况`: label and height in lines.
    pub to_fill: Vec<(String, u32)>,
}

/// A bulletin: masthead, issue, publisher and date over a red rule; text; whom it goes to and how many.
#[derive(Debug, Clone, PartialEq)]
pub struct Bulletin {
    /// The masthead, such as `整改工作简报`.
    pub masthead: String,
    /// The issue, such as `第12期` or `2026年第12期（总第40期）`.
    pub issue: String,
    /// Who publishes it.
    pub publisher: String,
    /// Its date.
    pub date: Date,
    /// The title of the text; none where the issue has several pieces under headings.
    pub title: String,
    /// The text.
    pub body: Vec<Block>,
    /// Whom it goes to: upward (报), beside (送), downward (发).
    pub sent_to: SentTo,
    /// How many copies are printed; not said where it is none.
    pub copies: Option<u32>,
}

/// Whom a bulletin goes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SentTo {
    /// 报: superiors.
    pub up: String,
    /// 送: equals.
    pub beside: String,
    /// 发: those below.
    pub down: String,
}

impl Slip {
    /// The slip as docx. The same slip makes the same bytes.
    pub fn to_docx(&self) -> Result<Vec<u8>> {
        let mut paper = Paper::default();
        set_red_head(&mut paper, &self.head, 0);
        let number = format!("编号：{}\t{}", self.number, chinese_date(self.date));
        paper.line(&Line::new(number).size(28).right_tab(WIDTH));
        paper.line(&Line::rule(RED, 12));
        paper.line(&Line::new("").pitch(PITCH / 2));
        let fields: Vec<Vec<String>> =
            self.fields.iter().map(|(label, value)| vec![label.clone(), value.clone()]).collect();
        if !fields.is_empty() {
            paper.table(&[1, 4], &[], &fields);
            paper.line(&Line::new("").pitch(PITCH / 2));
        }
        set_blocks(&mut paper, &self.body);
        set_signature(&mut paper, &self.signature, self.date, Seal::Sealed);
        if !self.to_fill.is_empty() {
            paper.blank(1);
            let rows: Vec<Vec<String>> = self
                .to_fill
                .iter()
                .map(|(label, lines)| vec![label.clone(), "\n".repeat(lines.saturating_sub(1) as usize)])
                .collect();
            paper.table(&[1, 4], &[], &rows);
        }
        paper.finish(&format!("{} {}", self.head, self.number), self.date)
    }
}

impl Bulletin {
    /// The bulletin as docx. The same bulletin makes the same bytes.
    pub fn to_docx(&self) -> Result<Vec<u8>> {
        let mut paper = Paper::default();
        set_red_head(&mut paper, &self.masthead, PITCH);
        paper.line(&Line::new(self.issue.as_str()).centred());
        let line = format!("{}\t{}", self.publisher, chinese_date(self.date));
        paper.line(&Line::new(line).inset(100).right_tab(WIDTH - 320));
        paper.line(&Line::rule(RED, 12));
        paper.blank(1);
        if !self.title.is_empty() {
            set_title(&mut paper, &self.title);
            paper.blank(1);
        }
        set_blocks(&mut paper, &self.body);
        let mut foot: Vec<Line<'_>> =
            [("报", &self.sent_to.up), ("送", &self.sent_to.beside), ("发", &self.sent_to.down)]
                .into_iter()
                .filter(|(_, whom)| !whom.is_empty())
                .map(|(label, whom)| Line::new(format!("{label}：{whom}")).size(28).inset(100).hanging(200))
                .collect();
        if let Some(copies) = self.copies {
            let line = Line::new(format!("共印{copies}份")).size(28).font(Font::FangSong);
            foot.push(line.right_by(100));
        }
        if !foot.is_empty() {
            paper.colophon(&foot);
        }
        paper.finish(&format!("{} {}", self.masthead, self.issue), self.date)
    }
}
