//! Brings the front-end packages (npm, lock file in `web/`) into the build: htmx, and one sprite of
//! the icons the pages use.

use std::{env, fs, path::Path, process::Command};

/// The icons in use, by their names in the `lucide-static` package.
const ICONS: &[&str] = &[
    "alarm-clock",
    "arrow-left",
    "arrow-right",
    "ban",
    "bell",
    "book-open",
    "building-2",
    "calendar-days",
    "chart-column",
    "check",
    "check-check",
    "chevron-down",
    "chevron-right",
    "circle",
    "circle-alert",
    "circle-check",
    "circle-dot",
    "circle-help",
    "clipboard-list",
    "clock",
    "copy",
    "download",
    "ellipsis",
    "eye",
    "eye-off",
    "file-spreadsheet",
    "file-text",
    "filter",
    "flag",
    "folder-open",
    "git-merge",
    "history",
    "hourglass",
    "inbox",
    "info",
    "key-round",
    "landmark",
    "languages",
    "layout-dashboard",
    "link",
    "list-checks",
    "list-filter",
    "lock",
    "log-out",
    "megaphone",
    "menu",
    "message-square",
    "network",
    "paperclip",
    "pause",
    "pencil",
    "phone",
    "play",
    "plus",
    "printer",
    "qr-code",
    "rotate-ccw",
    "save",
    "scale",
    "search",
    "send",
    "settings",
    "shield",
    "shield-check",
    "split",
    "square-check",
    "stamp",
    "trash-2",
    "triangle-alert",
    "type",
    "undo-2",
    "upload",
    "user",
    "user-check",
    "users",
    "x",
];

fn main() {
    let home = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../../web");
    let out = env::var("OUT_DIR").expect("cargo sets it");
    let modules = home.join("node_modules");
    println!("cargo::rerun-if-changed={}", home.join("package-lock.json").display());
    println!("cargo::rerun-if-changed=build.rs");
    if !modules.join("htmx.org/dist/htmx.min.js").exists() {
        let done = Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(&home)
            .status();
        assert!(
            done.is_ok_and(|status| status.success()),
            "the front-end packages are missing and `npm ci` in web/ failed: install Node.js and npm, then build again"
        );
    }
    let htmx = modules.join("htmx.org/dist/htmx.min.js");
    fs::copy(&htmx, Path::new(&out).join("htmx.min.js")).expect("htmx is in the package");
    let symbols: String = ICONS.iter().map(|name| symbol(&modules, name)).collect();
    let sprite = format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{symbols}</svg>");
    fs::write(Path::new(&out).join("icons.svg"), sprite).expect("the build folder is writable");
}

fn symbol(modules: &Path, name: &str) -> String {
    let file = modules.join(format!("lucide-static/icons/{name}.svg"));
    let text = fs::read_to_string(&file).unwrap_or_else(|_| panic!("no icon {name} in lucide-static"));
    let from = text.find("<svg").expect("an svg element");
    let inner_from = text[from..].find('>').expect("its end") + from + 1;
    let inner = text[inner_from..].trim_end().trim_end_matches("</svg>");
    format!(
        "<symbol id=\"{name}\" viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" stroke-linecap=\"round\" stroke-linejoin=\"round\">{inner}</symbol>"
    )
}
