//! Breaking a title into lines that make sense and a shape: a trapezium or lozenge, words kept whole.

/// Words that titles are made of; a line does not end inside one.
const WORDS: [&str; 60] = [
    "关于",
    "印发",
    "转发",
    "开展",
    "做好",
    "加强",
    "进一步",
    "推进",
    "成立",
    "调整",
    "落实",
    "整改",
    "整治",
    "专项",
    "行动",
    "实施",
    "方案",
    "办法",
    "规定",
    "制度",
    "意见",
    "通知",
    "通报",
    "报告",
    "请示",
    "批复",
    "情况",
    "工作",
    "问题",
    "群众",
    "反映",
    "办理",
    "办结",
    "督查",
    "督办",
    "检查",
    "考核",
    "评议",
    "公开",
    "领导",
    "小组",
    "人员",
    "人民",
    "政府",
    "委员会",
    "乡镇",
    "村民",
    "社区",
    "安全",
    "生产",
    "环境",
    "乡村",
    "振兴",
    "信访",
    "满意度",
    "会议",
    "活动",
    "季度",
    "年度",
    "信息",
];

/// Lines of at most `longest` characters. Breaks the author made are kept.
pub(super) fn break_title(title: &str, longest: usize) -> Vec<String> {
    title
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .flat_map(|line| balanced(line, longest))
        .collect()
}

fn balanced(title: &str, longest: usize) -> Vec<String> {
    let characters: Vec<char> = title.chars().collect();
    let mut lines = Vec::new();
    let mut rest = characters.as_slice();
    while rest.len() > longest {
        let left = rest.len().div_ceil(longest);
        let ideal = rest.len().div_ceil(left);
        // A later line must not need more room than there is.
        let least = rest.len().saturating_sub((left - 1) * longest).max(1);
        let at = (least..=longest).min_by_key(|at| cost(rest, *at, ideal)).unwrap_or(longest);
        let (line, after) = rest.split_at(at);
        lines.push(line.iter().collect());
        rest = after;
    }
    lines.push(rest.iter().collect());
    lines
}

/// How bad a break before the character `at` is: distance from the even share, plus what it tears apart.
fn cost(text: &[char], at: usize, ideal: usize) -> usize {
    let before: String = text.iter().take(at).collect();
    let after: String = text.iter().skip(at).take(2).collect();
    let tears_name = before.matches('《').count() > before.matches('》').count();
    let bad_start = after.starts_with(['的', '和', '、', '》', '”', '）', '，', '了', '及', '与']);
    let bad_end = before.ends_with(['《', '“', '（', '和', '及', '与']);
    let in_number =
        before.ends_with(|c: char| c.is_ascii_digit()) && after.starts_with(|c: char| c.is_ascii_digit());
    let tears_word = WORDS.iter().any(|word| {
        let length = word.chars().count();
        (1..length)
            .any(|part| part <= at && text.iter().skip(at - part).take(length).copied().eq(word.chars()))
    });
    let good = before.ends_with(['的', '、'])
        || ["关于", "印发", "转发", "开展"].iter().any(|word| before.ends_with(word));
    let good =
        good || ["关于", "通知", "意见", "报告", "情况", "工作"].iter().any(|word| after.starts_with(word));
    at.abs_diff(ideal)
        + if tears_name { 6 } else { 0 }
        + if bad_start || bad_end || in_number || tears_word { 40 } else { 0 }
        + if good { 0 } else { 3 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_broken_where_it_makes_sense() {
        assert_eq!(break_title("关于做好防汛工作的通知", 19), vec!["关于做好防汛工作的通知"]);
        let lines = break_title("关于2026年11月群众反映问题整改落实情况的通报", 19);
        assert_eq!(lines.concat(), "关于2026年11月群众反映问题整改落实情况的通报");
        assert_eq!(lines.len(), 2);
        assert!(!lines[1].starts_with('的'), "{lines:?}");
        assert_eq!(break_title("甲\n乙", 19), vec!["甲", "乙"]);
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_and_no_line_is_too_long(title in "[关于的和《》a1通知工作]{1,90}") {
            let lines = break_title(&title, 19);
            proptest::prop_assert_eq!(lines.concat(), title);
            proptest::prop_assert!(lines.iter().all(|line| (1..=19).contains(&line.chars().count())));
        }
    }
}
