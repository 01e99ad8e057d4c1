//! A regulation and its clauses.

use base::Date;
use serde::{Deserialize, Deserializer, de};

use crate::{Numbering, Party, Procedure, Term, term, titled::titled};

/// One institution's rules as one file lays them down.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regulation {
    /// Stable name, such as `rectification-ledger`.
    pub id: String,
    /// The institution it puts in place, such as `M59`.
    pub institution: String,
    /// 中文名.
    pub title: String,
    /// English title.
    #[serde(default)]
    pub title_en: String,
    /// One or two sentences for whoever opens it.
    #[serde(default)]
    pub summary: String,
    /// The same in English.
    #[serde(default)]
    pub summary_en: String,
    /// Where in the seed documents it comes from, such as `S2.12`.
    #[serde(default)]
    pub source: Vec<String>,
    /// Statutes and documents it rests on.
    #[serde(default)]
    pub legal_basis: Vec<String>,
    /// Since when, until when.
    pub in_force: InForce,
    /// Code lists other clauses refer to.
    #[serde(default, rename = "code_list")]
    pub code_lists: Vec<CodeList>,
    /// Numbered slips.
    #[serde(default, rename = "slip")]
    pub slips: Vec<Slip>,
    /// Procedures.
    #[serde(default, rename = "procedure")]
    pub procedures: Vec<Procedure>,
    /// Publications.
    #[serde(default, rename = "publication")]
    pub publications: Vec<Publication>,
    /// Duties, kept as written until the kernel that runs them reads them.
    #[serde(default, rename = "duty")]
    pub duties: Vec<Opaque>,
    /// Rosters, kept as written.
    #[serde(default, rename = "roster")]
    pub rosters: Vec<Opaque>,
    /// Forms, kept as written.
    #[serde(default, rename = "form")]
    pub forms: Vec<Opaque>,
    /// Ballots, kept as written.
    #[serde(default, rename = "ballot")]
    pub ballots: Vec<Opaque>,
    /// Campaigns, kept as written.
    #[serde(default, rename = "campaign")]
    pub campaigns: Vec<Opaque>,
    /// Indicators, kept as written.
    #[serde(default, rename = "indicator")]
    pub indicators: Vec<Opaque>,
    /// Ratings, kept as written.
    #[serde(default, rename = "rating")]
    pub ratings: Vec<Opaque>,
    /// The file it was read from, relative to the compendium.
    #[serde(skip)]
    pub file: String,
    /// The folder it stands in, such as `F-problems`.
    #[serde(skip)]
    pub heading: String,
}

impl Regulation {
    /// The procedure with this key.
    pub fn procedure(&self, key: &str) -> Option<&Procedure> {
        self.procedures.iter().find(|procedure| procedure.key == key)
    }

    /// Every clause as (kind, key, title, English title), in the order of the design's table.
    pub fn clauses(&self) -> Vec<ClauseLine<'_>> {
        let mut lines = Vec::new();
        for item in &self.code_lists {
            lines.push(ClauseLine {
                kind: "code_list",
                key: &item.key,
                title: &item.title,
                title_en: &item.title_en,
            });
        }
        for item in &self.slips {
            lines.push(ClauseLine {
                kind: "slip",
                key: &item.key,
                title: &item.title,
                title_en: &item.title_en,
            });
        }
        for item in &self.procedures {
            lines.push(ClauseLine {
                kind: "procedure",
                key: &item.key,
                title: &item.title,
                title_en: &item.title_en,
            });
        }
        for item in &self.publications {
            lines.push(ClauseLine {
                kind: "publication",
                key: &item.key,
                title: &item.title,
                title_en: &item.title_en,
            });
        }
        for (kind, items) in self.opaque() {
            lines.extend(items.iter().map(|item| ClauseLine {
                kind,
                key: item.text("key"),
                title: item.text("title"),
                title_en: item.text("title_en"),
            }));
        }
        lines
    }

    /// The clauses kept as written, by kind.
    pub fn opaque(&self) -> [(&'static str, &[Opaque]); 7] {
        [
            ("duty", &self.duties),
            ("roster", &self.rosters),
            ("form", &self.forms),
            ("ballot", &self.ballots),
            ("campaign", &self.campaigns),
            ("indicator", &self.indicators),
            ("rating", &self.ratings),
        ]
    }
}

/// One line of a regulation's table of contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClauseLine<'a> {
    /// The kind of clause, as the file writes it.
    pub kind: &'static str,
    /// Its key.
    pub key: &'a str,
    /// 中文名.
    pub title: &'a str,
    /// English title.
    pub title_en: &'a str,
}

/// From when to when a regulation binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InForce {
    /// The first day.
    #[serde(deserialize_with = "day")]
    pub from: Date,
    /// The last day, if it was repealed.
    #[serde(default, deserialize_with = "maybe_day")]
    pub to: Option<Date>,
}

impl InForce {
    /// Whether it binds on a day.
    pub fn on(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let written = toml::value::Datetime::deserialize(deserializer)?;
    written.to_string().parse().map_err(de::Error::custom)
}

fn maybe_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    day(deserializer).map(Some)
}

/// A list of codes with titles.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeList {
    /// Unique in its regulation; elsewhere it is named `regulation-id/key`.
    pub key: String,
    /// 中文名.
    pub title: String,
    /// English title.
    #[serde(default)]
    pub title_en: String,
    /// The codes in the order they are offered.
    pub items: Vec<CodeItem>,
}

impl CodeList {
    /// The item with this key.
    pub fn item(&self, key: &str) -> Option<&CodeItem> {
        self.items.iter().find(|item| item.key == key)
    }
}

/// One code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeItem {
    /// Stable name.
    pub key: String,
    /// 中文名.
    pub title: String,
    /// English title.
    #[serde(default)]
    pub title_en: String,
    /// Other words people write for it in workbooks.
    #[serde(default)]
    pub also: Vec<String>,
    /// The term it brings with it, for lists of classes.
    #[serde(default, deserialize_with = "term::maybe")]
    pub term: Option<Term>,
    /// Whether a plan of steps is asked for.
    #[serde(default)]
    pub steps: bool,
}

/// A numbered slip such as a supervision slip (督办单).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slip {
    /// Unique in its regulation; elsewhere it is named `regulation-id/key`.
    pub key: String,
    /// 中文名.
    pub title: String,
    /// English title.
    #[serde(default)]
    pub title_en: String,
    /// How slips are numbered.
    pub number: Numbering,
    /// The code list of reasons, in the same regulation or `regulation-id/key`.
    pub reasons: String,
    /// Within which an answer is due.
    #[serde(deserialize_with = "term::read")]
    pub answer_within: Term,
    /// Who must answer.
    pub answered_by: Vec<Party>,
    /// Who signs it.
    pub signed_by: Vec<Party>,
}

/// Something that is published again and again from live data.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// Unique in its regulation.
    pub key: String,
    /// 中文名.
    pub title: String,
    /// English title.
    #[serde(default)]
    pub title_en: String,
    /// What it is: `circular`, `ledger`, `slip`, `notice`.
    pub kind: String,
    /// The procedure it reports on.
    #[serde(default)]
    pub about: Option<String>,
    /// How often, as duties write cadences: `month`, `half-month`.
    #[serde(default)]
    pub every: Option<String>,
    /// How long after the period it is due.
    #[serde(default, deserialize_with = "term::maybe")]
    pub due_after: Option<Term>,
    /// How issues are numbered.
    #[serde(default)]
    pub number: Option<Numbering>,
    /// Who drafts it.
    #[serde(default)]
    pub drafted_by: Vec<Party>,
    /// Who issues it.
    #[serde(default)]
    pub issued_by: Vec<Party>,
    /// Whether it also goes on the public site.
    #[serde(default)]
    pub public: bool,
    /// The sections in order, by the names the publication kernel knows.
    #[serde(default)]
    pub sections: Vec<String>,
}

/// A clause this crate lists and checks for red lines but does not run.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Opaque(pub toml::Table);

impl Opaque {
    /// A text member, or nothing.
    pub fn text(&self, key: &str) -> &str {
        self.0.get(key).and_then(toml::Value::as_str).unwrap_or_default()
    }
}

titled!(Regulation, CodeList, CodeItem, Slip, Publication);
