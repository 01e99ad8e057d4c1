//! `regulations` and `verify`: what can be checked, and how it stands.

use std::path::{Path, PathBuf};

use base::{Error, Refusal, Result};
use case::store::CaseFinding;
use clap::{Args, Subcommand};
use journal::{Checkpoint, Report};
use regulation::{Compendium, Finding, Severity, Titled, load_shipped};
use web::Arg;

use super::{Console, Outcome};
use crate::program;

/// `luoshi regulations`
#[derive(Args)]
#[command(
    after_help = "例 Examples:\n  luoshi regulations check\n  luoshi regulations check ./regulations\n  luoshi regulations show rectification-ledger"
)]
pub(super) struct Regulations {
    #[command(subcommand)]
    command: RegulationsCommand,
}

#[derive(Subcommand)]
enum RegulationsCommand {
    /// 检查 Check the compendium; exit code 1 when something must be mended
    Check {
        /// 目录 A folder of regulations laid over those shipped; the data directory's own by default
        dir: Option<PathBuf>,
    },
    /// 列出 List the regulations
    List {
        /// 目录 A folder of regulations laid over those shipped
        dir: Option<PathBuf>,
    },
    /// 显示 Show one regulation in words
    Show {
        /// 编号 Its id, for example rectification-ledger
        id: String,
        /// 原文 The file as it is written
        #[arg(long)]
        raw: bool,
    },
}

/// `luoshi verify`
#[derive(Args)]
#[command(after_help = "例 Examples:\n  luoshi verify\n  luoshi verify --checkpoint 检查点.txt")]
pub(super) struct Verify {
    /// 抄存的检查点 A checkpoint kept elsewhere; may be given several times
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
}

impl Regulations {
    pub(super) fn run(&self, console: &Console) -> Result<Outcome> {
        match &self.command {
            RegulationsCommand::Check { dir } => Ok(check(console, &compendium(console, dir.as_deref())?)),
            RegulationsCommand::List { dir } => {
                list(console, &compendium(console, dir.as_deref())?);
                Ok(Outcome::Done)
            }
            RegulationsCommand::Show { id, raw } => {
                let compendium = compendium(console, None)?;
                if *raw {
                    show_raw(&compendium, id)?;
                } else {
                    show(console, &compendium, id)?;
                }
                Ok(Outcome::Done)
            }
        }
    }
}

/// The compendium in force here, or the shipped one with a folder laid over it.
fn compendium(console: &Console, dir: Option<&Path>) -> Result<Compendium> {
    let Some(dir) = dir else { return program::compendium(&console.house) };
    load_shipped().load_dir(dir).map_err(|error| {
        Refusal::invalid("cli.unreadable-dir").arg("dir", dir.display()).arg("why", error).into()
    })
}

fn check(console: &Console, compendium: &Compendium) -> Outcome {
    let findings = compendium.check();
    for finding in &findings {
        complain(console, finding);
    }
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let n = compendium.regulations().len();
    if errors > 0 {
        println!("{}", console.say("cli-checked-errors", &[("n", n.into()), ("errors", errors.into())]));
        return Outcome::DoesNotHold;
    }
    let warnings = findings.len();
    let key = if warnings == 0 { "cli-checked" } else { "cli-checked-warnings" };
    println!("{}", console.say(key, &[("n", n.into()), ("warnings", warnings.into())]));
    Outcome::Done
}

/// `F-problems/M59.toml:37: reason`, and below it the mend.
fn complain(console: &Console, finding: &Finding) {
    let args: Vec<(&str, Arg<'_>)> =
        finding.args.iter().map(|(name, value)| (name.as_ref(), value.as_str().into())).collect();
    let sentence = |key: &str| console.say(&key.replacen('.', "-", 1), &args);
    let place = format!("{}:{}", finding.file, finding.line);
    let (reason, mend) = (sentence(&finding.key), sentence(&finding.mend()));
    println!("{}", console.say("cli-finding", &[("place", place.into()), ("reason", reason.into())]));
    println!("{}", console.say("cli-mend", &[("mend", mend.into())]));
}

fn list(console: &Console, compendium: &Compendium) {
    for regulation in compendium.regulations() {
        let (institution, id) = (&regulation.institution, &regulation.id);
        println!("{institution}\t{id}\t{}\t{}", regulation.in_force.from, regulation.title(console.language));
    }
}

fn find<'a>(compendium: &'a Compendium, id: &str) -> Result<&'a regulation::Regulation> {
    let found = compendium.regulation(id);
    found.ok_or_else(|| Refusal::not_found("cli.no-such-regulation").arg("id", id).into())
}

fn show_raw(compendium: &Compendium, id: &str) -> Result<()> {
    let regulation = find(compendium, id)?;
    if let Some(file) = compendium.file(&regulation.file) {
        print!("{}", file.text);
    }
    Ok(())
}

fn show(console: &Console, compendium: &Compendium, id: &str) -> Result<()> {
    let regulation = find(compendium, id)?;
    let say = |key: &str| console.say(key, &[]);
    println!("{} {}（{}）", regulation.institution, regulation.title(console.language), regulation.id);
    let summary = match console.language {
        base::Language::English if !regulation.summary_en.is_empty() => &regulation.summary_en,
        _ => &regulation.summary,
    };
    if !summary.is_empty() {
        println!("{summary}");
    }
    for basis in &regulation.legal_basis {
        println!("{}  {basis}", say("regulation-basis"));
    }
    for clause in regulation.clauses() {
        let kind = say(&format!("regulation-clause-{}", clause.kind.replace('_', "-")));
        println!("{kind}  {}  {}", clause.key, clause.title);
    }
    for procedure in &regulation.procedures {
        println!("\n{}", procedure.draw(console.language));
    }
    Ok(())
}

impl Verify {
    pub(super) fn run(&self, console: &Console) -> Result<Outcome> {
        let published: Vec<Checkpoint> =
            self.checkpoint.iter().map(|file| read(file)).collect::<Result<_>>()?;
        let tenant = console.house.chosen(console.place.tenant.as_deref())?;
        let opened = console.house.open(&tenant)?;
        let (db, key) = (&opened.tenant.db, opened.log_keys.public());
        let caller = db.caller("system:verify");
        // One snapshot for both, so that work going on meanwhile looks like nothing amiss.
        let (report, cases) = db.read_now(&caller, move |cx| {
            Ok((journal::verify(cx, &key, &published)?, case::store::verify_cases(cx)?))
        })?;
        Ok(told(console, &report, &cases))
    }
}

/// A checkpoint as it was published: the signed note, or the JSON of the interface with the note in it.
fn read(file: &Path) -> Result<Checkpoint> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Error::from(Refusal::invalid("cli.cannot-open").arg("file", file.display()).arg("why", error))
    })?;
    let json = serde_json::from_str::<serde_json::Value>(&text).ok();
    let note = json.as_ref().and_then(|json| json["note"].as_str()).unwrap_or(&text);
    Ok(Checkpoint::parse(note)?)
}

fn told(console: &Console, report: &Report, cases: &[CaseFinding]) -> Outcome {
    for finding in &report.findings {
        let values = finding.args();
        let args: Vec<(&str, Arg<'_>)> =
            values.iter().map(|(name, value)| (*name, value.as_str().into())).collect();
        println!("{}", console.say(&finding.key().replacen('.', "-", 1), &args));
    }
    if report.more > 0 {
        println!("{}", console.say("cli-more-findings", &[("n", report.more.into())]));
    }
    for finding in cases {
        let (key, id) = match finding {
            CaseFinding::Gone(id) => ("cli-case-gone", id),
            CaseFinding::Altered(id) => ("cli-case-altered", id),
            CaseFinding::Unjournalled(id) => ("cli-case-unjournalled", id),
        };
        println!("{}", console.say(key, &[("id", id.as_str().into())]));
    }
    if let Some(latest) = &report.latest {
        let args = [
            ("size", latest.tree_size.to_string().into()),
            ("root", latest.root.to_string().into()),
            ("at", latest.at.as_str().into()),
        ];
        println!("{}", console.say("cli-latest", &args));
    }
    if report.unsealed > 0 {
        println!("{}", console.say("cli-unsealed", &[("n", report.unsealed.into())]));
    }
    if report.is_clean() && cases.is_empty() {
        let args = [("entries", report.entries.into()), ("checkpoints", report.checkpoints.into())];
        println!("{}", console.say("cli-intact", &args));
        return Outcome::Done;
    }
    let n = report.findings.len() + cases.len();
    println!("{}", console.say("cli-not-intact", &[("n", n.into())]));
    Outcome::DoesNotHold
}
