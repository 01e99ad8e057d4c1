//! The walls of the house (design section 10): imports point down only, files and kernels stay readable,
//! one crate names a driver, and inside a kernel the model knows nothing of what stands on it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The crates, bottom to top. Those of one storey do not know each other; foundations are a row of their own.
const STOREYS: &[&[&str]] = &[
    &["base"],
    &["db"],
    &["journal"],
    &["access"],
    &["jobs"],
    &["office"],
    &["text"],
    &["web"],
    &["org"],
    &["regulation"],
    &["duty"],
    &["record"],
    &["case", "roster"],
    &["campaign", "ballot", "rating"],
    &["publication", "site"],
    &["luoshi"],
    &["testkit"],
];
const FILE_LINES: usize = 500;
const KERNEL_LINES: usize = 6_000;
/// What a file that must be longer says of itself, with the reason after it.
const LONGER: &str = "Longer than the house rule because";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn crates() -> BTreeMap<String, toml::Table> {
    let folder = fs::read_dir(root().join("crates")).expect("the crates");
    let mut found = BTreeMap::new();
    for entry in folder {
        let path = entry.expect("an entry").path();
        let Ok(text) = fs::read_to_string(path.join("Cargo.toml")) else { continue };
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        found.insert(name, text.parse::<toml::Table>().expect("a manifest"));
    }
    assert!(found.len() > 10, "the crates were not found");
    found
}

fn storey(name: &str) -> Option<usize> {
    STOREYS.iter().position(|storey| storey.contains(&name))
}

#[test]
fn imports_point_down_only() {
    let mut broken = Vec::new();
    let all = crates();
    for (name, manifest) in &all {
        let Some(own) = storey(name) else {
            broken.push(format!("{name} has no storey: give it one in tests/walls.rs"));
            continue;
        };
        // What tests alone use may come from anywhere.
        for table in ["dependencies", "build-dependencies"] {
            let Some(needs) = manifest.get(table).and_then(toml::Value::as_table) else { continue };
            for needed in needs.keys().filter(|needed| all.contains_key(*needed)) {
                if storey(needed).is_none_or(|theirs| theirs >= own) {
                    broken.push(format!("{name} imports {needed}, which does not stand below it"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn one_crate_names_a_driver() {
    for (name, manifest) in crates() {
        let needs = manifest.get("dependencies").and_then(toml::Value::as_table).cloned().unwrap_or_default();
        for driver in ["rusqlite", "postgres"] {
            assert!(name == "db" || !needs.contains_key(driver), "{name} names {driver}");
        }
    }
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn files_stay_readable_or_say_why_not() {
    let mut files = Vec::new();
    sources(&root().join("crates"), &mut files);
    let mut long = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file");
        let (lines, excused) = (text.lines().count(), text.contains(&format!("//! {LONGER}")));
        // This file names the words without being long.
        if lines > FILE_LINES && !excused {
            long.push(format!("{}: {lines} lines", file.display()));
        }
    }
    assert!(long.is_empty(), "longer than {FILE_LINES} lines without a reason:\n{}", long.join("\n"));
}

#[test]
fn kernels_stay_readable_or_say_why_not() {
    let mut large = Vec::new();
    for (name, manifest) in crates() {
        let mut files = Vec::new();
        sources(&root().join("crates").join(&name).join("src"), &mut files);
        // What has to be held in mind at once; tests are read one at a time.
        let is_test = |file: &PathBuf| file.ends_with("tests.rs") || file.iter().any(|part| part == "tests");
        files.retain(|file| !is_test(file));
        let lines: usize =
            files.iter().map(|file| fs::read_to_string(file).expect("a source file").lines().count()).sum();
        let walls = manifest.get("package").and_then(|package| package.get("metadata")?.get("walls"));
        let reason = walls.and_then(|walls| walls.get("reason")?.as_str()).unwrap_or_default();
        let most = match walls.and_then(|walls| walls.get("lines")?.as_integer()) {
            Some(most) if !reason.is_empty() => usize::try_from(most).expect("a number of lines"),
            _ => KERNEL_LINES,
        };
        if lines > most {
            large.push(format!("{name}: {lines} lines of {most}"));
        }
    }
    assert!(
        large.is_empty(),
        "split these, or state lines and reason under [package.metadata.walls]:\n{}",
        large.join("\n")
    );
}

/// Inside a kernel: model ← store ← acts ← pages, api, jobs.
const LAYERS: &[(&str, &[&str])] = &[
    ("model", &["store", "acts", "pages", "api", "jobs"]),
    ("store", &["acts", "pages", "api", "jobs"]),
    ("acts", &["pages", "api"]),
];

#[test]
fn inside_a_kernel_the_lower_layer_does_not_know_the_upper() {
    let mut broken = Vec::new();
    for name in crates().keys() {
        let source = root().join("crates").join(name).join("src");
        for (layer, above) in LAYERS {
            let mut files = Vec::new();
            sources(&source.join(layer), &mut files);
            files.push(source.join(format!("{layer}.rs")));
            for file in files {
                let Ok(text) = fs::read_to_string(&file) else { continue };
                // A module's own tests may set the scene with what stands above.
                let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
                for upper in *above {
                    if text.contains(&format!("crate::{upper}::")) {
                        broken.push(format!("{} uses crate::{upper}", file.display()));
                    }
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
