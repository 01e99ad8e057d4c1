//! Red lines: what no regulation may ask for. They are the law's and not the township's, so they stand
//! here and not in a file: 国办函〔2026〕12号《政务移动互联网应用程序规范化管理办法》.

use toml::Value;

use crate::Regulation;

use super::Report;

/// What is looked for, where, and the sentence.
struct RedLine {
    key: &'static str,
    /// Whole words of keys and values, in the spelling of files.
    words: &'static [&'static str],
    /// Anywhere in a Chinese text.
    phrases: &'static [&'static str],
    /// The kinds of clause concerned.
    clauses: &'static [&'static str],
}

const ALL_CLAUSES: &[&str] = &["duty", "roster", "form", "ballot", "campaign", "indicator", "rating"];

const RED_LINES: [RedLine; 6] = [
    RedLine {
        key: "regulation.red-line-check-in",
        words: &["check-in", "checkin", "clock-in", "punch-in"],
        phrases: &["打卡"],
        clauses: ALL_CLAUSES,
    },
    RedLine {
        key: "regulation.red-line-points",
        words: &["points", "leaderboard", "rank-of-use", "use-points"],
        phrases: &["积分排名", "使用积分"],
        // A rating may weigh its criteria in points; a duty may not hand them out.
        clauses: &["duty", "campaign"],
    },
    RedLine {
        key: "regulation.red-line-online-time",
        words: &["online-time", "online-hours", "logins", "login", "login-rate", "installs", "install-rate"],
        phrases: &["在线时长", "登录次数", "登录率", "安装率", "下载率"],
        clauses: ALL_CLAUSES,
    },
    RedLine {
        key: "regulation.red-line-likes",
        words: &["likes", "forwards", "shares", "online-votes"],
        phrases: &["点赞", "转发量", "网络投票"],
        clauses: ALL_CLAUSES,
    },
    RedLine {
        key: "regulation.red-line-photos",
        words: &["photo", "photos", "selfie", "video", "videos", "location", "gps", "track", "tracks"],
        phrases: &["拍照", "定位", "轨迹"],
        clauses: &["duty", "campaign"],
    },
    RedLine {
        key: "regulation.red-line-study-hours",
        words: &["study-hours", "study-time"],
        phrases: &["学习时长"],
        clauses: &["indicator", "rating"],
    },
];

pub(crate) fn check(regulation: &Regulation, report: &mut Report<'_>) {
    for (kind, clauses) in regulation.opaque() {
        for (index, clause) in clauses.iter().enumerate() {
            let at = index.to_string();
            for (name, value) in &clause.0 {
                for line in RED_LINES.iter().filter(|line| line.clauses.contains(&kind)) {
                    if let Some(found) = line.meets(name, value) {
                        report.error(&[kind, &at, name], line.key, &[("found", &found)]);
                    }
                }
            }
        }
    }
}

impl RedLine {
    /// The word that crosses it, in a key or anywhere inside its value.
    fn meets(&self, name: &str, value: &Value) -> Option<String> {
        self.meets_text(name).or_else(|| match value {
            Value::String(text) => self.meets_text(text),
            Value::Array(items) => items.iter().find_map(|item| self.meets("", item)),
            Value::Table(table) => table.iter().find_map(|(name, value)| self.meets(name, value)),
            _ => None,
        })
    }

    fn meets_text(&self, text: &str) -> Option<String> {
        let spelled = text.to_ascii_lowercase().replace('_', "-");
        let mut words = spelled.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        words
            .find(|word| self.words.contains(word))
            .or_else(|| self.phrases.iter().copied().find(|phrase| text.contains(phrase)))
            .map(ToOwned::to_owned)
    }
}
