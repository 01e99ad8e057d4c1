//! The two languages of the interface.

use serde::{Deserialize, Serialize};

/// A language every sentence exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// Chinese as a Chinese office writes it; the source of every text.
    #[default]
    #[serde(rename = "zh-CN")]
    Chinese,
    /// The English twin.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// Both, the source first.
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The language a tag such as `en-GB` asks for, if it is one of ours.
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.get(..2)?.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }
}
