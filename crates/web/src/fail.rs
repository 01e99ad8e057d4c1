//! Refusals and faults on their way out: a page or problem+json (RFC 9457), decided by the visit.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use base::{Error, Refusal, RefusalKind};

/// What a handler returns.
pub type Answer = Result<Response, Failure>;

/// An error on its way to the edge, where it is logged once and put into words.
#[derive(Debug)]
pub struct Failure(pub Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.into())
    }
}

/// Carried in the response until the edge renders it.
#[derive(Debug, Clone)]
pub(crate) enum Carried {
    Refused(Vec<Refusal>),
    Fault(String),
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, carried) = match self.0 {
            Error::Refused(refusals) => (status_of(&refusals), Carried::Refused(refusals)),
            Error::Fault(cause) => (StatusCode::INTERNAL_SERVER_ERROR, Carried::Fault(cause)),
        };
        let mut response = status.into_response();
        response.extensions_mut().insert(carried);
        response
    }
}

/// The HTTP status of a refusal; of several, that of the first.
pub(crate) fn status_of(refusals: &[Refusal]) -> StatusCode {
    match refusals.first().map(|refusal| refusal.kind) {
        Some(RefusalKind::Unauthenticated) => StatusCode::UNAUTHORIZED,
        Some(RefusalKind::Forbidden) => StatusCode::FORBIDDEN,
        Some(RefusalKind::NotFound) => StatusCode::NOT_FOUND,
        Some(RefusalKind::Conflict) => StatusCode::CONFLICT,
        Some(RefusalKind::TooMany) => StatusCode::TOO_MANY_REQUESTS,
        Some(RefusalKind::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
        Some(RefusalKind::Invalid) | None => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
