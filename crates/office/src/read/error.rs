//! Why a file could not be read, in words its owner can act on.

use base::{Error, Refusal};

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// The file has no bytes.
    Empty,
    /// A password protects it.
    Encrypted,
    /// A web page or XML table that only carries the name of a workbook, as many systems export it.
    WebPage,
    /// Neither a workbook nor a text table; the extension its name has.
    NotATable(String),
    /// A workbook that breaks off or contradicts itself. The text is the reader's and goes to the log.
    Damaged(String),
    /// More cells or text than can be a table of an office.
    TooLarge,
    /// A text table in neither UTF-8 nor GB18030; the line where it stops making sense.
    Encoding(usize),
    /// A text table in which a quotation mark is opened in this record and never closed.
    OpenQuote(u32),
    /// No sheet of this name.
    NoSheet(String),
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("the file is empty"),
            Self::Encrypted => f.write_str("the workbook is protected by a password"),
            Self::WebPage => f.write_str("the file is a web page named like a workbook"),
            Self::NotATable(extension) => {
                write!(f, "the file ({extension}) is no workbook and no text table")
            }
            Self::Damaged(cause) => write!(f, "the workbook is damaged: {cause}"),
            Self::TooLarge => f.write_str("the workbook is too large"),
            Self::Encoding(line) => write!(f, "line {line} is neither UTF-8 nor GB18030"),
            Self::OpenQuote(record) => write!(f, "a quotation mark of record {record} is never closed"),
            Self::NoSheet(name) => write!(f, "there is no sheet {name}"),
        }
    }
}

impl std::error::Error for ReadError {}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        let refusal = match &error {
            ReadError::Empty => Self::invalid("office.file-empty"),
            ReadError::Encrypted => Self::invalid("office.file-encrypted"),
            ReadError::WebPage => Self::invalid("office.file-is-web-page"),
            ReadError::NotATable(extension) => {
                Self::invalid("office.file-no-table").arg("extension", extension)
            }
            ReadError::Damaged(_) => Self::invalid("office.file-damaged"),
            ReadError::TooLarge => Self::too_large("office.file-too-large"),
            ReadError::Encoding(line) => Self::invalid("office.file-encoding").arg("line", line),
            ReadError::OpenQuote(record) => Self::invalid("office.file-open-quote").arg("row", record),
            ReadError::NoSheet(name) => Self::not_found("office.sheet-missing").arg("sheet", name),
        };
        refusal.field("file")
    }
}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        Refusal::from(error).into()
    }
}
