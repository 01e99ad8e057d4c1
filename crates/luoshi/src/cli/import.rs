//! `import` and `export`: a ledger of problems in and out, all or nothing.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use access::{Actor, Permit, account};
use base::{Error, Id, Refusal, Result, clock, noun};
use case::{
    Rulebook, acts,
    export::{self, Format, Speaker},
    import::{self, Choices, File, Importer, Loaded, OnRefusal, OnTwin, Prepared, job},
    query::filter_of,
    store::{self, Sight},
};
use clap::{Args, Subcommand};
use db::Cx;
use indicatif::{ProgressBar, ProgressStyle};
use office::{
    annotate::{Original, Titles, annotate},
    read::Workbook,
};
use regulation::Compendium;
use web::{App, Form};

use super::{Console, Outcome};
use crate::{house::Opened, program};

/// `luoshi import`
#[derive(Args)]
pub(super) struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// 问题台账 A ledger of problems
    #[command(after_help = "例 Example: luoshi import cases 台账.xlsx --unit 510183104 --map 事由=detail")]
    Cases(Box<Cases>),
    /// 撤销一次导入 Undo an import whole
    #[command(after_help = "例 Example: luoshi import undo 0199… --reason 导错了文件")]
    Undo(Undo),
}

#[derive(Args)]
struct Cases {
    /// 文件 The workbook: .xlsx, .xls or .csv
    file: PathBuf,
    /// 未写单位的行登记到 Unit of rows that name none: code, name or id
    #[arg(long)]
    unit: Option<String>,
    /// 未写收集方式的行记为 Channel of rows that name none
    #[arg(long)]
    channel: Option<String>,
    /// 程序 Procedure
    #[arg(long)]
    procedure: Option<String>,
    /// 工作表 Sheet
    #[arg(long)]
    sheet: Option<String>,
    /// 列名=字段 Read a column as a field; 列名= keeps it as it is
    #[arg(long, value_name = "列名=field")]
    map: Vec<String>,
    /// 有退回的行时仍导入其余 Import the good rows, give the others back
    #[arg(long)]
    partial: bool,
    /// 一字不差的重复不导入 Leave word-for-word duplicates out
    #[arg(long)]
    skip_duplicates: bool,
    /// 同一文件再导入一次 Import the very same file once more
    #[arg(long)]
    again: bool,
    /// 只核对不导入 Check only
    #[arg(long)]
    dry_run: bool,
    /// 以此登录名的身份和权限 As this user, within the reach of the posts held
    #[arg(long)]
    by: Option<String>,
}

#[derive(Args)]
struct Undo {
    /// 导入编号 The import, as printed when it was made
    id: Id<noun::Import>,
    /// 原因 Why
    #[arg(long)]
    reason: String,
    /// 以此登录名的身份和权限 As this user
    #[arg(long)]
    by: Option<String>,
}

/// `luoshi export`
#[derive(Args)]
pub(super) struct Export {
    #[command(subcommand)]
    what: Out,
}

#[derive(Subcommand)]
enum Out {
    /// 事项台账 The ledger
    #[command(after_help = "例 Example: luoshi export cases 台账.xlsx --filter \"column=doing&sort=due\"")]
    Cases(ExportCases),
}

#[derive(Args)]
struct ExportCases {
    /// 文件 The file to write: .xlsx or .csv
    file: PathBuf,
    /// 筛选条件 The filter, as in the address of the ledger
    #[arg(long, default_value = "")]
    filter: String,
    /// 以此登录名的身份和权限 As this user
    #[arg(long)]
    by: Option<String>,
}

/// How the journal names whoever has the machine.
const CALLER: &str = "system:command-line";

impl Import {
    pub(super) fn run(&self, console: &Console) -> Result<Outcome> {
        match &self.what {
            What::Cases(cases) => cases.run(console),
            What::Undo(undo) => undo.run(console),
        }
    }
}

impl Export {
    pub(super) fn run(&self, console: &Console) -> Result<Outcome> {
        let Out::Cases(cases) = &self.what;
        cases.run(console)
    }
}

/// A tenant opened, and who works on it.
struct Desk {
    opened: Opened,
    app: App,
    actor: Option<Actor>,
}

impl Desk {
    fn open(console: &Console, login: Option<&str>) -> Result<Self> {
        let tenant = console.house.chosen(console.place.tenant.as_deref())?;
        let opened = console.house.open(&tenant)?;
        let app = program::app_of(&console.house, vec![opened.tenant.clone()], program::Cookies::Plain)?;
        let mut desk = Self { opened, app, actor: None };
        if let Some(login) = login {
            let (app, login) = (desk.app.clone(), login.to_owned());
            desk.actor = Some(desk.read(move |cx| actor_of(cx, &app, &login))?);
        }
        Ok(desk)
    }

    fn caller(&self) -> db::Caller {
        let name = self.actor.as_ref().map_or_else(|| CALLER.to_owned(), Actor::journal_name);
        self.opened.tenant.db.caller(name)
    }

    fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.opened.tenant.db.read_now(&self.caller(), work)
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.opened.tenant.db.write_now(&self.caller(), work)
    }
}

fn importer(actor: Option<&Actor>) -> Importer<'_> {
    actor.map_or(Importer::Console, Importer::Person)
}

/// The account of a login name, as it would act when signed in.
fn actor_of(cx: &mut Cx<'_>, app: &App, login: &str) -> Result<Actor> {
    const PAGE: u32 = 200;
    let wanted = login.trim().to_lowercase();
    let mut after = String::new();
    loop {
        let accounts = account::list(cx, &after, PAGE)?;
        let Some(last) = accounts.last() else {
            return Err(Refusal::not_found("cli.no-such-login").arg("login", login).into());
        };
        after = last.login.to_string();
        if let Some(found) = accounts.into_iter().find(|account| account.login.as_str() == wanted) {
            let posts = app.posts_of(cx, found.person)?;
            return Ok(Actor { person: Some(found.person), name: found.name, posts });
        }
    }
}

/// A file of the disk, wholly read.
struct Sheaf {
    bytes: Vec<u8>,
    name: String,
    sha256: String,
    book: Workbook,
}

impl Sheaf {
    fn open(path: &Path) -> Result<Self> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.to_lowercase().ends_with(".gz") {
            return Err(Refusal::invalid("case.import-compressed").field("file").into());
        }
        let bytes = std::fs::read(path).map_err(|error| {
            Error::from(Refusal::invalid("cli.cannot-open").arg("file", path.display()).arg("why", error))
        })?;
        let book = Workbook::read(&bytes, &name)?;
        Ok(Self { sha256: import::sha256(&bytes), bytes, name, book })
    }

    fn file(&self) -> File<'_> {
        File { book: &self.book, name: &self.name, sha256: &self.sha256 }
    }
}

impl Cases {
    fn run(&self, console: &Console) -> Result<Outcome> {
        let choices = self.choices()?;
        let sheaf = Arc::new(Sheaf::open(&self.file)?);
        let desk = Desk::open(console, self.by.as_deref())?;
        let bar = progress_bar();
        let prepared = prepare(&desk, &sheaf, &choices)?;
        let whole: Vec<Refusal> =
            prepared.refused.iter().filter(|(row, _)| *row == 0).map(|(_, why)| why.clone()).collect();
        if !whole.is_empty() {
            return Err(Error::Refused(whole));
        }
        if let Some(before) = prepared.before.first().filter(|_| !self.again && !prepared.drafts.is_empty()) {
            let day = clock::day_of(before.at);
            let refusal = Refusal::conflict("case.import-same-file").arg("day", day).arg("rows", before.rows);
            return Err(refusal.into());
        }
        Self::tell(console, &prepared);
        let refused = !prepared.refused.is_empty();
        if refused {
            let path = self.file.with_file_name(format!("{}.refused.xlsx", sheaf.name));
            give_back(console, (&prepared, &sheaf), &path)?;
        }
        if !self.dry_run && !prepared.is_stopped(&choices) && !prepared.drafts.is_empty() {
            let loaded = load(&desk, (&sheaf, prepared), &bar)?;
            bar.finish_and_clear();
            let args = [("n", loaded.raised.into()), ("id", loaded.id.to_string().into())];
            println!("{}", console.say("cli-imported", &args));
        } else if !self.dry_run && refused {
            println!("{}", console.say("cli-imported-nothing", &[]));
        }
        Ok(if refused { Outcome::RowsRefused } else { Outcome::Done })
    }

    fn choices(&self) -> Result<Choices> {
        let pair = |text: &String| {
            let (title, field) =
                text.split_once('=').ok_or_else(|| Refusal::invalid("cli.map-form").arg("map", text))?;
            Ok((title.trim().to_owned(), field.trim().to_owned()))
        };
        Ok(Choices {
            procedure: self.procedure.clone(),
            sheet: self.sheet.clone(),
            titled: self.map.iter().map(pair).collect::<Result<_>>()?,
            unit: self.unit.clone(),
            channel: self.channel.clone(),
            on_refusal: if self.partial { OnRefusal::GoodRows } else { OnRefusal::Nothing },
            on_twin: if self.skip_duplicates { OnTwin::Skip } else { OnTwin::Import },
            ..Choices::default()
        })
    }

    /// How the file was read and what will come of it.
    fn tell(console: &Console, prepared: &Prepared) {
        let line = |key: &str, args: &[(&str, web::Arg<'_>)]| println!("{}", console.say(key, args));
        let mut bad: Vec<u32> = prepared.refused.iter().map(|(row, _)| *row).collect();
        bad.dedup();
        line(
            "case-import-of-rows",
            &[
                ("rows", prepared.rows.into()),
                ("good", prepared.drafts.len().into()),
                ("bad", bad.len().into()),
            ],
        );
        for column in &prepared.columns {
            let key =
                if column.field.is_empty() { "keep".to_owned() } else { format!("field-{}", column.field) };
            println!("  {} → {}", column.title, console.say(&format!("case-import-{key}"), &[]));
        }
        let (titles, details) = prepared.made();
        let exact = prepared.twins.iter().filter(|twin| twin.exact).count();
        let counted = [
            ("case-import-known", prepared.known),
            ("case-import-skipped", prepared.skipped),
            ("case-import-titles-made", titles),
            ("case-import-details-made", details),
            (
                "case-import-answers",
                prepared.drafts.iter().filter(|draft| draft.case.answer.is_some()).count(),
            ),
            ("cli-import-exact", exact),
            ("cli-import-alike", prepared.twins.len() - exact),
        ];
        for (key, n) in counted.into_iter().filter(|(_, n)| *n > 0) {
            line(key, &[("n", n.into())]);
        }
        if let Some((row, column)) = prepared.rounded.first() {
            let args = [
                ("n", prepared.rounded.len().into()),
                ("row", (*row).into()),
                ("column", column.as_str().into()),
            ];
            line("case-import-rounded", &args);
        }
    }
}

fn prepare(desk: &Desk, sheaf: &Arc<Sheaf>, choices: &Choices) -> Result<Prepared> {
    let (app, actor, sheaf, choices) =
        (desk.app.clone(), desk.actor.clone(), Arc::clone(sheaf), choices.clone());
    desk.read(move |cx| {
        let book = Rulebook::of(&app)?;
        import::prepare(cx, &book.rules(), importer(actor.as_ref()), sheaf.file(), &choices)
    })
}

fn load(desk: &Desk, (sheaf, prepared): (&Arc<Sheaf>, Prepared), bar: &ProgressBar) -> Result<Loaded> {
    let (app, actor, sheaf, bar) = (desk.app.clone(), desk.actor.clone(), Arc::clone(sheaf), bar.clone());
    let master = Arc::clone(&desk.opened.tenant.master_key);
    bar.set_length(u64::try_from(prepared.drafts.len()).unwrap_or(u64::MAX));
    desk.write(move |cx| {
        let book = Rulebook::of(&app)?;
        let rules = book.rules();
        let permit = job::permit_for(cx, &rules, importer(actor.as_ref()), &prepared)?;
        let tick = |done: usize| bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
        import::load(cx, &rules, (&permit, &master), (&prepared, sheaf.file()), &tick)
    })
}

/// Writes the refused rows beside the file and says the first few.
fn give_back(console: &Console, (prepared, sheaf): (&Prepared, &Sheaf), path: &Path) -> Result<()> {
    const SAID: usize = 20;
    let reasons = job::reasons(prepared, &|refusal| console.catalogue.refusal(console.language, refusal));
    for (_, reason) in reasons.iter().take(SAID) {
        eprintln!("{reason}");
    }
    if reasons.len() > SAID {
        eprintln!("{}", console.say("cli-import-more", &[("n", (reasons.len() - SAID).into())]));
    }
    let original =
        Original { bytes: &sheaf.bytes, file_name: &sheaf.name, sheet: Some(prepared.sheet.as_str()) };
    let (reason, row) = (console.say("office-returned-reason", &[]), console.say("office-original-row", &[]));
    let made = clock::in_china(console.house.clock.now()).datetime();
    let bytes = annotate(original, &reasons, Titles { reason: &reason, row: &row }, made)?;
    write_file(path, &bytes)?;
    println!("{}", console.say("cli-import-refused", &[("file", path.display().to_string().into())]));
    Ok(())
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).map_err(|error| {
        Refusal::invalid("cli.cannot-open").arg("file", path.display()).arg("why", error).into()
    })
}

fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    // The template is ours; were it broken, the plain bar would do.
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {elapsed}") {
        bar.set_style(style);
    }
    bar
}

impl Undo {
    fn run(&self, console: &Console) -> Result<Outcome> {
        let desk = Desk::open(console, self.by.as_deref())?;
        let (id, reason, app, actor) = (self.id, self.reason.clone(), desk.app.clone(), desk.actor.clone());
        let gone = desk.write(move |cx| {
            let permit = match &actor {
                None => Permit::for_job("case.import.undo", "command-line"),
                Some(actor) => permit_to_undo(cx, &app, actor, id)?,
            };
            acts::undo_import(cx, &permit, (id, &reason))
        })?;
        println!("{}", console.say("case-import-undone-n", &[("value", gone.into())]));
        Ok(Outcome::Done)
    }
}

fn permit_to_undo(cx: &mut Cx<'_>, app: &App, actor: &Actor, id: Id<noun::Import>) -> Result<Permit> {
    let row = store::find_import(cx, id)?.ok_or_else(|| Refusal::not_found("case.no-such-import"))?;
    import::permit_to_undo(cx, app.rights(), actor, &row)
}

impl ExportCases {
    fn run(&self, console: &Console) -> Result<Outcome> {
        let name = self.file.to_string_lossy().into_owned();
        let format = Format::of_name(&name)
            .ok_or_else(|| Refusal::invalid("case.export-format").arg("name", &name))?;
        let desk = Desk::open(console, self.by.as_deref())?;
        let query = self.filter.trim_start_matches('?');
        let form = Form::of_query(Some(query));
        let filter = filter_of(form.pairs(), clock::day_of(console.house.clock.now()))?;
        let (app, actor, language, asked) =
            (desk.app.clone(), desk.actor.clone(), console.language, filter.clone());
        let table = desk.read(move |cx| {
            let book = Rulebook::of(&app)?;
            let sight = match &actor {
                None => Sight::everything(),
                Some(actor) => {
                    if !app.rights().might(actor, "case.export") {
                        return Err(access::denial(actor, "case.export").into());
                    }
                    Sight::of(&book.rules(), actor)
                }
            };
            let compendium: Arc<Compendium> = app.service()?;
            let speaker = Speaker { compendium: &compendium, catalogue: app.catalogue(), language };
            export::table(cx, &speaker, &sight, &asked)
        })?;
        write_file(&self.file, &format.write(&table)?)?;
        let rows = table.rows.len();
        desk.write(move |cx| export::record(cx, &filter, (format, rows)))?;
        let args = [("n", rows.into()), ("file", self.file.display().to_string().into())];
        println!("{}", console.say("cli-exported", &args));
        Ok(Outcome::Done)
    }
}
