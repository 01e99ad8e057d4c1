//! Following a case: by number and six digits, or by the link of the QR code.

use access::{
    Permit,
    limit::{self, Bucket},
};
use askama::Template;
use axum::{
    extract::{DefaultBodyLimit, FromRequest as _, Path, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use base::{Error, Id, Refusal, RefusalKind, Result, Timestamp, noun::Attachment};
use case::{
    Rulebook,
    acts::{self, On},
    model::{Move, Mover, Proof},
    store,
};
use web::{Answer, Form, Gate, Route, Visit};

use crate::{
    Settings,
    face::{self, Face, Offer, Words},
    raise, upload,
};

const PAGE: &str = "/public/follow/case";
const COOKIE: &str = "luoshi_case";

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/public/follow", Gate::Public, ask),
        Route::post("/public/follow", Gate::Public, by_code),
        Route::get("/public/follow/{token}", Gate::Public, by_token),
        Route::get(PAGE, Gate::Public, page),
        Route::post("/public/follow/case/moves", Gate::Public, take),
        Route::post("/public/follow/case/files", Gate::Public, attach),
        Route::get("/public/follow/case/files/{id}", Gate::Public, file),
        Route::post("/public/follow/end", Gate::Public, end),
    ]
}

#[derive(Template)]
#[template(path = "follow.html")]
struct AskPage<'a> {
    v: &'a Visit,
    style: &'static str,
    form: Form,
}

async fn ask(v: Visit) -> Answer {
    let form = Form::of_query(v.query.as_deref());
    Ok(v.page(&AskPage { v: &v, style: crate::style_address(), form }))
}

async fn by_code(v: Visit, form: Form) -> Answer {
    match prove(&v, &form).await {
        Ok(proof) => let_in(&v, &proof),
        Err(error) => {
            let many = error.refusals().first().is_some_and(|refusal| refusal.kind == RefusalKind::TooMany);
            let status = if many { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::FORBIDDEN };
            let mut form = form.refused(error)?;
            form.set("code", "");
            Ok(v.page_with(status, &AskPage { v: &v, style: crate::style_address(), form }))
        }
    }
}

/// The same answer for a number that is not there, a wrong code and a receipt that rests: nobody
/// learns by trying which numbers have a receipt. Every miss counts against the number and the origin.
async fn prove(v: &Visit, form: &Form) -> Result<Proof> {
    let words = Words::of(v)?;
    let number = number_of(&words.rulebook, form.text("number"), v.today().year());
    let code: String = form.text("code").chars().filter_map(digit).collect();
    let limit = v.app.policy().limit("follow-by-code")?;
    let buckets = [Bucket::new("follow-by-code", &number), Bucket::new("follow-by-code-origin", &v.remote)];
    let (tried, asked) = (buckets.clone(), number.clone());
    let proved = v
        .read(move |cx| {
            tried.iter().try_for_each(|bucket| limit::check(cx, bucket))?;
            match acts::prove_code(cx, &asked, &code) {
                Ok(proof) => Ok(Ok(proof)),
                Err(Error::Refused(refusals)) => {
                    Ok(Err(refusals.iter().any(|refusal| refusal.kind == RefusalKind::TooMany)))
                }
                Err(fault) => Err(fault),
            }
        })
        .await?;
    let rests = match proved {
        Ok(proof) => return Ok(proof),
        Err(rests) => rests,
    };
    let count = move |cx: &mut db::Cx<'_>| {
        for bucket in &buckets {
            limit::count(cx, bucket, limit)?;
        }
        // Guessing at a receipt that rests does not make it rest longer.
        if rests { Ok(()) } else { acts::count_wrong_code(cx, &number) }
    };
    v.tenant.db.write_operational(&v.caller, count).await?;
    Err(Refusal::forbidden("site.follow-wrong").field("code").into())
}

/// The number meant: brackets are hard to find on a telephone, so the digits are enough.
fn number_of(rulebook: &Rulebook, written: &str, year: i16) -> String {
    let written = written.trim();
    let narrow: String = written.chars().map(|c| digit(c).unwrap_or(c)).collect();
    if narrow.chars().any(|c| c.is_ascii_alphabetic()) {
        return narrow.to_lowercase();
    }
    let groups: Vec<&str> =
        narrow.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let (year, n) = match groups.as_slice() {
        [n] => (Some(year), n.parse().ok()),
        [year, n] => (year.parse().ok(), n.parse().ok()),
        _ => (None, None),
    };
    // The words of the number tell the procedure where there are several.
    let mut open: Vec<_> = raise::open_procedures(rulebook).collect();
    open.sort_by_key(|procedure| {
        let head = procedure.number.pattern.split('〔').next().unwrap_or_default();
        !written.starts_with(head)
    });
    match (open.first(), year, n) {
        (Some(procedure), Some(year), Some(n)) => procedure.number.render(year, n),
        _ => written.to_owned(),
    }
}

/// A digit, also of full width as Chinese keyboards write it.
fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')),
        _ => None,
    }
}

async fn by_token(v: Visit, Path(token): Path<String>) -> Answer {
    match v.read(move |cx| acts::prove_token(cx, &token)).await {
        Ok(proof) => let_in(&v, &proof),
        Err(Error::Refused(_)) => Ok(v.see("/public/follow", "site-link-wrong")),
        Err(fault) => Err(fault.into()),
    }
}

/// Opens the case in this browser for a while. Neither code nor token stays in an address, so that a
/// borrowed telephone keeps nothing once the cookie is gone.
fn let_in(v: &Visit, proof: &Proof) -> Answer {
    let minutes = Settings::of(v)?.allows.follow_minutes;
    let until = v.caller.now + jiff::SignedDuration::from_mins(i64::from(minutes));
    let ticket = proof.ticket(&v.tenant.master_key, until)?;
    let mut response = v.redirect(PAGE);
    set_cookie(v, &mut response, &ticket, minutes * 60)?;
    Ok(response)
}

fn set_cookie(v: &Visit, response: &mut Response, value: &str, seconds: u32) -> Result<()> {
    let secure = if v.app.secure_cookies() { "; Secure" } else { "" };
    // Lax, not Strict: a QR scanner comes from another site and is led on.
    let cookie =
        format!("{COOKIE}={value}; Path=/public/follow; Max-Age={seconds}; SameSite=Lax; HttpOnly{secure}");
    let value = HeaderValue::from_str(&cookie).map_err(Error::fault)?;
    response.headers_mut().append(header::SET_COOKIE, value);
    Ok(())
}

/// The case this browser may see at present.
fn proof_of(v: &Visit, headers: &HeaderMap, now: Timestamp) -> Option<Proof> {
    let lists = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let ticket = lists.flat_map(|list| list.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == COOKIE).then_some(value)
    })?;
    Proof::of_ticket(&v.tenant.master_key, ticket, now)
}

fn ask_again(v: &Visit) -> Response {
    v.see("/public/follow", "site-ask-again")
}

#[derive(Template)]
#[template(path = "case-public.html")]
struct CasePage<'a> {
    v: &'a Visit,
    style: &'static str,
    face: Face,
    form: Form,
    accepted: &'static str,
    largest_mb: usize,
}

impl CasePage<'_> {
    /// Whether what was typed belongs to this move.
    fn is_at(&self, offer: &Offer) -> bool {
        self.form.text("transition") == offer.key
    }

    fn typed(&self, offer: &Offer, field: &str) -> String {
        if self.is_at(offer) { self.form.text(field).to_owned() } else { String::new() }
    }
}

async fn page(v: Visit, headers: HeaderMap) -> Answer {
    match proof_of(&v, &headers, v.caller.now) {
        Some(proof) => show(&v, proof, (Form::default(), StatusCode::OK)).await,
        None => Ok(ask_again(&v)),
    }
}

async fn show(v: &Visit, proof: Proof, (form, status): (Form, StatusCode)) -> Answer {
    let words = Words::of(v)?;
    let face = v.read(move |cx| face::face(cx, &words, &proof)).await?;
    let largest_mb = Settings::of(v)?.allows.largest_file_mb;
    let page =
        CasePage { v, style: crate::style_address(), face, form, accepted: upload::ACCEPTED, largest_mb };
    Ok(v.page_with(status, &page))
}

#[derive(Template)]
#[template(path = "sure.html")]
struct SurePage<'a> {
    v: &'a Visit,
    style: &'static str,
    form: Form,
    face: Face,
    offer: Offer,
}

async fn take(v: Visit, headers: HeaderMap, form: Form) -> Answer {
    let Some(proof) = proof_of(&v, &headers, v.caller.now) else { return Ok(ask_again(&v)) };
    if form.text("sure") != "yes"
        && let Some(answer) = ask_whether_sure(&v, &proof, &form).await?
    {
        return Ok(answer);
    }
    let mut asked = Move::new(form.text("transition"));
    asked.note = form.given("note").map(|_| form.text("note").to_owned());
    asked.version = form.parsed("version")?;
    for (name, value) in form.pairs() {
        if let Some(key) = name.strip_prefix("f-").filter(|_| !value.trim().is_empty()) {
            asked.fields.insert(key.to_owned(), value.clone());
        }
    }
    let (words, by) = (Words::of(&v)?, proof.clone());
    let taken = v
        .write(move |cx| {
            acts::take(cx, &words.rulebook.rules(), Mover::Resident(&by), (by.case(), &asked)).map(|_| ())
        })
        .await;
    match taken {
        Ok(()) => Ok(v.see(PAGE, "site-taken")),
        Err(error) => {
            let form = form.refused(error)?;
            show(&v, proof, (form, StatusCode::UNPROCESSABLE_ENTITY)).await
        }
    }
}

/// The page that asks once more before what cannot be taken back; `None` where nothing needs asking.
async fn ask_whether_sure(v: &Visit, proof: &Proof, form: &Form) -> Result<Option<Response>> {
    let (words, by) = (Words::of(v)?, proof.clone());
    let mut face = v.read(move |cx| face::face(cx, &words, &by)).await?;
    let mut offers = std::mem::take(&mut face.turn).into_iter().chain(std::mem::take(&mut face.others));
    let Some(offer) = offers.find(|offer| offer.key == form.text("transition") && offer.irreversible) else {
        return Ok(None);
    };
    let unwritten = offer.needs_note() && form.given("note").is_none();
    if unwritten || offer.refused.is_some() {
        // The act itself says what is missing, beside the form.
        return Ok(None);
    }
    drop(offers);
    let page = SurePage { v, style: crate::style_address(), form: form.clone(), face, offer };
    Ok(Some(v.page(&page)))
}

async fn attach(v: Visit, headers: HeaderMap, mut request: Request) -> Answer {
    let Some(proof) = proof_of(&v, &headers, v.caller.now) else { return Ok(ask_again(&v)) };
    let allows = Settings::of(&v)?.allows;
    DefaultBodyLimit::max((allows.largest_file_mb + 1) << 20).apply(&mut request);
    let form = Form::from_request(request, &()).await?;
    match hang(&v, &proof, &form).await {
        Ok(()) => Ok(v.see(PAGE, "site-file-added")),
        Err(error) => {
            let form = form.refused(error)?;
            show(&v, proof, (form, StatusCode::UNPROCESSABLE_ENTITY)).await
        }
    }
}

async fn hang(v: &Visit, proof: &Proof, form: &Form) -> Result<()> {
    let sent = form.upload("file").ok_or_else(|| Refusal::invalid("site.no-file").field("file"))?;
    let checked = upload::check(sent, Settings::of(v)?.allows)?;
    let limit = v.app.policy().limit("raise-publicly")?;
    let bucket = Bucket::new("raise-publicly", &v.remote);
    v.tenant.db.write_operational(&v.caller, move |cx| limit::take(cx, &bucket, limit)).await?;
    let (kept, case) = (checked.keep(v).await?, proof.case());
    v.write(move |cx| {
        let permit = Permit::for_resident("case.attach");
        acts::attach(cx, On { permit: &permit, case }, &kept).map(|_| ())
    })
    .await
}

async fn file(v: Visit, headers: HeaderMap, Path(id): Path<Id<Attachment>>) -> Answer {
    let Some(proof) = proof_of(&v, &headers, v.caller.now) else { return Ok(ask_again(&v)) };
    let found = v
        .read(move |cx| {
            let all = store::hangings(cx, proof.case())?.attachments;
            let seen = all.into_iter().find(|file| file.id == id && file.public);
            seen.ok_or_else(|| Refusal::not_found("site.no-such-file").into())
        })
        .await?;
    Ok(case::sent(&v, &found).await?)
}

async fn end(v: Visit) -> Answer {
    let mut response = v.see("/public/follow", "site-ended");
    set_cookie(&v, &mut response, "", 0)?;
    Ok(response)
}
