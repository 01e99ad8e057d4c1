//! Titles in both languages.

use base::Language;

/// Something that carries its own title in both languages, because it is data and not in the
/// text catalogue.
pub trait Titled {
    /// The title in a language; Chinese where no English one was given.
    fn title(&self, language: Language) -> &str;
}

/// Implements [`Titled`] for structs with `title` and `title_en`.
macro_rules! titled {
    ($($kind:ty),+ $(,)?) => {$(
        impl crate::Titled for $kind {
            fn title(&self, language: base::Language) -> &str {
                match language {
                    base::Language::English if !self.title_en.is_empty() => &self.title_en,
                    _ => &self.title,
                }
            }
        }
    )+};
}
pub(crate) use titled;
