//! What must be merged or left out of tables that are passed on.

use std::collections::{BTreeMap, BTreeSet};

/// The name under which small groups are merged.
pub const OTHERS: &str = "andre";

/// Which groups are too small to stand alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MergedGroups {
    small: BTreeMap<String, BTreeSet<String>>,
}

impl MergedGroups {
    /// The name under which an answer's group may be shown.
    pub fn label<'a>(&self, attribute: &str, group: &'a str) -> &'a str {
        if self.small.get(attribute).is_some_and(|groups| groups.contains(group)) { OTHERS } else { group }
    }
}
