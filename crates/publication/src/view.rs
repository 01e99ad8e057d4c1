//! Publications in words: what pages show of one.

use std::sync::Arc;

use access::{Permit, Subject};
use base::{
    Result,
    calendar::Calendar,
    noun::{self},
};
use office::document::{chinese_date, numeral};
use regulation::Compendium;
use web::{App, Visit};

use crate::model::{Document, Part, Piece, Press, Publication, State, signed};

/// The press of a visit, kept so that work on another thread can use it.
#[derive(Clone)]
pub(crate) struct Desk {
    app: App,
    compendium: Arc<Compendium>,
}

impl Desk {
    /// What a visit's program knows.
    pub(crate) fn of(v: &Visit) -> Result<Self> {
        Ok(Self { app: v.app.clone(), compendium: v.app.service::<Compendium>()? })
    }

    /// The press.
    pub(crate) fn press(&self) -> Press<'_> {
        Press { compendium: &self.compendium, catalogue: self.app.catalogue(), calendar: Calendar::shipped() }
    }
}

/// Leave to do something to a publication.
pub(crate) fn permit(v: &Visit, action: &str, publication: &Publication) -> Result<Permit> {
    v.permit(action, &Subject::of_unit(&publication.unit_path))
}

/// Whether a visitor may read it: an issue whoever may see publications, a draft whoever may draft or
/// issue it.
pub(crate) fn may_read(v: &Visit, publication: &Publication) -> bool {
    let may = |action| permit(v, action, publication).is_ok();
    match publication.state {
        State::Draft => may("publication.draft") || may("publication.issue"),
        State::Issued(_) | State::Removed(..) => may("publication.view"),
    }
}

/// A piece of text, with what it leads to.
pub(crate) struct PieceView {
    pub(crate) text: String,
    pub(crate) href: Option<String>,
    /// Whether it is a number of this or an earlier issue.
    pub(crate) counts: bool,
}

/// A cell of a table.
pub(crate) struct CellView {
    pub(crate) pieces: Vec<PieceView>,
    /// Whether it holds a number and nothing else.
    pub(crate) counts: bool,
}

/// A part of the text.
pub(crate) enum PartView {
    Heading(String),
    Paragraph(Vec<PieceView>),
    Table { columns: Vec<String>, rows: Vec<Vec<CellView>> },
}

/// A document as a page shows it.
pub(crate) struct DocumentView {
    pub(crate) organ: String,
    pub(crate) number: String,
    pub(crate) title: String,
    pub(crate) addressee: String,
    pub(crate) parts: Vec<PartView>,
    pub(crate) signature: String,
    pub(crate) date: String,
    pub(crate) copies_to: String,
    pub(crate) printed_by: String,
}

/// Who reads, which decides where numbers lead.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    /// To their rows.
    Rows,
    /// Nowhere: the rows are not public.
    None,
}

/// A document with every number leading to its rows.
pub(crate) fn document_view(
    id: base::Id<noun::Publication>,
    document: &Document,
    links: Links,
) -> DocumentView {
    let pieces = |pieces: &Vec<Piece>| -> Vec<PieceView> {
        pieces.iter().map(|piece| piece_view(id, document, (piece, links))).collect()
    };
    let mut headings = 0;
    let mut parts: Vec<PartView> =
        document.opening.iter().map(|paragraph| PartView::Paragraph(pieces(paragraph))).collect();
    for part in &document.parts {
        parts.push(match part {
            Part::Heading { text } => {
                headings += 1;
                PartView::Heading(format!("{}、{}", numeral(headings), text.as_str()))
            }
            Part::Paragraph { pieces: paragraph } => PartView::Paragraph(pieces(paragraph)),
            Part::Table { columns, rows } => PartView::Table {
                columns: columns.iter().map(|(title, _)| title.as_str().to_owned()).collect(),
                rows: rows
                    .iter()
                    .map(|row| row.iter().map(|cell| cell_view(pieces(cell))).collect())
                    .collect(),
            },
        });
    }
    parts.extend(document.closing.iter().map(|paragraph| PartView::Paragraph(pieces(paragraph))));
    let frame = &document.frame;
    DocumentView {
        organ: format!("{}文件", frame.organ),
        number: document.number.clone().unwrap_or_default(),
        title: frame.title.clone(),
        addressee: frame.addressee.trim_end_matches('：').to_owned(),
        parts,
        signature: frame.organ.clone(),
        date: document.issued_on.map(chinese_date).unwrap_or_default(),
        copies_to: frame.copies_to.clone(),
        printed_by: frame.printed_by.clone(),
    }
}

fn cell_view(pieces: Vec<PieceView>) -> CellView {
    CellView { counts: pieces.iter().all(|piece| piece.counts), pieces }
}

fn piece_view(
    id: base::Id<noun::Publication>,
    document: &Document,
    (piece, links): (&Piece, Links),
) -> PieceView {
    let (text, href, counts) = match piece {
        Piece::Words { text } => (text.as_str().to_owned(), None, false),
        Piece::Name { text } => (text.clone(), None, false),
        Piece::Figure { key } => {
            let value = document.figure(key).map(|figure| figure.value.to_string()).unwrap_or_default();
            (value, Some(figure_address(id, key)), true)
        }
        Piece::Row { case, text } => (text.clone(), Some(format!("/cases/{case}")), false),
        Piece::Earlier { publication, key, value } => {
            (value.to_string(), Some(figure_address(*publication, key)), true)
        }
        Piece::Change { key, by } => (signed(*by), Some(figure_address(id, key)), true),
    };
    PieceView { text, href: href.filter(|_| links == Links::Rows), counts }
}

/// Where the rows of a figure are.
pub(crate) fn figure_address(id: base::Id<noun::Publication>, key: &str) -> String {
    format!("/publications/{id}/figures/{key}")
}
