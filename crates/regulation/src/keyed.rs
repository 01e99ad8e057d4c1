//! Reading `[table.KEY]` into a list in the order of the file, each item knowing its key.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};

/// Something that stands in a table under its key.
pub(crate) trait Keyed {
    fn set_key(&mut self, key: String);
}

/// Reads a table of `T`s; used as `#[serde(deserialize_with = "keyed::list")]`.
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Keyed,
{
    struct Items<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de> + Keyed> Visitor<'de> for Items<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a table of named items")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut items = Vec::new();
            while let Some((key, mut item)) = map.next_entry::<String, T>()? {
                item.set_key(key);
                items.push(item);
            }
            Ok(items)
        }
    }
    deserializer.deserialize_map(Items(PhantomData))
}
