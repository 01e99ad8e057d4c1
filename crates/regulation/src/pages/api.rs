//! Regulations as JSON.

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::IntoResponse,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::{OpenApi, ToSchema};
use web::{Answer, Visit};

use super::one::find;
use crate::{Compendium, Regulation};

/// The part of the interface description that is about regulations.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(list, one), components(schemas(RegulationLine, RegulationFull, ClauseJson, InForceJson)))]
struct Described;

/// A regulation in a list.
#[derive(Serialize, ToSchema)]
struct RegulationLine {
    /// Stable name.
    id: String,
    /// The institution it puts in place, such as `M59`.
    institution: String,
    /// 中文名.
    title: String,
    /// English title.
    title_en: String,
    /// The heading of the compendium, A to L.
    heading: String,
    /// Since when, until when.
    in_force: InForceJson,
    /// Statutes and documents it rests on.
    legal_basis: Vec<String>,
    /// Where in the seed documents it comes from.
    source: Vec<String>,
    /// Its clauses.
    clauses: Vec<ClauseJson>,
}

/// A regulation with everything it says.
#[derive(Serialize, ToSchema)]
struct RegulationFull {
    #[serde(flatten)]
    line: RegulationLine,
    /// One or two sentences about it.
    summary: String,
    /// The same in English.
    summary_en: String,
    /// The file, relative to the compendium.
    file: String,
    /// The file as it is written (TOML).
    text: String,
    /// The same as JSON.
    content: Value,
}

/// Since when, until when.
#[derive(Serialize, ToSchema)]
struct InForceJson {
    /// The first day.
    from: String,
    /// The last day, if it was repealed.
    to: Option<String>,
}

/// A clause by name.
#[derive(Serialize, ToSchema)]
struct ClauseJson {
    /// `procedure`, `duty`, `code_list` …
    kind: String,
    /// Unique in its regulation.
    key: String,
    /// 中文名.
    title: String,
    /// English title.
    title_en: String,
}

impl RegulationLine {
    fn of(regulation: &Regulation) -> Self {
        let clause = |line: crate::ClauseLine<'_>| ClauseJson {
            kind: line.kind.to_owned(),
            key: line.key.to_owned(),
            title: line.title.to_owned(),
            title_en: line.title_en.to_owned(),
        };
        Self {
            id: regulation.id.clone(),
            institution: regulation.institution.clone(),
            title: regulation.title.clone(),
            title_en: regulation.title_en.clone(),
            heading: regulation.heading.chars().take(1).collect(),
            in_force: InForceJson {
                from: regulation.in_force.from.to_string(),
                to: regulation.in_force.to.map(|day| day.to_string()),
            },
            legal_basis: regulation.legal_basis.clone(),
            source: regulation.source.clone(),
            clauses: regulation.clauses().into_iter().map(clause).collect(),
        }
    }
}

/// Every regulation of the compendium.
#[utoipa::path(
    get,
    path = "/api/v1/regulations",
    tag = "regulations",
    responses((status = 200, description = "Every regulation of the compendium", body = [RegulationLine]))
)]
pub(super) async fn list(v: Visit) -> Answer {
    let compendium = v.app.service::<Compendium>()?;
    let lines: Vec<RegulationLine> = compendium.regulations().iter().map(RegulationLine::of).collect();
    Ok(v.json(StatusCode::OK, &lines))
}

/// One regulation; as the file itself with `Accept: application/toml`.
#[utoipa::path(
    get,
    path = "/api/v1/regulations/{id}",
    tag = "regulations",
    params(("id" = String, Path, description = "Stable name, such as `rectification-ledger`")),
    responses(
        (status = 200, description = "The regulation", body = RegulationFull),
        (status = 404, description = "There is no such regulation")
    )
)]
pub(super) async fn one(v: Visit, Path(id): Path<String>, headers: axum::http::HeaderMap) -> Answer {
    let compendium = v.app.service::<Compendium>()?;
    let regulation = find(&compendium, &id)?;
    let text = compendium.file(&regulation.file).map_or_else(String::new, |file| file.text.clone());
    let wants_toml = headers.get(header::ACCEPT).is_some_and(|accept| accept == "application/toml");
    if wants_toml {
        return Ok(([(header::CONTENT_TYPE, "application/toml; charset=utf-8")], text).into_response());
    }
    let full = RegulationFull {
        line: RegulationLine::of(regulation),
        summary: regulation.summary.clone(),
        summary_en: regulation.summary_en.clone(),
        file: regulation.file.clone(),
        content: text
            .parse::<toml::Table>()
            .map(|table| json_of(toml::Value::Table(table)))
            .unwrap_or_default(),
        text,
    };
    Ok(v.json(StatusCode::OK, &full))
}

/// TOML as JSON; dates become texts.
fn json_of(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => flag.into(),
        toml::Value::Datetime(at) => at.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(json_of).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, json_of(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_a_regulation_becomes_a_text() {
        let table: toml::Table = "[in_force]\nfrom = 2026-01-01\n[[duty]]\nkey = \"d\"\n".parse().unwrap();
        let json = json_of(toml::Value::Table(table));
        assert_eq!(json["in_force"]["from"], "2026-01-01");
        assert_eq!(json["duty"][0]["key"], "d");
    }

    #[test]
    fn the_interface_describes_both_paths() {
        let paths = openapi().paths.paths;
        assert!(paths.contains_key("/api/v1/regulations"));
        assert!(paths.contains_key("/api/v1/regulations/{id}"));
    }
}
