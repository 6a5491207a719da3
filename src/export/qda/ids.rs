//! Ids that are the same in every export of the same thing (UUID version 5, RFC 9562): two nights' exports can be
//! compared, and what people code in a QDA tool finds its way back.

use uuid::Uuid;

/// The space that all our ids are made in.
const SPACE: Uuid = Uuid::from_u128(0x6f2b_7c1e_4d0a_5b8e_9c41_1d2f_77aa_0e53);

/// The id of a thing: of its sort, and of what names it among its sort.
pub fn guid(sort: &str, parts: &[&str]) -> String {
    let mut name = Vec::with_capacity(64);
    for part in std::iter::once(&sort).chain(parts) {
        // With its length before it, no part can run into the next.
        name.extend_from_slice(&(part.len() as u64).to_le_bytes());
        name.extend_from_slice(part.as_bytes());
    }
    Uuid::new_v5(&SPACE, &name).hyphenated().to_string()
}

/// The id of a theme, topic, pattern or claim of a codebook.
pub fn code_guid(codebook: &str, level: &str, code: &str) -> String {
    guid("code", &[codebook, level, code])
}

/// The id of the machine as a coder.
pub fn machine_guid() -> String {
    guid("user", &["", "machine"])
}

/// The id of a person as a coder.
pub fn person_guid(name: &str) -> String {
    guid("user", &["person", name])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_depends_on_all_that_names_the_thing_and_on_nothing_else() {
        assert_eq!(guid("code", &["a", "b"]), guid("code", &["a", "b"]));
        assert_ne!(guid("code", &["a", "b"]), guid("code", &["ab", ""]));
        assert_ne!(guid("code", &["a"]), guid("set", &["a"]));
        assert_eq!(guid("code", &["a"]).len(), 36);
        assert_eq!(guid("code", &["a"]).as_bytes()[14], b'5', "version 5");
    }
}
