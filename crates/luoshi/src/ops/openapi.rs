//! The description of the interfaces (OpenAPI 3.1), put together from what each kernel describes.

use axum::http::StatusCode;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};
use web::{Answer, Gate, Route, Visit};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/api/v1/openapi.json", Gate::Public, description)]
}

#[derive(OpenApi)]
#[openapi(
    paths(description),
    info(
        title = "Luoshi",
        description = "Regulations, cases, organisation and publications of a county's townships. \
            Bearer tokens come from `luoshi token create --user NAME`. Lists are paged by `cursor` and `limit`; \
            requests that create something may carry an `Idempotency-Key`; \
            refusals are `application/problem+json` (RFC 9457)."
    ),
    modifiers(&Bearer),
    security((), ("bearer" = []))
)]
struct Described;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, api: &mut openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        api.components.get_or_insert_default().add_security_scheme("bearer", scheme);
    }
}

/// Everything the interfaces offer.
pub(crate) fn whole() -> openapi::OpenApi {
    let mut api = Described::openapi();
    for part in parts() {
        api.merge(part);
    }
    api
}

fn parts() -> Vec<openapi::OpenApi> {
    vec![
        super::proof::described(),
        org::api::openapi(),
        regulation::openapi(),
        case::api::openapi(),
        publication::openapi(),
    ]
}

/// This description.
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    tag = "description",
    responses((status = 200, description = "This description, OpenAPI 3.1"))
)]
async fn description(v: Visit) -> Answer {
    Ok(v.json(StatusCode::OK, &whole()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_is_openapi_3_1_with_bearer_tokens() {
        let json = serde_json::to_value(whole()).unwrap();
        assert!(json["openapi"].as_str().unwrap().starts_with("3.1"));
        assert_eq!(json["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
        assert!(json["paths"]["/api/v1/log/checkpoint"]["get"].is_object());
    }
}
