//! The command line (design section 12). Exit codes: 0 done, 1 the thing checked does not hold,
//! 2 wrong usage, 3 some rows refused.

mod accounts;
mod archive;
mod check;
mod found;
mod import;
mod measure;
mod run;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use base::{Clock, Error, Ids, Language};
use clap::{Args, Parser, Subcommand};
use web::Catalogue;

use crate::{house::House, modules};

/// What a command comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done.
    Done,
    /// The thing checked does not hold.
    DoesNotHold,
    /// Some rows were refused.
    RowsRefused,
}

#[derive(Parser)]
#[command(
    name = "luoshi",
    version,
    about = "落实：乡镇和村运行制度的平台 · the platform on which a township and its villages run their institutions",
    after_help = "例 Examples:\n  luoshi demo\n  luoshi init --division 510183 && luoshi serve\n  luoshi import cases 台账.xlsx\n  luoshi verify"
)]
struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

/// Where the tenant lies.
#[derive(Args, Clone)]
pub(crate) struct Place {
    /// 数据目录 Data directory: databases (SQLite), keys, files
    #[arg(long, global = true, env = "LUOSHI_DATA", default_value = ".luoshi")]
    data: PathBuf,
    /// PostgreSQL 连接 PostgreSQL instead of SQLite, for example postgres://luoshi@localhost/luoshi
    #[arg(long, global = true, env = "LUOSHI_DATABASE")]
    database: Option<String>,
    /// 县级区划代码 The county's division code, when the directory holds several
    #[arg(long, global = true, env = "LUOSHI_TENANT")]
    tenant: Option<String>,
    /// 语言 Language of messages: zh-CN or en
    #[arg(long, global = true, env = "LUOSHI_LANG", default_value = "zh-CN")]
    lang: String,
}

#[derive(Subcommand)]
enum Command {
    /// 演示镇 Load a living township of invented people and serve it
    Demo(run::Demo),
    /// 启动服务 Serve the tenants of the data directory
    Serve(run::Serve),
    /// 建立一个县 Set up a county with its real townships and villages
    #[command(after_help = "例 Example: luoshi init --division 510183")]
    Init(found::Init),
    /// 导入表格 Import a workbook (.xlsx, .xls, .csv), all or nothing
    #[command(after_help = "例 Example: luoshi import cases 附件.xlsx --unit 510183104")]
    Import(import::Import),
    /// 导出表格 Export a ledger as .xlsx or .csv
    #[command(after_help = "例 Example: luoshi export cases 台账.xlsx")]
    Export(import::Export),
    /// 制度 Check, list or show regulations
    Regulations(check::Regulations),
    /// 核验日志 Verify that nothing was altered or removed
    Verify(check::Verify),
    /// 备份 Back up a tenant while it runs
    Backup(archive::Backup),
    /// 恢复 Restore a backup into an empty place
    Restore(archive::Restore),
    /// 用户 One-time links for users
    User(accounts::User),
    /// 令牌 Bearer tokens for the JSON API
    Token(accounts::Token),
    /// 测速 Measure against the bare statements of the driver
    Bench(measure::Bench),
}

/// What every command works with.
pub(crate) struct Console {
    pub(crate) place: Place,
    pub(crate) house: House,
    pub(crate) catalogue: Catalogue,
    pub(crate) language: Language,
}

impl Console {
    /// A sentence.
    pub(crate) fn say(&self, key: &str, args: &[(&str, web::Arg<'_>)]) -> String {
        self.catalogue.say(self.language, key, args)
    }

    fn complain(&self, error: &Error) {
        match error {
            Error::Refused(refusals) => {
                for refusal in refusals {
                    eprintln!("{}", self.catalogue.refusal(self.language, refusal));
                }
            }
            Error::Fault(cause) => eprintln!("{} {cause}", self.say("cli-fault", &[])),
        }
    }
}

pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let language = Language::from_tag(&arguments.place.lang).unwrap_or_default();
    let catalogue = match Catalogue::new(&modules::texts()) {
        Ok(catalogue) => catalogue,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let house = House {
        data: arguments.place.data.clone(),
        database: arguments.place.database.clone(),
        clock: Clock::System,
        ids: Arc::new(Ids::random()),
    };
    let console = Console { place: arguments.place, house, catalogue, language };
    match dispatch(&console, &arguments.command) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::DoesNotHold) => ExitCode::from(1),
        Ok(Outcome::RowsRefused) => ExitCode::from(3),
        Err(error) => {
            console.complain(&error);
            ExitCode::from(2)
        }
    }
}

fn dispatch(console: &Console, command: &Command) -> base::Result<Outcome> {
    match command {
        Command::Demo(demo) => demo.run(console),
        Command::Serve(serve) => serve.run(console),
        Command::Init(init) => init.run(console),
        Command::Import(import) => import.run(console),
        Command::Export(export) => export.run(console),
        Command::Regulations(regulations) => regulations.run(console),
        Command::Verify(verify) => verify.run(console),
        Command::Backup(backup) => backup.run(console),
        Command::Restore(restore) => restore.run(console),
        Command::User(user) => user.run(console),
        Command::Token(token) => token.run(console),
        Command::Bench(bench) => bench.run(console),
    }
}
