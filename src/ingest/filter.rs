//! `--where FIELD=VALUE`, and the fields of a row as they stood in the input.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// Keeps the rows whose field has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// A column's header, a field, or a group's name.
    pub field: String,
    /// The value it must have; a list must hold it.
    pub value: String,
}

/// Why a filter could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// No equals sign, or nothing before it.
    #[error("\"{0}\" is no filter; write FIELD=VALUE")]
    NoEqualsSign(String),
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(written: &str) -> Result<Self, Self::Err> {
        match written.split_once('=') {
            Some((field, value)) if !field.trim().is_empty() => {
                Ok(Filter { field: field.trim().to_owned(), value: value.trim().to_owned() })
            }
            _ => Err(FilterError::NoEqualsSign(written.to_owned())),
        }
    }
}

impl Filter {
    /// Whether this value of the filter's field passes.
    pub(super) fn accepts(&self, value: &str) -> bool {
        value.trim() == self.value
    }
}

/// The fields of one row as received, in their order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fields(pub Vec<(String, Value)>);

impl Fields {
    /// The first field of that name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    /// The labels in a field: a list of strings, or one cell with `;`, `|` or line breaks between them. None where
    /// there is no such field or it holds something else; an empty list or cell is a valid answer: no label.
    pub fn labels(&self, name: &str) -> Option<Vec<Cow<'_, str>>> {
        match self.get(name)? {
            Value::Array(values) => values.iter().map(|value| value.as_str().map(Cow::Borrowed)).collect(),
            Value::Null => Some(Vec::new()),
            Value::String(cell) => match serde_json::from_str::<Vec<String>>(cell) {
                Ok(labels) => Some(labels.into_iter().map(Cow::Owned).collect()),
                Err(_) => Some(
                    cell.split([';', '|', '\n'])
                        .map(str::trim)
                        .filter(|label| !label.is_empty())
                        .map(Cow::Borrowed)
                        .collect(),
                ),
            },
            _ => None,
        }
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    fields.push(entry);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_splits_at_the_first_equals_sign() {
        let filter: Filter = "a b = x=y ".parse().unwrap();
        assert_eq!((filter.field.as_str(), filter.value.as_str()), ("a b", "x=y"));
        assert!("=x".parse::<Filter>().is_err());
        assert!("field".parse::<Filter>().unwrap_err().to_string().contains("FIELD=VALUE"));
    }

    #[test]
    fn fields_keep_their_order_both_ways() {
        let text = r#"{"z":1,"a":["x","y"],"m":null}"#;
        let fields: Fields = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&fields).unwrap(), text);
        assert_eq!(fields.labels("a").unwrap(), ["x", "y"]);
        assert_eq!(fields.labels("m").unwrap().len(), 0);
        assert_eq!(fields.labels("z"), None);
        assert_eq!(fields.labels("missing"), None);
    }

    #[test]
    fn labels_in_one_cell_are_split() {
        let fields = Fields(vec![("labels".into(), Value::String("a; b|c".into())), ("e".into(), "".into())]);
        assert_eq!(fields.labels("labels").unwrap(), ["a", "b", "c"]);
        assert!(fields.labels("e").unwrap().is_empty());
    }
}
