//! What the public pages say and allow, read from data.

use std::sync::{Arc, OnceLock};

use base::{Error, Refusal, Result};
use serde::Deserialize;
use web::Visit;

const SHIPPED: &str = include_str!("../site.toml");

/// What the public pages say and allow.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Terms and sizes.
    pub allows: Allows,
    /// The ways to raise something.
    #[serde(default, rename = "way")]
    pub ways: Vec<Way>,
    /// Counters with their addresses and times.
    #[serde(default, rename = "counter")]
    pub counters: Vec<Counter>,
}

/// Terms and sizes.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allows {
    /// How long after raising the receipt page can be opened again.
    pub receipt_minutes: u32,
    /// How long a browser follows a case without the code being typed again.
    pub follow_minutes: u32,
    /// The largest file in MB.
    pub largest_file_mb: usize,
    /// Characters of the one line.
    pub longest_title: usize,
    /// Characters of the words.
    pub longest_words: usize,
}

/// A way to raise something.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// An icon of the shell's set.
    pub icon: String,
    /// 中文名.
    pub title: String,
    /// English title.
    #[serde(default)]
    pub title_en: String,
    /// What it is.
    pub text: String,
    /// The same in English.
    #[serde(default)]
    pub text_en: String,
    /// Where it leads.
    #[serde(default)]
    pub link: String,
}

/// A place where somebody listens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counter {
    /// The division code of the unit it belongs to.
    pub unit: String,
    /// Its name.
    pub title: String,
    /// Where.
    #[serde(default)]
    pub address: String,
    /// Its telephone number.
    #[serde(default)]
    pub phone: String,
    /// When somebody is there.
    #[serde(default)]
    pub hours: String,
}

impl Settings {
    /// The shipped ones.
    pub fn shipped() -> Result<Arc<Self>> {
        static SHIPPED_ONCE: OnceLock<Arc<Settings>> = OnceLock::new();
        if let Some(known) = SHIPPED_ONCE.get() {
            return Ok(Arc::clone(known));
        }
        let read = Arc::new(Self::parse(SHIPPED)?);
        Ok(Arc::clone(SHIPPED_ONCE.get_or_init(|| read)))
    }

    /// Reads a file.
    pub fn parse(text: &str) -> Result<Self> {
        let settings: Self = toml::from_str(text)
            .map_err(|error| Refusal::invalid("site.settings-form").arg("cause", error.message()))?;
        let allows = settings.allows;
        let sound = (1..=1440).contains(&allows.receipt_minutes)
            && (1..=1440).contains(&allows.follow_minutes)
            && (1..=100).contains(&allows.largest_file_mb)
            && (10..=200).contains(&allows.longest_title)
            && (100..=100_000).contains(&allows.longest_words);
        if sound { Ok(settings) } else { Err(Refusal::invalid("site.settings-range").into()) }
    }

    /// The township's own, where the program brings them; the shipped ones otherwise.
    pub(crate) fn of(v: &Visit) -> Result<Arc<Self>> {
        match v.app.service::<Self>() {
            Ok(own) => Ok(own),
            Err(Error::Fault(_)) => Self::shipped(),
            Err(refused) => Err(refused),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_settings_hold_and_senseless_ones_are_refused() {
        assert!(!Settings::shipped().unwrap().ways.is_empty());
        let for_ever = SHIPPED.replace("follow_minutes = 30", "follow_minutes = 0");
        assert_eq!(Settings::parse(&for_ever).unwrap_err().refusals()[0].key, "site.settings-range");
        assert_eq!(Settings::parse("[allows]").unwrap_err().refusals()[0].key, "site.settings-form");
    }
}
