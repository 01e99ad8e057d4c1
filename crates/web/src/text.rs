//! The text catalogue: every sentence a person can read, in both languages (Project Fluent).

use std::collections::{BTreeSet, HashMap};

use base::{Error, Language, Refusal, Result};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

/// A value put into a sentence.
pub type Arg<'a> = FluentValue<'a>;

/// The sentences of all modules.
pub struct Catalogue {
    bundles: HashMap<Language, FluentBundle<FluentResource>>,
    keys: HashMap<Language, BTreeSet<String>>,
}

impl Catalogue {
    /// Reads the texts of the modules. A sentence that does not parse or is given twice is our fault.
    pub fn new(texts: &[(Language, &str)]) -> Result<Self> {
        let mut catalogue = Self { bundles: HashMap::new(), keys: HashMap::new() };
        for language in Language::ALL {
            let tag = language.tag().parse().map_err(|e| Error::fault(format!("{e:?}")))?;
            let mut bundle = FluentBundle::new_concurrent(vec![tag]);
            // The marks that isolate text of another direction have no place in Chinese or English.
            bundle.set_use_isolating(false);
            let mut keys = BTreeSet::new();
            for (_, source) in texts.iter().filter(|(of, _)| *of == language) {
                let resource = FluentResource::try_new((*source).to_owned())
                    .map_err(|(_, errors)| Error::fault(format!("{} text: {errors:?}", language.tag())))?;
                keys.extend(source.lines().filter_map(key_of_line));
                bundle
                    .add_resource(resource)
                    .map_err(|errors| Error::fault(format!("{} text: {errors:?}", language.tag())))?;
            }
            catalogue.bundles.insert(language, bundle);
            catalogue.keys.insert(language, keys);
        }
        Ok(catalogue)
    }

    /// The keys of a language; a test holds the two languages against each other.
    pub fn keys(&self, language: Language) -> impl Iterator<Item = &str> {
        self.keys.get(&language).into_iter().flatten().map(String::as_str)
    }

    /// Whether a sentence of this key exists.
    pub fn has(&self, language: Language, key: &str) -> bool {
        self.bundles.get(&language).is_some_and(|bundle| bundle.has_message(key))
    }

    /// The sentence; the key itself when there is none, so that nothing is silently empty.
    pub fn say(&self, language: Language, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        let found = self.bundles.get(&language).and_then(|bundle| {
            let pattern = bundle.get_message(key)?.value()?;
            let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
            Some(bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned())
        });
        found.unwrap_or_else(|| key.to_owned())
    }

    /// A refusal in words.
    pub fn refusal(&self, language: Language, refusal: &Refusal) -> String {
        let args: Vec<(&str, Arg<'_>)> = refusal
            .args
            .iter()
            .map(|(name, value)| (name.as_ref(), FluentValue::from(value.as_str())))
            .collect();
        self.say(language, &refusal.text_key(), &args)
    }
}

fn key_of_line(line: &str) -> Option<String> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim_end();
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.chars().all(fits)).then(|| key.to_owned())
}
