//! E-mail addresses, also spelt out, and user names of social networks.

use memchr::{memchr_iter, memmem};

use super::redact::{Finding, MarkKind};

/// E-mail addresses and handles.
pub(super) fn electronic_addresses(text: &str) -> Vec<Finding> {
    let mut found = spelt_out_addresses(text);
    for at in memchr_iter(b'@', text.as_bytes()) {
        if found.iter().any(|earlier: &Finding| earlier.range.contains(&at)) {
            continue;
        }
        let before = text.get(..at).unwrap_or("");
        let after = text.get(at + 1..).unwrap_or("");
        let local =
            before.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-')).len();
        let local = before.get(local..).unwrap_or("").trim_start_matches(['.', '-', '+', '%']);
        let name = name_length(after);
        if name == 0 {
            continue;
        }
        let end = at + 1 + name;
        if !local.is_empty() {
            found.push(Finding { range: at - local.len()..end, kind: MarkKind::Email });
            continue;
        }
        let is_name = name >= 2 && after.starts_with(|c: char| c.is_alphabetic() || c == '_' || c.is_ascii_digit());
        let has_letter = after.get(..name).unwrap_or("").chars().any(char::is_alphabetic);
        if is_name && has_letter {
            let server = text.get(end..).and_then(|rest| rest.strip_prefix('@')).map_or(0, name_length);
            let end = if server > 0 { end + 1 + server } else { end };
            found.push(Finding { range: at..end, kind: MarkKind::Handle });
        }
    }
    found
}

/// Ways to write "@" that are meant to keep machines from reading it.
const SPELT_OUT: [&str; 6] = ["(at)", "[at]", "{at}", "(a)", "krøllalfa", "alfakrøll"];

/// "kari.nordmann (at) nav.no".
fn spelt_out_addresses(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    if !text.contains(['(', '[', '{']) && !text.contains("krøll") {
        return found;
    }
    for sign in SPELT_OUT {
        for at in memmem::find_iter(text.as_bytes(), sign.as_bytes()) {
            let before = text.get(..at).unwrap_or("").trim_end_matches(' ');
            let after = text.get(at + sign.len()..).unwrap_or("");
            let blank = after.len() - after.trim_start_matches(' ').len();
            let host = name_length(after.get(blank..).unwrap_or(""));
            let local = before
                .trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-'))
                .len();
            let has_point = after.get(blank..blank + host).is_some_and(|host| host.contains('.'));
            if local < before.len() && has_point {
                found.push(Finding { range: local..at + sign.len() + blank + host, kind: MarkKind::Email });
            }
        }
    }
    found.sort_by_key(|finding| finding.range.start);
    found
}

/// How many bytes of `text` are a domain or user name.
fn name_length(text: &str) -> usize {
    let rest = text.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'));
    text.get(..text.len() - rest.len()).unwrap_or("").trim_end_matches(['.', '-']).len()
}
