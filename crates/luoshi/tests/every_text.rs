//! Every sentence: there in both languages with the same values, and every page in both.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use base::Language;
use luoshi::modules;
use testkit::World;
use web::{Catalogue, Gate};

/// Keys with the values each sentence takes.
fn sentences(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for (_, text) in modules::all().iter().flat_map(|module| module.texts).filter(|(of, _)| *of == language) {
        let mut key = String::new();
        for line in text.lines() {
            let begins = line.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
            if let Some((name, _)) = line.split_once('=').filter(|_| begins) {
                name.trim().clone_into(&mut key);
                found.entry(key.clone()).or_insert_with(BTreeSet::new);
            }
            if line.starts_with('#') {
                continue;
            }
            let values: &mut BTreeSet<String> = found.entry(key.clone()).or_default();
            for rest in line.split('$').skip(1) {
                let name: String =
                    rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).collect();
                // A title from data travels in both languages: `name` and, for the English twin, `name_en`.
                values.insert(name.trim_end_matches("_en").to_owned());
            }
        }
    }
    found.remove("");
    found
}

#[test]
fn both_languages_say_the_same_sentences_with_the_same_values() {
    let (chinese, english) = (sentences(Language::Chinese), sentences(Language::English));
    assert!(chinese.len() > 300, "only {} sentences were found", chinese.len());
    let mut differing = Vec::new();
    for key in chinese.keys().chain(english.keys()) {
        match (chinese.get(key), english.get(key)) {
            (Some(zh), Some(en)) if zh == en => {}
            (Some(zh), Some(en)) => differing.push(format!("{key}: {zh:?} and {en:?}")),
            (zh, _) => differing.push(format!("{key} only in {}", if zh.is_some() { "zh-CN" } else { "en" })),
        }
    }
    differing.dedup();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

fn catalogue() -> Catalogue {
    let all = modules::all();
    let texts: Vec<(Language, &str)> = all.iter().flat_map(|module| module.texts.iter().copied()).collect();
    Catalogue::new(&texts).expect("the sentences are read")
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if !path.ends_with("tests") {
                sources(&path, into);
            }
        } else if path.ends_with("tests.rs") {
            // Tests may make keys up.
        } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "html") {
            into.push(path);
        }
    }
}

/// What comes right before the quotation mark of a key; refusals write a point where Fluent has a hyphen.
const SPOKEN: &[&str] = &[".t(", ".t1(", ".t2(", ".say(", ".see("];
const REFUSED: &[&str] = &[
    "Refusal::invalid(",
    "Refusal::forbidden(",
    "Refusal::not_found(",
    "Refusal::conflict(",
    "Refusal::unauthenticated(",
    "Refusal::too_many(",
    "Refusal::too_large(",
];

/// Keys written out in a source. Keys put together while the program runs are not found here; the walk over
/// pages and refusals finds those.
fn keys_in(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (before, is_refusal) in
        SPOKEN.iter().map(|before| (before, false)).chain(REFUSED.iter().map(|before| (before, true)))
    {
        for rest in text.split(before).skip(1) {
            let Some(rest) = rest.trim_start().strip_prefix('"') else { continue };
            let Some((key, _)) = rest.split_once('"') else { continue };
            let is_key = key.len() > 3
                && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'))
                && key.contains(if is_refusal { '.' } else { '-' });
            if is_key {
                found.insert(if is_refusal { key.replacen('.', "-", 1) } else { key.to_owned() });
            }
        }
    }
    found
}

#[test]
fn every_key_in_the_sources_has_its_sentence() {
    let catalogue = catalogue();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for entry in fs::read_dir(&crates).expect("the crates") {
        sources(&entry.expect("an entry").path().join("src"), &mut files);
    }
    let (mut missing, mut seen) = (BTreeSet::new(), 0);
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file");
        // What tests of a module make up is said nowhere.
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for key in keys_in(text) {
            seen += 1;
            if !catalogue.has(Language::Chinese, &key) {
                missing.insert(format!("{key} ({})", file.display()));
            }
        }
    }
    assert!(seen > 200, "only {seen} keys were found in the sources");
    assert!(missing.is_empty(), "{}", missing.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_written_key_is_found() {
    let text = r#"v.t("case-title"); Refusal::invalid("case.no-such-case"); v.t(&format!("case-x-{n}"))"#;
    let keys: Vec<String> = keys_in(text).into_iter().collect();
    assert_eq!(keys, ["case-no-such-case", "case-title"]);
}

/// Pages that lead elsewhere at once, or are met on the way of a form only.
const NOT_A_PAGE: &[&str] = &["/healthz", "/readyz", "/metrics", "/sign-in/code"];

#[test]
fn every_page_stands_in_both_languages_with_one_head() {
    let w = World::new();
    let case = w.raised("村口的路灯不亮");
    let director = w.office_director();
    let actor_sees = |gate: Gate| match gate {
        Gate::Action(action) => may(&w, action),
        Gate::Public | Gate::SignedIn => true,
    };
    let mut wrong = Vec::new();
    let mut pages = 0;
    for route in w.app.routes().into_iter().filter(|route| route.method == "GET" && actor_sees(route.gate)) {
        if NOT_A_PAGE.contains(&route.path) || route.path.starts_with("/api/") {
            continue;
        }
        let Some(path) = filled(&w, route.path, &case) else { continue };
        for language in ["zh-CN", "en"] {
            let page = director.get(&format!("{path}?lang={language}"));
            let kind =
                page.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            if page.status == 303 || (page.status == 200 && !kind.starts_with("text/html")) {
                continue;
            }
            pages += 1;
            let heads = page.text().matches("<h1").count();
            if page.status != 200 || heads != 1 {
                wrong.push(format!("{path} in {language}: {}, {heads} h1", page.status));
            }
            // A key that has no sentence is shown as itself.
            for key in unsaid(&page.text()) {
                wrong.push(format!("{path} in {language} says {key}"));
            }
        }
    }
    assert!(pages > 20, "only {pages} pages were seen");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn may(w: &World, action: &str) -> bool {
    w.app.rights().rows().any(|right| {
        right.action == action
            && right.by.iter().any(|by| by == "office-director" || by == "@public" || by == "@anyone")
    })
}

/// The path with real ids in it; `None` where a test has nothing of the kind.
fn filled(w: &World, path: &str, case: &str) -> Option<String> {
    if !path.contains('{') {
        return Some(path.to_owned());
    }
    let id = if path.starts_with("/cases/") {
        case.to_owned()
    } else if path.starts_with("/units/") {
        w.places.township.to_string()
    } else if path.starts_with("/persons/") {
        w.person("office-clerk").to_string()
    } else if path.starts_with("/regulations/") {
        "rectification-ledger".to_owned()
    } else {
        return None;
    };
    let filled = path.replacen("{id}", &id, 1);
    (!filled.contains('{')).then_some(filled)
}

/// Keys shown in place of sentences: text between tags that looks like one of ours.
fn unsaid(html: &str) -> Vec<String> {
    let names: Vec<&str> = modules::all().into_iter().map(|module| module.name).collect();
    let texts = html.split('>').skip(1).filter_map(|part| part.split('<').next()).map(str::trim);
    let is_key = |text: &&str| {
        text.split_once('-').is_some_and(|(first, _)| names.contains(&first))
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    texts.filter(is_key).map(str::to_owned).collect()
}
