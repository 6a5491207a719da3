//! Identifiers that are the same in every export of the same thing (UUID version 5, RFC 9562): two nights' exports can
//! be compared, and what people code in another tool finds its way back to the code it was made with.

use uuid::Uuid;

use super::Level;

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

/// The id of a theme, topic or pattern. It holds for every version of the codebook.
pub fn code_guid(codebook_id: &str, level: Level, code: &str) -> String {
    let level = match level {
        Level::Theme => "theme",
        Level::Topic => "topic",
        Level::Pattern => "pattern",
    };
    guid("code", &[codebook_id, level, code])
}

/// The id of a topic's claim, `A` or `B`.
pub fn claim_guid(codebook_id: &str, topic: &str, claim: &str) -> String {
    guid("code", &[codebook_id, "claim", &format!("{topic}/{claim}")])
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
        let silos = code_guid("innovation", Level::Topic, "collaboration/silos");
        assert_eq!((silos.len(), silos.as_bytes()[14]), (36, b'5'), "version 5");
        assert_ne!(silos, code_guid("innovation", Level::Pattern, "collaboration/silos"));
        assert_ne!(silos, claim_guid("innovation", "collaboration/silos", "A"));
        assert_ne!(machine_guid(), person_guid("machine"));
    }
}
