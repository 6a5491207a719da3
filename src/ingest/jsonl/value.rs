//! JSON values, with their texts borrowed from the line where they hold no escapes.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use smallvec::SmallVec;

use crate::ingest::headers::normalise;
use crate::ingest::{Filter, RejectReason};

/// A value, with its texts borrowed from the line where they hold no escapes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(String),
    Text(Cow<'a, str>),
    List(Vec<Value<'a>>),
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

/// An object's fields in order.
pub(super) struct Row<'a>(pub(super) SmallVec<[(Cow<'a, str>, Value<'a>); 12]>);

struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowing;
        impl<'de> Visitor<'de> for Borrowing {
            type Value = Key<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a field name")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Borrowing)
    }
}

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Value<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("any value")
            }
            fn visit_unit<E>(self) -> Result<Value<'de>, E> {
                Ok(Value::Null)
            }
            fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
                Ok(Value::Bool(value))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Value<'de>, E> {
                Ok(Value::Number(number.to_string()))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Value<'de>, E> {
                Ok(Value::Number(number.to_string()))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Value<'de>, E> {
                Ok(Value::Number(number.to_string()))
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
                Ok(Value::Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
                Ok(Value::Text(Cow::Owned(text.to_owned())))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value<'de>, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = list.next_element()? {
                    values.push(value);
                }
                Ok(Value::List(values))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some((Key(key), value)) = map.next_entry()? {
                    fields.push((key, value));
                }
                Ok(Value::Object(fields))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl<'de> Deserialize<'de> for Row<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Row<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row<'de>, A::Error> {
                let mut fields = SmallVec::new();
                while let Some((Key(key), value)) = map.next_entry()? {
                    fields.push((key, value));
                }
                Ok(Row(fields))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

impl<'a> Value<'a> {
    /// The value as the text of a cell; lists and objects as JSON.
    pub(super) fn into_cell(self) -> Cow<'a, str> {
        match self {
            Value::Null => Cow::Borrowed(""),
            Value::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
            Value::Number(number) => Cow::Owned(number),
            Value::Text(text) => text,
            other => Cow::Owned(other.to_json().to_string()),
        }
    }

    fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(number) => serde_json::from_str(number).unwrap_or_else(|_| number.as_str().into()),
            Value::Text(text) => text.as_ref().into(),
            Value::List(values) => values.iter().map(Value::to_json).collect(),
            Value::Object(fields) => {
                fields.iter().map(|(key, value)| (key.clone().into_owned(), value.to_json())).collect()
            }
        }
    }

    pub(super) fn accepted_by(&self, filter: &Filter) -> bool {
        match self {
            Value::List(values) => values.iter().any(|value| value.accepted_by(filter)),
            Value::Text(text) => filter.accepts(text),
            Value::Number(number) => filter.accepts(number),
            Value::Bool(value) => filter.accepts(if *value { "true" } else { "false" }),
            Value::Null => filter.value.is_empty(),
            Value::Object(_) => false,
        }
    }
}

/// Parses one line; what is wrong is said without a word of the contents.
pub(super) fn parse(line: &str) -> Result<Row<'_>, RejectReason> {
    serde_json::from_str::<Row<'_>>(line).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => RejectReason::NotAnObject,
        _ => RejectReason::NotJson { column: error.column() },
    })
}

pub(super) fn is_group_map(key: &str, value: &Value<'_>) -> bool {
    matches!(value, Value::Object(_)) && matches!(normalise(key).as_str(), "group" | "groups" | "gruppe" | "grupper")
}
