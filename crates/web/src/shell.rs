//! What the shell shows around every page: places by right, the other language, elder mode.

use base::Language;

use crate::{Visit, assets};

/// A place of the rail or of the page "more".
pub struct Place {
    /// Where it is.
    pub href: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// Its name in the catalogue.
    pub key: &'static str,
    /// What one must be able to do for it to be of use; `None`: everybody signed in.
    action: Option<&'static str>,
}

impl Place {
    const fn new(
        href: &'static str,
        icon: &'static str,
        key: &'static str,
        action: Option<&'static str>,
    ) -> Self {
        Self { href, icon, key, action }
    }

    /// The sentence that says what is there.
    pub fn text_key(&self) -> String {
        format!("{}-text", self.key)
    }
}

const RAIL: &[Place] = &[
    Place::new("/", "layout-dashboard", "web-place-desk", None),
    Place::new("/cases", "list-checks", "web-place-cases", Some("case.view")),
    Place::new("/board", "chart-column", "web-place-board", Some("case.board")),
    Place::new("/regulations", "scale", "web-place-regulations", Some("regulation.view")),
    Place::new("/more", "menu", "web-place-more", None),
];

const MORE: &[Place] = &[
    Place::new("/publications", "megaphone", "web-more-publications", Some("publication.view")),
    Place::new("/imports", "upload", "web-more-imports", Some("case.import")),
    Place::new("/organisation", "network", "web-more-organisation", Some("org.view")),
    Place::new("/accounts", "key-round", "web-more-accounts", Some("account.view")),
    Place::new("/rights", "shield", "web-more-rights", Some("regulation.view")),
    Place::new("/journal", "history", "web-more-journal", Some("journal.view")),
];

impl Visit {
    /// The places of the rail the actor can use.
    pub fn places(&self) -> Vec<&'static Place> {
        self.usable(RAIL)
    }

    /// The places of the page "more" the actor can use.
    pub(crate) fn more_places(&self) -> Vec<&'static Place> {
        self.usable(MORE)
    }

    fn usable(&self, places: &'static [Place]) -> Vec<&'static Place> {
        places.iter().filter(|place| place.action.is_none_or(|action| self.might(action))).collect()
    }

    /// Whether this page belongs to a place of the rail.
    pub fn is_at(&self, place: &Place) -> bool {
        let within = |href: &str| {
            self.path == href || self.path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'))
        };
        match place.href {
            "/" => self.path == "/",
            "/more" => within("/more") || MORE.iter().any(|place| within(place.href)),
            href => within(href),
        }
    }

    /// The content version of style sheet and scripts.
    pub fn assets(&self) -> &'static str {
        assets::version()
    }

    /// The title of a role in the visitor's language.
    pub fn role_title(&self, role: &str) -> String {
        let titles = self.app.role_titles().get(role);
        titles.map_or_else(|| role.to_owned(), |(zh, en)| self.pick(zh, en).to_owned())
    }

    /// This page with its query, to come back to.
    pub fn here(&self) -> String {
        self.query.as_ref().map_or_else(|| self.path.clone(), |query| format!("{}?{query}", self.path))
    }

    /// What the switch of elder mode says.
    pub const fn elder_key(&self) -> &'static str {
        if self.elder { "web-elder-off" } else { "web-elder-on" }
    }

    /// The day of the request in China.
    pub fn today(&self) -> base::Date {
        base::clock::day_of(self.caller.now)
    }

    /// A date as the language writes it in running text: 2026年11月22日, 22 November 2026.
    pub fn date(&self, day: base::Date) -> String {
        match self.language {
            Language::Chinese => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
            Language::English => day.strftime("%-d %B %Y").to_string(),
        }
    }

    /// A moment in a table: 2026-11-22 09:30.
    pub fn moment(&self, at: base::Timestamp) -> String {
        base::clock::in_china(at).strftime("%Y-%m-%d %H:%M").to_string()
    }
}
