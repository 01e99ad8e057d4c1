//! Values that go in and rows that come out. Columns are TEXT and BIGINT, nothing else.

use std::borrow::Cow;

use base::{Date, Error, Id, Result, Timestamp, clock};
use postgres::types::{IsNull, ToSql, Type, private::BytesMut};

/// One value bound to a placeholder.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Absent.
    Null,
    /// A BIGINT.
    Int(i64),
    /// A TEXT.
    Text(Cow<'a, str>),
}

impl Value<'_> {
    /// The same value, owning its text.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Int(n) => Value::Int(n),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}
impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}
impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}
impl From<i64> for Value<'_> {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}
impl From<i32> for Value<'_> {
    fn from(n: i32) -> Self {
        Self::Int(n.into())
    }
}
impl From<u32> for Value<'_> {
    fn from(n: u32) -> Self {
        Self::Int(n.into())
    }
}
impl<K> From<Id<K>> for Value<'_> {
    fn from(id: Id<K>) -> Self {
        Self::Text(Cow::Owned(id.to_string()))
    }
}
impl<K> From<&Id<K>> for Value<'_> {
    fn from(id: &Id<K>) -> Self {
        Self::from(*id)
    }
}
impl From<Timestamp> for Value<'_> {
    fn from(at: Timestamp) -> Self {
        Self::Text(Cow::Owned(clock::to_text(at)))
    }
}
impl From<Date> for Value<'_> {
    fn from(day: Date) -> Self {
        Self::Text(Cow::Owned(day.to_string()))
    }
}
impl<'a> From<&'a serde_json::Value> for Value<'a> {
    fn from(json: &'a serde_json::Value) -> Self {
        Self::Text(Cow::Owned(json.to_string()))
    }
}
impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(value: &'a Option<String>) -> Self {
        value.as_deref().map_or(Self::Null, Into::into)
    }
}

/// Binds values: `values![id, "text", now]`.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::Value::from($value)),*] };
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(n) => ValueRef::Integer(*n),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(n) if *ty == Type::INT4 => i32::try_from(*n)?.to_sql(ty, out),
            Self::Int(n) => n.to_sql(ty, out),
            Self::Text(text) => text.as_ref().to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}

/// A row of a result.
pub enum Row<'a> {
    #[doc(hidden)]
    Sqlite(&'a rusqlite::Row<'a>),
    #[doc(hidden)]
    Postgres(&'a postgres::Row),
}

impl Row<'_> {
    /// The value in column `index`, counted from 0.
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T> {
        T::from_row(self, index)
    }

    fn text(&self, index: usize) -> Result<Option<String>> {
        match self {
            Self::Sqlite(row) => row.get(index).map_err(Error::fault),
            Self::Postgres(row) => row.try_get(index).map_err(Error::fault),
        }
    }

    fn int(&self, index: usize) -> Result<Option<i64>> {
        match self {
            Self::Sqlite(row) => row.get(index).map_err(Error::fault),
            Self::Postgres(row) => match *row.columns()[index].type_() {
                Type::INT4 => row.try_get::<_, Option<i32>>(index).map(|n| n.map(i64::from)),
                _ => row.try_get(index),
            }
            .map_err(Error::fault),
        }
    }

    /// The value in column `index` whatever it is; used where columns are not known beforehand.
    pub fn any(&self, index: usize) -> Result<Value<'static>> {
        match self {
            Self::Sqlite(row) => match row.get_ref(index).map_err(Error::fault)? {
                rusqlite::types::ValueRef::Null => Ok(Value::Null),
                rusqlite::types::ValueRef::Integer(n) => Ok(Value::Int(n)),
                rusqlite::types::ValueRef::Text(text) => {
                    Ok(Value::Text(Cow::Owned(String::from_utf8_lossy(text).into_owned())))
                }
                other => Err(Error::fault(format!("column of type {:?}", other.data_type()))),
            },
            Self::Postgres(row) => match *row.columns()[index].type_() {
                Type::INT4 | Type::INT8 => Ok(self.int(index)?.into()),
                _ => Ok(self.text(index)?.into()),
            },
        }
    }
}

/// What a column can be read as.
pub trait FromValue: Sized {
    /// Reads column `index` of `row`.
    fn from_row(row: &Row<'_>, index: usize) -> Result<Self>;
}

fn present<T>(value: Option<T>, index: usize) -> Result<T> {
    value.ok_or_else(|| Error::fault(format!("column {index} is null")))
}

impl FromValue for String {
    fn from_row(row: &Row<'_>, index: usize) -> Result<Self> {
        present(row.text(index)?, index)
    }
}
impl FromValue for i64 {
    fn from_row(row: &Row<'_>, index: usize) -> Result<Self> {
        present(row.int(index)?, index)
    }
}
impl FromValue for u32 {
    fn from_row(row: &Row<'_>, index: usize) -> Result<Self> {
        u32::try_from(row.get::<i64>(index)?).map_err(Error::fault)
    }
}
impl FromValue for Option<String> {
    fn from_row(row: &Row<'_>, index: usize) -> Result<Self> {
        row.text(index)
    }
}
impl FromValue for Option<i64> {
    fn from_row(row: &Row<'_>, index: usize) -> Result<Self> {
        row.int(index)
    }
}

/// Types kept as text and read by parsing it.
macro_rules! parsed_from_text {
    ($([$($generic:ident)?] $type:ty),*) => {$(
        impl$(<$generic>)? FromValue for $type {
            fn from_row(row: &Row<'_>, index: usize) -> Result<Self> {
                row.get::<String>(index)?.parse().map_err(Error::fault)
            }
        }
        impl$(<$generic>)? FromValue for Option<$type> {
            fn from_row(row: &Row<'_>, index: usize) -> Result<Self> {
                row.text(index)?.map(|text| text.parse().map_err(Error::fault)).transpose()
            }
        }
    )*};
}
parsed_from_text!([] Timestamp, [] Date, [] serde_json::Value, [K] Id<K>);
