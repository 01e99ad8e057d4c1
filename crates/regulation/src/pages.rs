//! The pages of the compendium: all regulations by heading, one regulation in words with its drawing.

mod api;
mod one;
#[cfg(test)]
mod tests;
mod wires;
mod words;

use askama::Template;
use base::Language;
use web::{Answer, Gate, Module, Route, Visit};

use crate::{ClauseLine, Compendium, Regulation, Titled};

pub use api::openapi;

/// The pages and sentences of this kernel. It keeps no tables: regulations are files.
pub fn module() -> Module {
    Module {
        name: "regulation",
        migrations: &[],
        statements: Vec::new,
        texts: &[
            (Language::Chinese, include_str!("../text/zh-CN.ftl")),
            (Language::English, include_str!("../text/en.ftl")),
            (Language::Chinese, include_str!("../text/pages.zh-CN.ftl")),
            (Language::English, include_str!("../text/pages.en.ftl")),
        ],
        routes,
    }
}

const VIEW: Gate = Gate::Action("regulation.view");

fn routes() -> Vec<Route> {
    vec![
        Route::get("/regulations", VIEW, compendium),
        Route::get("/regulations/{id}", VIEW, one::page),
        Route::get("/api/v1/regulations", VIEW, api::list),
        Route::get("/api/v1/regulations/{id}", VIEW, api::one),
    ]
}

/// The headings of the compendium (制度汇编).
const HEADINGS: [char; 12] = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L'];

#[derive(Template)]
#[template(path = "compendium.html")]
struct CompendiumPage<'a> {
    v: &'a Visit,
    headings: Vec<Heading>,
    count: usize,
    findings: usize,
    other: &'static str,
}

struct Heading {
    letter: char,
    title: String,
    regulations: Vec<Line>,
}

/// A regulation in the list.
struct Line {
    id: String,
    institution: String,
    title: String,
    summary: String,
    basis: Vec<String>,
    clauses: Vec<Clause>,
    force: Force,
    findings: usize,
}

/// A clause by kind and title.
struct Clause {
    kind: String,
    title: String,
}

/// Whether a regulation binds, in words.
struct Force {
    tone: &'static str,
    words: String,
}

async fn compendium(v: Visit) -> Answer {
    let compendium = v.app.service::<Compendium>()?;
    let findings = compendium.check();
    let line = |regulation: &Regulation| Line {
        id: regulation.id.clone(),
        institution: regulation.institution.clone(),
        title: regulation.title(v.language).to_owned(),
        summary: v.pick(&regulation.summary, &regulation.summary_en).to_owned(),
        basis: regulation.legal_basis.clone(),
        clauses: clauses(&v, regulation),
        force: force(&v, regulation),
        findings: findings.iter().filter(|finding| finding.file == regulation.file).count(),
    };
    let headings: Vec<Heading> = HEADINGS
        .into_iter()
        .map(|letter| Heading {
            letter,
            title: v.t(&format!("regulation-heading-{}", letter.to_ascii_lowercase())),
            regulations: of_heading(&compendium, letter).into_iter().map(line).collect(),
        })
        .collect();
    let count = compendium.regulations().len();
    let page = CompendiumPage { v: &v, headings, count, findings: findings.len(), other: other_language(&v) };
    Ok(v.page(&page))
}

/// The regulations of a heading in the order of their institutions: M9 before M59.
fn of_heading(compendium: &Compendium, letter: char) -> Vec<&Regulation> {
    let number = |regulation: &Regulation| {
        regulation
            .institution
            .trim_start_matches(|c: char| !c.is_ascii_digit())
            .parse::<u32>()
            .unwrap_or(u32::MAX)
    };
    let mut found: Vec<&Regulation> =
        compendium.regulations().iter().filter(|regulation| regulation.heading.starts_with(letter)).collect();
    found.sort_by_key(|regulation| number(regulation));
    found
}

fn clauses(v: &Visit, regulation: &Regulation) -> Vec<Clause> {
    let words = |line: ClauseLine<'_>| {
        let title = v.pick(line.title, line.title_en);
        Clause {
            kind: v.t(&format!("regulation-clause-{}", line.kind.replace('_', "-"))),
            title: if title.is_empty() { line.key.to_owned() } else { title.to_owned() },
        }
    };
    regulation.clauses().into_iter().map(words).collect()
}

fn force(v: &Visit, regulation: &Regulation) -> Force {
    let today = base::clock::day_of(v.caller.now);
    let (from, to) = (regulation.in_force.from, regulation.in_force.to);
    match to {
        Some(to) if to < today => {
            Force { tone: "exempt", words: v.t1("regulation-repealed", "day", v.date(to)) }
        }
        _ if from > today => Force { tone: "wait", words: v.t1("regulation-from", "day", v.date(from)) },
        _ => Force { tone: "met", words: v.t1("regulation-in-force", "day", v.date(from)) },
    }
}

/// The language the twin of a page is written in.
fn other_language(v: &Visit) -> &'static str {
    match v.language {
        Language::Chinese => Language::English.tag(),
        Language::English => Language::Chinese.tag(),
    }
}
