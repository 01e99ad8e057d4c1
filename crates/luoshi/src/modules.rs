//! The list of modules, lower ones first. A new kernel is one line here.

use base::Language;
use web::Module;

/// Every module of the program.
pub fn all() -> Vec<Module> {
    let mut modules = foundations();
    modules.extend([
        web::module(),
        org::module(),
        regulation::module(),
        case::module(),
        publication::module(),
        site::module(),
        crate::ops::module(),
    ]);
    modules
}

/// The sentences of every module.
pub fn texts() -> Vec<(Language, &'static str)> {
    all().iter().flat_map(|module| module.texts.iter().copied()).collect()
}

/// The foundations bring tables and sentences, and no pages of their own.
fn foundations() -> Vec<Module> {
    vec![
        Module {
            name: "base",
            migrations: &[],
            statements: Vec::new,
            texts: &[
                (Language::Chinese, include_str!("../../base/text/zh-CN.ftl")),
                (Language::English, include_str!("../../base/text/en.ftl")),
            ],
            routes: Vec::new,
        },
        Module {
            name: "journal",
            migrations: journal::MIGRATIONS,
            statements: || journal::statements().collect(),
            texts: &[
                (Language::Chinese, include_str!("../../journal/text/zh-CN.ftl")),
                (Language::English, include_str!("../../journal/text/en.ftl")),
            ],
            routes: Vec::new,
        },
        Module {
            name: "access",
            migrations: access::MIGRATIONS,
            statements: access::statements,
            texts: &[
                (Language::Chinese, include_str!("../../access/text/zh-CN.ftl")),
                (Language::English, include_str!("../../access/text/en.ftl")),
            ],
            routes: Vec::new,
        },
        Module {
            name: "office",
            migrations: &[],
            statements: Vec::new,
            texts: &[
                (Language::Chinese, include_str!("../../office/text/zh-CN.ftl")),
                (Language::English, include_str!("../../office/text/en.ftl")),
            ],
            routes: Vec::new,
        },
        Module {
            name: "jobs",
            migrations: jobs::MIGRATIONS,
            statements: || jobs::STATEMENTS.to_vec(),
            texts: &[],
            routes: Vec::new,
        },
    ]
}
