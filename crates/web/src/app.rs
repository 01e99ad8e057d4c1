//! The program as a value: modules, tenants, the table of rights, what kernels bring along.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::Arc,
};

use access::{HeldPost, MasterKey, Policy, RightsTable};
use axum::{
    Router,
    extract::Request,
    handler::Handler,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{MethodRouter, delete, get, post, put},
};
use base::{Clock, Error, Id, Language, Refusal, Result, noun::Person};
use db::{Cx, Db, Migration, Statement};
use object_store::ObjectStore;

use crate::{Catalogue, Failure, Visit, assets, visit};

/// Who gets past a route. The handler still asks for the permit of the very thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Everybody; the short public list.
    Public,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever might do this to something, by the table of rights.
    Action(&'static str),
}

/// A route with its gate.
pub struct Route {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: &'static str,
    /// The path, with `{name}` for parts that vary.
    pub path: &'static str,
    /// Who gets past.
    pub gate: Gate,
    handler: MethodRouter<App>,
}

macro_rules! route_methods {
    ($($name:ident $method:literal),*) => {$(
        #[doc = concat!("A ", $method, " route.")]
        pub fn $name<H, T>(path: &'static str, gate: Gate, handler: H) -> Self
        where
            H: Handler<T, App>,
            T: 'static,
        {
            Self { method: $method, path, gate, handler: $name(handler) }
        }
    )*};
}

impl Route {
    route_methods!(get "GET", post "POST", put "PUT", delete "DELETE");
}

/// What a kernel brings.
#[derive(Clone, Copy)]
pub struct Module {
    /// The kernel's name, which begins its text keys, actions and statements.
    pub name: &'static str,
    /// Its tables.
    pub migrations: &'static [Migration],
    /// Its statements, so that a test can prepare each on both engines.
    pub statements: fn() -> Vec<&'static Statement>,
    /// Its sentences.
    pub texts: &'static [(Language, &'static str)],
    /// Its pages and interfaces.
    pub routes: fn() -> Vec<Route>,
}

/// One county: a database and the keys that go with it.
#[derive(Clone)]
pub struct Tenant {
    /// The division code, which is also the first label of its host name.
    pub code: String,
    /// The name shown in the head of every page.
    pub name: String,
    /// The database.
    pub db: Db,
    /// The key that wraps the keys of sealed fields.
    pub master_key: Arc<MasterKey>,
    /// Attachments and issued documents.
    pub files: Arc<dyn ObjectStore>,
}

/// Titles of things named in data, Chinese and English, by key.
pub type Titles = HashMap<String, (String, String)>;

/// Finds the posts a person holds today. The organisation kernel brings it.
pub type PostsOf = fn(&mut Cx<'_>, Id<Person>) -> Result<Vec<HeldPost>>;

/// The running program. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    tenants: HashMap<String, Tenant>,
    catalogue: Catalogue,
    rights: RightsTable,
    policy: Policy,
    posts_of: PostsOf,
    modules: Vec<Module>,
    services: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
    clock: Clock,
    secure_cookies: bool,
    role_titles: Titles,
    action_titles: Titles,
}

/// Puts an [`App`] together.
pub struct AppBuilder {
    /// The modules, in order of the walls: lower ones first.
    pub modules: Vec<Module>,
    /// The tenants.
    pub tenants: Vec<Tenant>,
    /// The table of rights.
    pub rights: RightsTable,
    /// Password, lock-out and session rules.
    pub policy: Policy,
    /// Finds the posts of a person.
    pub posts_of: PostsOf,
    /// The clock.
    pub clock: Clock,
    /// Whether cookies travel by TLS only: true behind a TLS proxy.
    pub secure_cookies: bool,
    /// The titles of roles, Chinese and English, by key.
    pub role_titles: Titles,
    /// The titles of actions, Chinese and English, by key.
    pub action_titles: Titles,
    services: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
}

impl AppBuilder {
    /// A program of these modules and tenants under these rights.
    pub fn new(
        modules: Vec<Module>,
        tenants: Vec<Tenant>,
        rights: RightsTable,
        posts_of: PostsOf,
    ) -> Result<Self> {
        Ok(Self {
            modules,
            tenants,
            rights,
            policy: Policy::shipped()?,
            posts_of,
            clock: Clock::System,
            secure_cookies: false,
            role_titles: Titles::new(),
            action_titles: Titles::new(),
            services: HashMap::new(),
        })
    }

    /// Adds something kernels need at run time: the compendium, the file store.
    #[must_use]
    pub fn service<T: Any + Send + Sync>(mut self, service: Arc<T>) -> Self {
        self.services.insert(TypeId::of::<T>(), service);
        self
    }

    /// The program.
    pub fn build(self) -> Result<App> {
        let texts: Vec<(Language, &str)> =
            self.modules.iter().flat_map(|module| module.texts.iter().copied()).collect();
        Ok(App(Arc::new(Inner {
            tenants: self.tenants.into_iter().map(|tenant| (tenant.code.clone(), tenant)).collect(),
            catalogue: Catalogue::new(&texts)?,
            rights: self.rights,
            policy: self.policy,
            posts_of: self.posts_of,
            modules: self.modules,
            services: self.services,
            clock: self.clock,
            secure_cookies: self.secure_cookies,
            role_titles: self.role_titles,
            action_titles: self.action_titles,
        })))
    }
}

impl App {
    /// The tenant a host name belongs to: its first label is the division code. A program that runs
    /// a single tenant answers under every name.
    pub fn tenant_of(&self, host: &str) -> Result<&Tenant> {
        let label = host.split(['.', ':']).next().unwrap_or_default();
        let only = if self.0.tenants.len() == 1 { self.0.tenants.values().next() } else { None };
        self.0
            .tenants
            .get(label)
            .or(only)
            .ok_or_else(|| Refusal::not_found("web.no-such-tenant").arg("host", host).into())
    }

    /// All tenants.
    pub fn tenants(&self) -> impl Iterator<Item = &Tenant> {
        self.0.tenants.values()
    }

    /// The sentences.
    pub fn catalogue(&self) -> &Catalogue {
        &self.0.catalogue
    }

    /// The table of rights.
    pub fn rights(&self) -> &RightsTable {
        &self.0.rights
    }

    /// Password, lock-out and session rules.
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// The modules.
    pub fn modules(&self) -> &[Module] {
        &self.0.modules
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Whether cookies travel by TLS only.
    pub fn secure_cookies(&self) -> bool {
        self.0.secure_cookies
    }

    /// The titles of roles, Chinese and English, by key.
    pub fn role_titles(&self) -> &Titles {
        &self.0.role_titles
    }

    /// The titles of actions, Chinese and English, by key.
    pub fn action_titles(&self) -> &Titles {
        &self.0.action_titles
    }

    /// The posts a person holds on the day of `cx`.
    pub fn posts_of(&self, cx: &mut Cx<'_>, person: Id<Person>) -> Result<Vec<HeldPost>> {
        (self.0.posts_of)(cx, person)
    }

    /// Something a kernel brought with [`AppBuilder::service`].
    pub fn service<T: Any + Send + Sync>(&self) -> Result<Arc<T>> {
        let found = self.0.services.get(&TypeId::of::<T>()).cloned();
        found
            .and_then(|service| service.downcast().ok())
            .ok_or_else(|| Error::fault(format!("no service {}", std::any::type_name::<T>())))
    }

    /// Every route with its gate.
    pub fn routes(&self) -> Vec<Route> {
        self.0.modules.iter().flat_map(|module| (module.routes)()).collect()
    }

    /// The program as a service that answers requests.
    pub fn router(&self) -> Router {
        let mut router = Router::new();
        for route in self.routes() {
            let gate = route.gate;
            let gated = route
                .handler
                .layer(middleware::from_fn(move |v, request, next| pass(gate, v, request, next)));
            router = router.route(route.path, gated);
        }
        router
            .fallback(|| async { Failure::from(Refusal::not_found("web.no-such-page")) })
            .layer(middleware::from_fn_with_state(self.clone(), visit::identify))
            .layer(axum::extract::DefaultBodyLimit::max(LARGEST_REQUEST))
            .merge(assets::router())
            .layer(tower_http::compression::CompressionLayer::new())
            .with_state(self.clone())
    }
}

/// The largest request taken: an attachment of 20 MB with its form around it.
const LARGEST_REQUEST: usize = 24 * 1024 * 1024;

async fn pass(gate: Gate, v: Visit, request: Request, next: Next) -> Response {
    let refused = match gate {
        // Asked first, because the table also says what everybody may.
        Gate::Action(action) if v.app.rights().might(&v.actor, action) => None,
        Gate::SignedIn | Gate::Action(_) if v.actor.person.is_none() => {
            Some(Refusal::unauthenticated("access.sign-in-first"))
        }
        Gate::Public | Gate::SignedIn => None,
        Gate::Action(action) => Some(access::denial(&v.actor, action)),
    };
    match refused {
        Some(refusal) => Failure::from(refusal).into_response(),
        None => next.run(request).await,
    }
}
