//! Cases for programs of others: JSON under `/api/v1` (design section 12). The same acts and the same
//! rights as the pages; a case one may not see is not found, so that nobody learns that it exists.

mod asks;
mod files;
mod shapes;

use std::collections::BTreeMap;

use access::{
    Digest, Permit, Subject,
    idempotency::{self, Repeatable},
};
use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base::{Date, Error, Id, Refusal, Result, Timestamp, noun::Case};
use db::Cx;
use serde::de::DeserializeOwned;
use utoipa::OpenApi;
use web::{Answer, Form, Gate, Route, Visit};

use crate::{
    acts::{self, NewCase, Resident},
    model::{self, CaseSnapshot, Move, Mover},
    pages::{Rulebook, sight_of, visible},
    query::filter_of,
    store::{self, Audience},
};
use asks::{
    MoveBody, MovesBody, NewCaseBody, PossibleBody, ProblemBody, RaisedBody, ReasonBody, ReceiptBody,
};
use shapes::{CaseBody, CaseItem, CaseListBody, TimelineBody};

/// Cases a page of the list holds where the asker names no number, and at most.
const USUAL: usize = 50;
const MOST: usize = 200;

/// The routes of this interface.
pub(crate) fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::post("/api/v1/cases", Gate::Action("case.create"), raise),
        Route::get("/api/v1/cases", Gate::Action("case.view"), list),
        Route::get("/api/v1/cases/{id}", Gate::Action("case.view"), one),
        Route::post("/api/v1/cases/{id}/transitions", Gate::Action("case.view"), take),
        Route::get("/api/v1/cases/{id}/timeline", Gate::Action("case.view"), timeline),
        Route::get("/api/v1/cases/{id}/moves", Gate::Action("case.view"), moves),
    ];
    routes.extend(files::routes());
    routes
}

/// The description of this interface, to be put together with those of the other kernels.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut api = Api::openapi();
    api.merge(files::Files::openapi());
    api
}

#[derive(OpenApi)]
#[openapi(
    paths(raise, list, one, take, timeline, moves),
    components(schemas(ProblemBody, ReasonBody, ReceiptBody)),
    tags((name = "cases", description = "事项：从登记到销号。Cases, from raised to struck off."))
)]
struct Api;

/// 登记事项 · Raises a case.
///
/// With an `Idempotency-Key` the same request may be sent again: it is answered as the first time and
/// nothing is raised twice.
#[utoipa::path(
    post, path = "/api/v1/cases", tag = "cases", request_body = NewCaseBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "一次请求一个，重发时不变 One per request, the same when sent again")),
    responses(
        (status = 201, description = "已登记 Raised", body = RaisedBody),
        (status = 401, description = "未登录 access.sign-in-first", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "无权在此登记 access.no-right", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "同一个键用于另一个请求 access.idempotency-mismatch", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "缺少或读不懂某一项 web.field-missing, web.field-unreadable", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
async fn raise(v: Visit, headers: HeaderMap, bytes: axum::body::Bytes) -> Answer {
    let asked: NewCaseBody = parsed(&bytes)?;
    let key = match headers.get("idempotency-key") {
        None => None,
        Some(key) => Some(key.to_str().map_err(|_| Refusal::invalid("access.idempotency-key"))?.to_owned()),
    };
    let digest = Digest::of(&format!("POST {}\n{}", v.path, String::from_utf8_lossy(&bytes)));
    let (visit, book, account) = (v.clone(), Rulebook::of(&v.app)?, v.account()?);
    let answer = v
        .write(move |cx| {
            let repeatable = key.as_deref().map(|key| Repeatable { account, key, request: &digest });
            let policy = visit.app.policy();
            if let Some(repeatable) = repeatable
                && let Some(answer) = idempotency::recall(cx, policy, repeatable)?
            {
                return Ok(answer);
            }
            let body = RaisedBody::from(raise_in(cx, &visit, &book, &asked)?);
            let body = serde_json::to_string(&body).map_err(Error::fault)?;
            let answer = idempotency::Answer { status: u32::from(StatusCode::CREATED.as_u16()), body };
            if let Some(repeatable) = repeatable {
                idempotency::remember(cx, policy, repeatable, &answer)?;
            }
            Ok(answer)
        })
        .await?;
    Ok(remembered(&answer))
}

/// An answer as it was given the first time.
fn remembered(answer: &idempotency::Answer) -> Response {
    let status = u16::try_from(answer.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (status.unwrap_or(StatusCode::OK), headers, answer.body.clone()).into_response()
}

fn raise_in(cx: &mut Cx<'_>, v: &Visit, book: &Rulebook, asked: &NewCaseBody) -> Result<acts::Raised> {
    let (title, detail) = (given(asked.title.as_ref()), given(asked.detail.as_ref()));
    let unit = given(asked.unit.as_ref());
    let (Some(title), Some(detail), Some(unit)) = (title, detail, unit) else {
        let missing = [("title", title), ("detail", detail), ("unit", unit)];
        let missing = missing.into_iter().filter(|(_, value)| value.is_none());
        let refused = |(name, _)| Refusal::invalid("web.field-missing").field(name);
        return Err(Error::Refused(missing.map(refused).collect()));
    };
    let procedure = procedure_of(book, asked.procedure.as_deref())?;
    let unit = unit_of(cx, unit)?;
    let permit = acts::may_raise(&book.rules(), &v.actor, (&procedure, &unit.path))?;
    let mut new = NewCase::new(&procedure, title, detail, unit.id);
    new.channel = given(asked.channel.as_ref()).map(str::to_owned);
    new.fields.clone_from(&asked.fields);
    for (key, value) in [("category", &asked.category), ("place", &asked.place)] {
        if let Some(value) = given(value.as_ref()) {
            new.fields.insert(key.to_owned(), value.to_owned());
        }
    }
    new.raiser = given(asked.raiser.as_ref()).map(str::to_owned);
    new.contact = given(asked.contact.as_ref()).map(str::to_owned);
    new.resident = resident_of(asked)?;
    new.author = v.actor.person;
    new.raised_at = raised_at(v, &unit.path, asked.raised_at.as_deref())?;
    acts::raise(cx, &book.rules(), (&permit, &v.tenant.master_key), &new)
}

/// A text that says something; never trimmed, because words are kept as they are.
fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.trim().is_empty())
}

/// A name given with the wish to stay without one is neither kept nor thrown away in silence.
fn resident_of(asked: &NewCaseBody) -> Result<Resident> {
    let named = given(asked.raiser.as_ref()).is_some() || given(asked.contact.as_ref()).is_some();
    match (named, asked.anonymous) {
        (true, Some(true)) => Err(Refusal::invalid("case.anonymous-with-name").field("raiser").into()),
        (true, _) => Ok(Resident::Named),
        (false, Some(false)) => Ok(Resident::Absent),
        (false, _) => Ok(Resident::Anonymous),
    }
}

/// When it came in. Terms run from that moment, so whoever may not import a ledger cannot move it.
fn raised_at(v: &Visit, at: &access::UnitPath, text: Option<&str>) -> Result<Option<Timestamp>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let _: Permit = v.permit("case.import", &Subject::of_unit(at))?;
    let day = || text.parse::<Date>().ok().map(base::clock::start_of);
    let moment: Option<Timestamp> = text.parse().ok().or_else(day);
    match moment.filter(|moment| *moment <= v.caller.now) {
        Some(moment) => Ok(Some(moment)),
        None => Err(Refusal::invalid("web.field-unreadable").field("raised_at").arg("value", text).into()),
    }
}

/// The procedure asked for, or the only one there is.
fn procedure_of(book: &Rulebook, asked: Option<&str>) -> Result<String> {
    let mut all = book.compendium.procedures();
    match (asked.map(str::trim).filter(|key| !key.is_empty()), all.next(), all.next()) {
        (Some(key), ..) => Ok(book.rules().procedure(key)?.key.clone()),
        (None, Some(only), None) => Ok(only.key.clone()),
        _ => Err(Refusal::invalid("web.field-missing").field("procedure").into()),
    }
}

/// A unit by id, by the code of its division or by its path.
fn unit_of(cx: &mut Cx<'_>, text: &str) -> Result<org::unit::Unit> {
    let text = text.trim();
    if let Ok(id) = text.parse() {
        return org::unit::unit(cx, id).map_err(|error| in_field(error, "unit"));
    }
    let found = if text.ends_with('.') {
        org::units_within(cx, &access::UnitPath(text.to_owned()))?
            .into_iter()
            .find(|unit| unit.path.0 == text)
    } else {
        org::unit_by_code(cx, text).map_err(|error| in_field(error, "unit"))?
    };
    let unreadable = || Refusal::invalid("web.field-unreadable").field("unit").arg("value", text);
    found.ok_or_else(|| unreadable().into())
}

/// What a body names and does not exist is a mistake of the body, not of the address.
fn in_field(error: Error, field: &str) -> Error {
    let Error::Refused(refusals) = error else { return error };
    let as_invalid = |refusal: Refusal| Refusal {
        field: Some(field.to_owned()),
        kind: base::RefusalKind::Invalid,
        ..refusal
    };
    Error::Refused(refusals.into_iter().map(as_invalid).collect())
}

fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes)
        .map_err(|error| Refusal::invalid("case.json-unreadable").arg("why", error).into())
}

/// 事项列表 · Lists cases, newest first, a page after a cursor.
#[utoipa::path(
    get, path = "/api/v1/cases", tag = "cases",
    params(
        ("procedure" = Option<String>, Query, example = "rectification"),
        ("state" = Option<String>, Query, description = "状态，可用逗号分隔多个 States, separated by commas", example = "assigned,handling"),
        ("column" = Option<String>, Query, description = "incoming, doing, waiting, unconfirmed, closed"),
        ("counts_as" = Option<String>, Query, description = "open, handled, closed"),
        ("unit" = Option<String>, Query, description = "单位及其下级：编号、区划代码或路径 A unit and below it: id, division code or path"),
        ("channel" = Option<String>, Query, example = "visit"),
        ("class" = Option<String>, Query), ("category" = Option<String>, Query),
        ("department" = Option<String>, Query), ("leader" = Option<String>, Query), ("handler" = Option<String>, Query),
        ("overdue" = Option<String>, Query, description = "1：已超期 A running clock has run out"),
        ("due_within" = Option<i32>, Query, description = "几天内到期 A clock runs out within so many days"),
        ("word_owed" = Option<String>, Query), ("reopened" = Option<String>, Query), ("slip_open" = Option<String>, Query),
        ("q" = Option<String>, Query, description = "全文检索 Full text", example = "噪音"),
        ("raised_from" = Option<String>, Query), ("raised_through" = Option<String>, Query),
        ("mine" = Option<String>, Query, description = "holding, leader, handler, department, verifier, author"),
        ("sort" = Option<String>, Query, description = "newest, oldest, due, next-word, updated"),
        ("cursor" = Option<String>, Query), ("limit" = Option<usize>, Query, description = "1–200"),
    ),
    responses(
        (status = 200, body = CaseListBody),
        (status = 422, description = "筛选条件读不懂 case.filter-unreadable", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
async fn list(v: Visit) -> Answer {
    let form = Form::of_query(v.query.as_deref());
    let limit = form.parsed::<usize>("limit")?.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        let unreadable = Refusal::invalid("web.field-unreadable").field("limit");
        return Err(unreadable.arg("value", limit).into());
    }
    let (book, sight, today) = (Rulebook::of(&v.app)?, sight_of(&v)?, v.today());
    let page = v
        .read(move |cx| {
            let mut pairs = form.pairs().to_vec();
            for (_, value) in pairs.iter_mut().filter(|(name, value)| name == "unit" && !value.is_empty()) {
                *value = unit_of(cx, value)?.path.0;
            }
            store::list(cx, &sight, &filter_of(&pairs, today)?, (form.given("cursor"), limit))
        })
        .await?;
    let book = &book;
    let items = page.rows.into_iter().map(|row| CaseItem::of(&v, book, row)).collect();
    Ok(v.json(StatusCode::OK, &CaseListBody { items, next: page.next }))
}

/// 一件事项 · One case.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}", tag = "cases", params(("id" = String, Path)),
    responses(
        (status = 200, body = CaseBody),
        (status = 404, description = "没有，或无权看到 case.no-such-case", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
async fn one(v: Visit, Path(id): Path<String>) -> Answer {
    let (visit, book, id) = (v.clone(), Rulebook::of(&v.app)?, case_id(&id)?);
    let body = v
        .read(move |cx| {
            let case = visible(cx, &visit, &book, id)?;
            body_of(cx, &visit, &book, case)
        })
        .await?;
    Ok(v.json(StatusCode::OK, &body))
}

fn no_such_case() -> Refusal {
    Refusal::not_found("case.no-such-case")
}

fn case_id(text: &str) -> Result<Id<Case>> {
    text.parse().map_err(|_| no_such_case().into())
}

fn body_of(cx: &mut Cx<'_>, v: &Visit, book: &Rulebook, case: CaseSnapshot) -> Result<CaseBody> {
    let hangings = store::hangings(cx, case.head.id)?;
    let row = store::with_names(cx, vec![case.head.clone()])?.into_iter().next().ok_or_else(no_such_case)?;
    Ok(CaseBody::of(CaseItem::of(v, book, row), case, (hangings, book)))
}

/// 办理一步 · Takes a transition.
#[utoipa::path(
    post, path = "/api/v1/cases/{id}/transitions", tag = "cases", params(("id" = String, Path)), request_body = MoveBody,
    responses(
        (status = 200, description = "办理后的事项 The case afterwards", body = CaseBody),
        (status = 403, description = "无权办理这一步 access.no-right, case.needs-second-key", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "没有，或无权看到 case.no-such-case", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "条件不具备 case.not-from-this-state, case.changed-since", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "缺少某一项 web.field-missing", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
async fn take(v: Visit, Path(id): Path<String>, bytes: axum::body::Bytes) -> Answer {
    let (book, id) = (Rulebook::of(&v.app)?, case_id(&id)?);
    let asked = move_of(parsed(&bytes)?)?;
    let visit = v.clone();
    let body = v
        .write(move |cx| {
            visible(cx, &visit, &book, id)?;
            let head = acts::take(cx, &book.rules(), Mover::Person(&visit.actor), (id, &asked))?;
            // Whoever hands a case on may lose sight of it by that very move, and is still told what came of it.
            let case = store::find(cx, head.id)?.ok_or_else(no_such_case)?;
            body_of(cx, &visit, &book, case)
        })
        .await?;
    Ok(v.json(StatusCode::OK, &body))
}

fn move_of(body: MoveBody) -> Result<Move> {
    let missing = || Refusal::invalid("web.field-missing").field("transition");
    let transition = given(body.transition.as_ref()).ok_or_else(missing)?.to_owned();
    let mut fields = BTreeMap::new();
    for (key, value) in body.fields {
        let text = text_of(&value)
            .ok_or_else(|| Refusal::invalid("web.field-unreadable").field(&*key).arg("value", &value))?;
        fields.insert(key, text);
    }
    Ok(Move { transition, fields, note: body.note, private_note: body.private_note, version: body.version })
}

/// A value of a field as acts read it.
fn text_of(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Null => Some(String::new()),
        serde_json::Value::Array(several) => {
            let texts: Option<Vec<String>> = several.iter().map(text_of).collect();
            texts.map(|texts| texts.join("\n"))
        }
        serde_json::Value::Bool(_) | serde_json::Value::Object(_) => None,
    }
}

/// 办理过程 · The timeline, oldest first.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}/timeline", tag = "cases", params(("id" = String, Path)),
    responses(
        (status = 200, body = TimelineBody),
        (status = 404, description = "没有，或无权看到 case.no-such-case", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
async fn timeline(v: Visit, Path(id): Path<String>) -> Answer {
    let (visit, book, id) = (v.clone(), Rulebook::of(&v.app)?, case_id(&id)?);
    let events = v
        .read(move |cx| {
            visible(cx, &visit, &book, id)?;
            store::timeline(cx, id, Audience::Staff)
        })
        .await?;
    Ok(v.json(StatusCode::OK, &TimelineBody { items: events.into_iter().map(Into::into).collect() }))
}

/// 可办的步骤 · What may be done next, and what not yet and why.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}/moves", tag = "cases", params(("id" = String, Path)),
    responses(
        (status = 200, body = MovesBody),
        (status = 404, description = "没有，或无权看到 case.no-such-case", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
async fn moves(v: Visit, Path(id): Path<String>) -> Answer {
    let (visit, book, id) = (v.clone(), Rulebook::of(&v.app)?, case_id(&id)?);
    let items = v
        .read(move |cx| {
            let case = visible(cx, &visit, &book, id)?;
            let possible =
                model::possible_moves(&book.rules(), Mover::Person(&visit.actor), &case, visit.caller.now)?;
            Ok(possible.iter().map(|possible| PossibleBody::of(&visit, possible)).collect())
        })
        .await?;
    Ok(v.json(StatusCode::OK, &MovesBody { items }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_description_names_every_route_of_the_interface() {
        let api = serde_json::to_value(openapi()).unwrap();
        for route in routes() {
            let described = &api["paths"][route.path][route.method.to_lowercase()];
            assert!(described.is_object(), "{} {}", route.method, route.path);
        }
    }

    #[test]
    fn several_values_of_a_field_may_come_as_a_list() {
        let body = json!({ "transition": "joint", "fields": { "co_departments": ["a", "b"], "n": 3 } });
        let asked = move_of(serde_json::from_value(body).unwrap()).unwrap();
        assert_eq!(asked.fields["co_departments"], "a\nb");
        assert_eq!(asked.fields["n"], "3");
        let unreadable = json!({ "transition": "joint", "fields": { "answer": { "deep": 1 } } });
        assert!(move_of(serde_json::from_value(unreadable).unwrap()).is_err());
    }

    #[test]
    fn without_a_name_there_is_a_receipt_unless_nobody_stands_behind_it() {
        let body = |anonymous, raiser: Option<&str>| NewCaseBody {
            anonymous,
            raiser: raiser.map(str::to_owned),
            ..NewCaseBody::default()
        };
        assert_eq!(resident_of(&body(None, None)).unwrap(), Resident::Anonymous);
        assert_eq!(resident_of(&body(Some(false), None)).unwrap(), Resident::Absent);
        assert_eq!(resident_of(&body(None, Some("王芳"))).unwrap(), Resident::Named);
        assert!(resident_of(&body(Some(true), Some("王芳"))).is_err());
    }
}
