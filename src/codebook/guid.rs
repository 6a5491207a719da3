//! Identifiers of codes in other tools: the same code has the same GUID in every export, on every machine.
//!
//! UUIDs of version 5 (RFC 9562), made from names, so that two nightly exports can be compared and codings come
//! home to the code they were made with.

use uuid::Uuid;

use super::Level;

/// The GUID of a thing by its sort (`code`, `claim`, `source`, `user` ...) and a key that is unique within it.
pub fn guid(sort: &str, key: &str) -> Uuid {
    let namespace = Uuid::new_v5(&Uuid::NAMESPACE_OID, b"innspill");
    // A sort holds no line end, so no two pairs give the same name.
    Uuid::new_v5(&namespace, format!("{sort}\n{key}").as_bytes())
}

/// The GUID of a theme, topic or pattern. It holds for every version of the codebook.
pub fn code_guid(codebook_id: &str, level: Level, code: &str) -> Uuid {
    let level = match level {
        Level::Theme => "theme",
        Level::Topic => "topic",
        Level::Pattern => "pattern",
    };
    guid("code", &format!("{codebook_id}\n{level}\n{code}"))
}

/// The GUID of a topic's claim, `A` or `B`.
pub fn claim_guid(codebook_id: &str, topic: &str, claim: &str) -> Uuid {
    guid("claim", &format!("{codebook_id}\n{topic}\n{claim}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_never_changes() {
        let silos = code_guid("innovation", Level::Topic, "collaboration/silos");
        assert_eq!(silos, code_guid("innovation", Level::Topic, "collaboration/silos"));
        assert_eq!(silos.get_version_num(), 5);
        assert_ne!(silos, code_guid("innovation", Level::Pattern, "collaboration/silos"));
        assert_ne!(silos, code_guid("other", Level::Topic, "collaboration/silos"));
        assert_ne!(silos, claim_guid("innovation", "collaboration/silos", "A"));
    }
}
