//! Links that give access or name a person, and IP addresses.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use memchr::memmem;

use super::redact::{Finding, MarkKind};

/// Names of parameters whose values let somebody in or say who somebody is.
const TELLING_PARAMETERS: &[&str] = &[
    "token",
    "access_token",
    "id_token",
    "refresh_token",
    "auth",
    "authkey",
    "apikey",
    "api_key",
    "key",
    "sig",
    "signature",
    "secret",
    "session",
    "sessionid",
    "sid",
    "jwt",
    "code",
    "otp",
    "pwd",
    "password",
    "passord",
    "user",
    "userid",
    "user_id",
    "username",
    "bruker",
    "brukerid",
    "respondent",
    "respondentid",
    "respondent_id",
    "deltaker",
    "invite",
    "invitation",
    "email",
    "epost",
    "mail",
    "phone",
    "tlf",
    "mobil",
    "fnr",
    "ssn",
    "hash",
    "ticket",
    "uid",
    "sas",
];

/// Sites where the path is a person.
const PROFILE_SITES: &[&str] = &[
    "facebook.com/",
    "linkedin.com/in/",
    "instagram.com/",
    "twitter.com/",
    "x.com/",
    "tiktok.com/@",
    "t.me/",
    "github.com/",
    "snapchat.com/add/",
    "threads.net/@",
    "bsky.app/profile/",
];

/// All links of a text, whether they tell of a person or not.
pub(super) fn links(text: &str) -> Vec<Range<usize>> {
    let mut starts: Vec<usize> = memmem::find_iter(text.as_bytes(), b"://")
        .map(|at| {
            let before = text.get(..at).unwrap_or("");
            before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '+').len()
        })
        .chain(memmem::find_iter(text.as_bytes(), b"www."))
        .chain(PROFILE_SITES.iter().flat_map(|site| memmem::find_iter(text.as_bytes(), site.as_bytes())))
        .collect();
    starts.sort_unstable();
    let mut found: Vec<Range<usize>> = Vec::new();
    for start in starts {
        if found.last().is_some_and(|last| start < last.end) {
            continue;
        }
        let before = text.get(..start).unwrap_or("");
        // "no.linkedin.com/in/...": the link starts where the host does.
        let start = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).len();
        let rest = text.get(start..).unwrap_or("");
        let length = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '«' | '»' | '[' | ']'));
        let link = rest.get(..length.unwrap_or(rest.len())).unwrap_or("");
        let link = link.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '…']);
        if link.len() > 6 {
            found.push(start..start + link.len());
        }
    }
    found
}

/// Those of the links that let somebody in or name a person.
pub(super) fn telling_links(text: &str, links: &[Range<usize>]) -> Vec<Finding> {
    let is_telling = |link: &&Range<usize>| text.get((*link).clone()).is_some_and(tells_of_a_person);
    links.iter().filter(is_telling).map(|link| Finding { range: link.clone(), kind: MarkKind::Link }).collect()
}

fn tells_of_a_person(link: &str) -> bool {
    let lower = link.to_ascii_lowercase();
    let bare = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let (address, parameters) = bare.split_once(['?', '#']).unwrap_or((bare, ""));
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let has_credentials = host.contains('@');
    let is_profile = PROFILE_SITES.iter().any(|site| {
        address.find(site).is_some_and(|at| {
            let starts_host = at == 0 || address.get(..at).is_some_and(|before| before.ends_with('.'));
            starts_host && address.len() > at + site.len()
        })
    });
    let has_telling_parameter = parameters.split(['&', ';', '?', '#']).any(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        (!value.is_empty() && TELLING_PARAMETERS.contains(&name)) || is_random(value)
    });
    has_credentials || is_profile || has_telling_parameter || path.split('/').any(is_random) || path.contains('@')
}

/// Twenty or more signs with letters and digits mixed: no word, but a key.
fn is_random(piece: &str) -> bool {
    let longest = piece.split(['.', '-', '_', '%', '~']).map(str::len).max().unwrap_or(0);
    let digits = piece.bytes().filter(u8::is_ascii_digit).count();
    let letters = piece.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_uuid = piece.len() == 36 && piece.bytes().filter(|&byte| byte == b'-').count() == 4;
    (piece.len() >= 20 && digits >= 4 && letters >= 4 && longest >= 12) || (is_uuid && digits > 0)
}

/// Words before a number with points that say it is no IP address.
const VERSION_WORDS: &[&str] = &[
    "versjon", "version", "ver", "v", "kapittel", "kap", "punkt", "pkt", "avsnitt", "del", "section", "chapter",
    "krav", "release", "build", "utgave",
];

/// IP addresses of both kinds. A short one, such as 1.2.3.4, may be a heading or a version and needs the word "IP".
pub(super) fn ip_addresses(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let is_part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
    let mut position = 0;
    while let Some(offset) =
        text.get(position..).and_then(|rest| rest.find(|c: char| c.is_ascii_hexdigit() || c == ':'))
    {
        let start = position + offset;
        let rest = text.get(start..).unwrap_or("");
        let piece = rest.get(..rest.find(|c| !is_part(c)).unwrap_or(rest.len())).unwrap_or("");
        position = start + piece.len().max(1);
        let before = text.get(..start).unwrap_or("");
        if piece.len() < 7 || before.ends_with(char::is_alphanumeric) {
            continue;
        }
        if text.get(start + piece.len()..).is_some_and(|after| after.starts_with(|c: char| c.is_alphanumeric())) {
            continue;
        }
        let trimmed = piece.trim_end_matches(['.', ':']);
        let address = match trimmed.rsplit_once(':') {
            Some((host, port)) if host.contains('.') && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => trimmed,
        };
        if is_ip_four(address, before) || is_ip_six(address) {
            found.push(Finding { range: start..start + address.len(), kind: MarkKind::Ip });
        }
    }
    found
}

fn is_ip_four(address: &str, before: &str) -> bool {
    let Ok(parsed) = address.parse::<Ipv4Addr>() else { return false };
    let word_end = before.trim_end_matches([' ', '.', ':', '-', '=', '(']);
    let word = word_end.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or("").to_lowercase();
    let is_named = matches!(word.as_str(), "ip" | "adresse" | "adressa" | "address" | "adressen" | "maskin" | "server");
    let digits = address.bytes().filter(u8::is_ascii_digit).count();
    is_named
        || (digits >= 6
            && parsed.octets()[0] >= 10
            && !VERSION_WORDS.contains(&word.as_str())
            && !before.ends_with('§'))
}

fn is_ip_six(address: &str) -> bool {
    let colons = address.bytes().filter(|&byte| byte == b':').count();
    let digits = address.bytes().filter(u8::is_ascii_digit).count();
    colons >= 2 && digits >= 2 && address.len() >= 7 && address.parse::<Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::redact;

    #[test]
    fn links_that_let_in_or_name_are_redacted() {
        for link in [
            "https://skjema.no/svar?token=abc123",
            "https://skjema.no/svar?lang=nb&respondent=17",
            "https://ola:hemmelig@server.no/fil",
            "https://www.linkedin.com/in/kari-nordmann",
            "facebook.com/kari.nordmann",
            "https://survey.no/r/8f3kd92jdk20dkw93jd8",
            "https://x.no/s/3f2b8c1e-77aa-4a61-9f0e-aa0011223344",
        ] {
            assert_eq!(redact(&format!("Se {link}, takk.")), "Se [lenke], takk.", "{link}");
        }
    }

    #[test]
    fn other_links_stay() {
        for text in [
            "Se https://www.nav.no/Kari/arbeid?lang=nb.",
            "www.regjeringen.no/no/dokumenter/meld.-st.-30-20192020/id2715113/",
            "https://snl.no/Bjørnstjerne_Bjørnson",
        ] {
            assert_eq!(redact(text), text);
        }
    }

    #[test]
    fn ip_addresses_are_redacted_and_versions_stay() {
        assert_eq!(redact("fra 10.20.30.40 i går"), "fra [ip-adresse] i går");
        assert_eq!(redact("IP 8.8.8.8"), "IP [ip-adresse]");
        assert_eq!(redact("192.168.10.24:8080"), "[ip-adresse]:8080");
        assert_eq!(redact("2001:db8::8a2e:370:7334"), "[ip-adresse]");
        for text in ["versjon 10.15.20.30", "punkt 3.2.1.4", "1.2.3.4", "kl. 12:30:45", "300.20.30.40", "fe::"] {
            assert_eq!(redact(text), text);
        }
    }
}
