//! The circular (通报): what the ledger says of a period, section by section.

use std::{collections::BTreeSet, fmt::Write as _};

use base::{Date, Id, Refusal, Result, noun::Case};
use case::store::Filter;
use regulation::{Column, CountsAs, Procedure, Publication as Clause, Verb};

use super::{
    document::{Document, Earlier, Figure, Part, sha256},
    population::{Ask, Entry, Population},
    press::Press,
    text::{Piece, Words, parse},
};

/// What composing gives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Composed {
    /// The text.
    pub parts: Vec<Part>,
    /// The figures in it.
    pub figures: Vec<Figure>,
    /// For each figure, what it counts.
    pub asks: Vec<Ask>,
}

/// The issue before with its content.
pub(crate) type Before<'a> = Option<(&'a Earlier, &'a Document)>;

/// Longer answers and reports are cut in the circular; the case has them whole.
const LONGEST_QUOTE: usize = 120;

/// Composes the text of a circular.
pub(crate) fn compose(
    press: Press<'_>,
    clause: &Clause,
    population: &Population,
    before: Before<'_>,
) -> Result<Composed> {
    let procedure = press.procedure_of(clause)?;
    let mut composer = Composer { press, procedure, population, done: Composed::empty() };
    composer.totals();
    for section in &clause.sections {
        composer.section(section)?;
        if section == "summary" {
            composer.changes(before)?;
        }
    }
    Ok(composer.done)
}

impl Composed {
    fn empty() -> Self {
        Self { parts: Vec::new(), figures: Vec::new(), asks: Vec::new() }
    }
}

struct Composer<'a> {
    press: Press<'a>,
    procedure: &'a Procedure,
    population: &'a Population,
    done: Composed,
}

/// The figures a reader follows from issue to issue.
const MAIN: [&str; 11] = [
    "all",
    "raised",
    "incoming",
    "doing",
    "waiting",
    "unconfirmed",
    "struck",
    "struck-now",
    "ended",
    "late",
    "reopened",
];

impl Composer<'_> {
    fn within(&self) -> Filter {
        self.population.within.clone()
    }

    /// Adds a figure and says its value.
    fn figure(&mut self, key: impl Into<String>, label: String, ask: Ask) -> i64 {
        let mut value = 0;
        let mut rows = String::new();
        for entry in self.population.asked(&ask) {
            value += 1;
            // Writing to a text cannot fail.
            let _ = writeln!(rows, "{} {}", entry.case, entry.version);
        }
        let figure =
            Figure { key: key.into(), label, value, query: ask.query(), rows: sha256(rows.as_bytes()) };
        self.done.figures.push(figure);
        self.done.asks.push(ask);
        value
    }

    fn main_label(&self, key: &str) -> String {
        self.press.say(&format!("publication-figure-{key}"), &[])
    }

    /// The figures of the summary, which every section may use.
    fn totals(&mut self) {
        let span = self.population.period.clone();
        let today = self.population.today();
        let (struck, ended) = self.closed_states();
        let column = |column| Filter { column: Some(column), ..self.within() };
        let asks = [
            Ask::Ledger(self.within()),
            Ask::Ledger(Filter {
                raised_from: Some(span.start),
                raised_through: Some(span.end),
                ..self.within()
            }),
            Ask::Ledger(column(Column::Incoming)),
            Ask::Ledger(column(Column::Doing)),
            Ask::Ledger(column(Column::Waiting)),
            Ask::Ledger(column(Column::Unconfirmed)),
            self.in_states(&struck),
            match self.in_states(&struck) {
                Ask::Ledger(filter) => Ask::Ended(filter, span),
                other => other,
            },
            self.in_states(&ended),
            Ask::Ledger(Filter { late_before: Some(today), ..self.within() }),
            Ask::Ledger(Filter { reopened: true, ..self.within() }),
        ];
        for (key, ask) in MAIN.into_iter().zip(asks) {
            let label = self.main_label(key);
            self.figure(key, label, ask);
        }
    }

    /// The cases in these states; none where there is no such state, for an empty list would ask for all.
    fn in_states(&self, states: &[String]) -> Ask {
        if states.is_empty() {
            return Ask::Listed(BTreeSet::new());
        }
        Ask::Ledger(Filter { states: states.to_vec(), ..self.within() })
    }

    /// The closed states that striking off leads to, and the others.
    fn closed_states(&self) -> (Vec<String>, Vec<String>) {
        let strikes = |state: &str| {
            let mut leading = self.procedure.transitions.iter();
            leading.any(|t| t.verb() == Some(Verb::StrikeOff) && t.to.state() == Some(state))
        };
        let closed = self.procedure.states.iter().filter(|state| state.is_closed());
        closed.map(|state| state.key.clone()).partition(|state| strikes(state))
    }

    fn section(&mut self, name: &str) -> Result<()> {
        match name {
            "summary" => self.summary(),
            "by-department" => self.by_department(),
            "by-channel" => self.by_code("channel"),
            "by-class" => self.by_code("class"),
            "late" => self.late(),
            "struck-off" => self.struck_off(),
            "reopened" => self.reopened(),
            "reports-missed" => self.reports(),
            other => Err(Refusal::invalid("publication.no-such-section").arg("section", other).into()),
        }
    }

    fn heading(&mut self, section: &str) -> Result<()> {
        let text = Words::new(self.press.say(&format!("publication-section-{section}"), &[]))?;
        self.done.parts.push(Part::Heading { text });
        Ok(())
    }

    /// A paragraph of the catalogue; every figure there is may be named in it.
    fn paragraph(&mut self, key: &str) -> Result<()> {
        let figures = &self.done.figures;
        let names: Vec<(String, String)> =
            figures.iter().map(|figure| (figure.key.clone(), format!("{{{}}}", figure.key))).collect();
        let args: Vec<(&str, &str)> =
            names.iter().map(|(key, named)| (key.as_str(), named.as_str())).collect();
        let text = self.press.say(key, &args);
        let pieces = parse(&text, |key| figures.iter().any(|figure| figure.key == key))?;
        self.done.parts.push(Part::Paragraph { pieces });
        Ok(())
    }

    /// A table whose titles stand in the catalogue under `publication-column-…`.
    fn table(&mut self, columns: &[(&str, u32)], rows: Vec<Vec<Vec<Piece>>>) -> Result<()> {
        let titled = |(name, share): &(&str, u32)| {
            let title = self.press.say(&format!("publication-column-{name}"), &[]);
            Ok((Words::new(title)?, *share))
        };
        let columns = columns.iter().map(titled).collect::<Result<_>>()?;
        self.done.parts.push(Part::Table { columns, rows });
        Ok(())
    }

    fn summary(&mut self) -> Result<()> {
        self.heading("summary")?;
        self.paragraph("publication-circular-summary")?;
        self.paragraph("publication-circular-trouble")
    }

    /// What differs from the issue before.
    fn changes(&mut self, before: Before<'_>) -> Result<()> {
        let Some((earlier, document)) = before else { return Ok(()) };
        let mut rows = Vec::new();
        for key in MAIN {
            let now = self.done.figures.iter().find(|figure| figure.key == key);
            let (Some(now), Some(then)) = (now, document.figure(key)) else { continue };
            rows.push(vec![
                vec![Piece::name(now.label.clone())],
                vec![Piece::Earlier { publication: earlier.id, key: key.to_owned(), value: then.value }],
                vec![Piece::figure(key)],
                vec![Piece::Change { key: key.to_owned(), by: now.value - then.value }],
            ]);
        }
        self.heading("changes")?;
        self.table(&[("what", 4), ("before", 2), ("now", 2), ("change", 2)], rows)
    }

    /// Departments in the order of the organisation, never ranked; what was closed always stands beside
    /// what came back, and both beside how many there are.
    fn by_department(&mut self) -> Result<()> {
        let mut groups: Vec<(String, String, Filter)> = self
            .population
            .departments
            .iter()
            .map(|(id, name)| {
                let filter = Filter { department: Some(*id), ..self.within() };
                (format!("department.{id}"), name.clone(), filter)
            })
            .collect();
        if self.population.entries.iter().any(|entry| entry.department.is_none()) {
            let name = self.press.say("publication-without-department", &[]);
            groups.push((
                "department.none".into(),
                name,
                Filter { without_department: true, ..self.within() },
            ));
        }
        let rows = groups.into_iter().map(|group| self.group_row(group)).collect();
        self.heading("by-department")?;
        let columns = [
            ("department", 5),
            ("n", 2),
            ("open", 2),
            ("handled", 2),
            ("closed", 2),
            ("reopened", 2),
            ("late", 2),
        ];
        self.table(&columns, rows)
    }

    fn group_row(&mut self, (key, name, filter): (String, String, Filter)) -> Vec<Vec<Piece>> {
        let counting = |counts| Filter { counts_as: Some(counts), ..filter.clone() };
        let asks = [
            ("n", filter.clone()),
            ("open", counting(CountsAs::Open)),
            ("handled", counting(CountsAs::Handled)),
            ("closed", counting(CountsAs::Closed)),
            ("reopened", Filter { reopened: true, ..filter.clone() }),
            ("late", Filter { late_before: Some(self.population.today()), ..filter.clone() }),
        ];
        let mut cells = vec![vec![Piece::name(name.clone())]];
        for (part, filter) in asks {
            let what = self.press.say(&format!("publication-column-{part}"), &[]);
            let key = format!("{key}.{part}");
            self.figure(key.clone(), format!("{name} · {what}"), Ask::Ledger(filter));
            cells.push(vec![Piece::figure(key)]);
        }
        cells
    }

    /// All channels or classes in the order of their list, and what has none.
    fn by_code(&mut self, field: &str) -> Result<()> {
        let items = match field {
            "channel" => self.press.compendium.channels(self.procedure),
            _ => self.press.compendium.classes(self.procedure),
        };
        let of = |entry: &Entry| if field == "channel" { entry.channel.clone() } else { entry.class.clone() };
        let mut groups: Vec<(String, String, Ask, Ask)> = Vec::new();
        for item in items {
            let code = Some(item.key.clone());
            let filter = match field {
                "channel" => Filter { channel: code, ..self.within() },
                _ => Filter { class: code, ..self.within() },
            };
            let closed = Filter { counts_as: Some(CountsAs::Closed), ..filter.clone() };
            let key = format!("{field}.{}", item.key);
            groups.push((key, item.title.clone(), Ask::Ledger(filter), Ask::Ledger(closed)));
        }
        let known = |code: &Option<String>| items.iter().any(|item| Some(&item.key) == code.as_ref());
        let others: Vec<&Entry> = self.population.entries.iter().filter(|entry| !known(&of(entry))).collect();
        if !others.is_empty() {
            let all = others.iter().map(|entry| entry.case).collect();
            let closed = others.iter().filter(|entry| entry.counts_as == "closed").map(|entry| entry.case);
            let (key, name) = (format!("{field}.none"), self.press.say("publication-without-code", &[]));
            groups.push((key, name, Ask::Listed(all), Ask::Listed(closed.collect())));
        }
        let mut rows = Vec::new();
        for (key, name, all, closed) in groups {
            let (n, done) = (format!("{key}.n"), format!("{key}.closed"));
            let what = self.press.say("publication-column-closed", &[]);
            self.figure(n.clone(), name.clone(), all);
            self.figure(done.clone(), format!("{name} · {what}"), closed);
            rows.push(vec![vec![Piece::name(name)], vec![Piece::figure(n)], vec![Piece::figure(done)]]);
        }
        self.heading(&format!("by-{field}"))?;
        self.table(&[(field, 4), ("n", 2), ("closed", 2)], rows)
    }

    /// The entries of a figure, by department in the order of the organisation, then oldest first.
    fn entries_of(&self, key: &str) -> Vec<Entry> {
        let at = self.done.figures.iter().position(|figure| figure.key == key);
        let Some(ask) = at.and_then(|at| self.done.asks.get(at)) else { return Vec::new() };
        let place = |entry: &Entry| {
            let mut departments = self.population.departments.iter();
            departments.position(|(id, _)| Some(*id) == entry.department).unwrap_or(usize::MAX)
        };
        let mut entries: Vec<Entry> = self.population.asked(ask).cloned().collect();
        entries.sort_by_key(place);
        entries
    }

    /// A table of cases: number and title first, then what `cells` says of each.
    fn cases(
        &mut self,
        entries: &[Entry],
        columns: &[(&str, u32)],
        cells: impl Fn(&Entry) -> Vec<String>,
    ) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let row = |entry: &Entry| -> Vec<Vec<Piece>> {
            let first = [entry.number.clone(), entry.title.clone()];
            let all = first.into_iter().chain(cells(entry));
            all.map(|text| vec![Piece::row(entry.case, text)]).collect()
        };
        let columns: Vec<(&str, u32)> =
            [("number", 6), ("title", 6)].iter().chain(columns).copied().collect();
        self.table(&columns, entries.iter().map(row).collect())
    }

    fn late(&mut self) -> Result<()> {
        self.heading("late")?;
        self.paragraph("publication-circular-late")?;
        let today = self.population.today();
        let entries = self.entries_of("late");
        let days = self.press.say("publication-days", &[]);
        let none = self.press.say("publication-without-department", &[]);
        self.cases(&entries, &[("department", 4), ("expired", 3), ("days-late", 2)], |entry| {
            let late = format!("{}{days}", entry.days_late(today));
            vec![or_unassigned(entry, &none), day_text(entry.late_on), late]
        })
    }

    fn struck_off(&mut self) -> Result<()> {
        self.heading("struck-off")?;
        self.paragraph("publication-circular-struck")?;
        let entries = self.entries_of("struck-now");
        self.cases(&entries, &[("department", 4), ("outcome", 8), ("struck-on", 3)], |entry| {
            let outcome = [entry.result.as_str(), cut(&entry.answer).as_str()]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join("：");
            vec![entry.department_name.clone(), outcome, day_text(entry.closed_on)]
        })
    }

    fn reopened(&mut self) -> Result<()> {
        self.heading("reopened")?;
        self.paragraph("publication-circular-reopened")?;
        let entries = self.entries_of("reopened");
        let times = self.press.say("publication-times", &[]);
        self.cases(&entries, &[("department", 4), ("times", 2), ("state", 3)], |entry| {
            let count = format!("{}{times}", entry.reopened);
            vec![entry.department_name.clone(), count, entry.state_title.clone()]
        })
    }

    /// What the leaders reported in the period, and the open cases nobody reported on.
    fn reports(&mut self) -> Result<()> {
        let open = |reported: bool| -> BTreeSet<Id<Case>> {
            let entries = self.population.entries.iter();
            let wanted = entries.filter(|entry| entry.is_open() && entry.department.is_some());
            wanted.filter(|entry| entry.report.is_some() == reported).map(|entry| entry.case).collect()
        };
        let (given, missing) = (open(true), open(false));
        for (key, cases) in [("reported", given), ("unreported", missing)] {
            let label = self.main_label(key);
            self.figure(key, label, Ask::Listed(cases));
        }
        self.heading("reports-missed")?;
        self.paragraph("publication-circular-reports")?;
        let reported = self.entries_of("reported");
        self.cases(&reported, &[("department", 4), ("report", 8)], |entry| {
            let text = entry.report.as_ref().map(|report| cut(&report.text)).unwrap_or_default();
            vec![entry.department_name.clone(), text]
        })?;
        let unreported = self.entries_of("unreported");
        if unreported.is_empty() {
            return Ok(());
        }
        self.paragraph("publication-circular-unreported")?;
        self.cases(&unreported, &[("department", 4), ("state", 3)], |entry| {
            vec![entry.department_name.clone(), entry.state_title.clone()]
        })
    }
}

/// A day as narrow columns write it; the period says the year.
fn day_text(day: Option<Date>) -> String {
    day.map(|day| format!("{}月{}日", day.month(), day.day())).unwrap_or_default()
}

/// The department, or that there is none yet.
fn or_unassigned(entry: &Entry, none: &str) -> String {
    if entry.department.is_some() { entry.department_name.clone() } else { none.to_owned() }
}

/// The beginning of a long text, on one line.
fn cut(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST_QUOTE {
        return line;
    }
    line.chars().take(LONGEST_QUOTE).chain(['…']).collect()
}
