//! Times as people and spreadsheets write them.

use jiff::civil::{Date, DateTime, Time, date};

const MONTHS: [&[&str]; 12] = [
    &["januar", "january", "jan"],
    &["februar", "february", "feb"],
    &["mars", "march", "mar"],
    &["april", "apr"],
    &["mai", "may"],
    &["juni", "june", "jun"],
    &["juli", "july", "jul"],
    &["august", "aug"],
    &["september", "sep", "sept"],
    &["oktober", "october", "okt", "oct"],
    &["november", "nov"],
    &["desember", "december", "des", "dec"],
];

/// Reads `2025-11-03T12:30:00Z`, `3.11.2025 12:30`, `3. november 2025 kl. 14.30`, `11/3/2025 2:30 PM`, an Excel day
/// number or a Unix time. None where the text is no time. A zone is read over: the time stays as written.
///
/// With slashes, the day comes first as in Europe, unless the numbers or an AM or PM say otherwise.
pub fn parse_time(written: &str) -> Option<DateTime> {
    let written = written.trim();
    if written.is_empty() || written.len() > 64 {
        return None;
    }
    if written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && written.matches('.').count() <= 1 {
        return from_number(written);
    }
    let (day, rest) = named_month(written).or_else(|| numeric_date(written))?;
    let rest = rest.trim_start_matches(|c: char| c == ',' || c == 'T' || c == 't' || c.is_whitespace());
    Some(day.to_datetime(if rest.is_empty() { Time::midnight() } else { clock(rest)? }))
}

/// Days since 1899-12-30 with the time as a fraction, as spreadsheets store them; none outside 1901 to 2199.
pub(super) fn from_excel_days(days: f64) -> Option<DateTime> {
    if !(367.0..110_000.0).contains(&days) {
        return None;
    }
    let seconds = (days * 86_400.0).round() as i64;
    date(1899, 12, 30).at(0, 0, 0, 0).checked_add(jiff::SignedDuration::from_secs(seconds)).ok()
}

fn from_number(written: &str) -> Option<DateTime> {
    let number: f64 = written.parse().ok()?;
    let whole = written.split('.').next().unwrap_or("");
    match whole.len() {
        5 if (20_000.0..80_000.0).contains(&number) => from_excel_days(number),
        8 if !written.contains('.') => {
            let part = |range: std::ops::Range<usize>| whole.get(range).and_then(|digits| digits.parse::<i16>().ok());
            let day = day_of(part(0..4)?, part(4..6)?, part(6..8)?)?;
            (1900..2200).contains(&day.year()).then(|| day.to_datetime(Time::midnight()))
        }
        10 => unix_seconds(number),
        13 => unix_seconds(number / 1000.0),
        _ => None,
    }
}

fn unix_seconds(seconds: f64) -> Option<DateTime> {
    let seconds = jiff::SignedDuration::from_secs(seconds as i64);
    date(1970, 1, 1).at(0, 0, 0, 0).checked_add(seconds).ok()
}

fn day_of(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn full_year(year: i16, digits: usize) -> i16 {
    if digits == 2 { if year < 70 { 2000 + year } else { 1900 + year } } else { year }
}

/// A number of up to four digits at the start, how many digits it had, and what follows.
fn number(text: &str) -> Option<(i16, usize, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 4 {
        return None;
    }
    let (number, rest) = text.split_at(digits);
    Some((number.parse().ok()?, digits, rest))
}

/// `2025-11-03`, `3.11.2025`, `3/11/25`, `11/3/2025 ... PM`.
fn numeric_date(written: &str) -> Option<(Date, &str)> {
    let separator = written.trim_start_matches(|c: char| c.is_ascii_digit()).chars().next()?;
    if !matches!(separator, '-' | '.' | '/') {
        return None;
    }
    let step = |text: &'_ str| -> Option<usize> {
        let rest = text.strip_prefix(separator)?.trim_start_matches(' ');
        Some(text.len() - rest.len())
    };
    let (first, first_digits, rest) = number(written)?;
    let (second, _, rest) = number(rest.get(step(rest)?..)?)?;
    let (third, third_digits, rest) = number(rest.get(step(rest)?..)?)?;
    if first_digits == 4 {
        return Some((day_of(first, second, third)?, rest));
    }
    if third_digits != 2 && third_digits != 4 {
        return None;
    }
    let year = full_year(third, third_digits);
    let american = separator == '/' && (second > 12 || has_half_day(rest));
    let (day, month) = if american { (second, first) } else { (first, second) };
    Some((day_of(year, month, day)?, rest))
}

fn has_half_day(text: &str) -> bool {
    let lower = text.trim_end().to_ascii_lowercase();
    lower.ends_with("am") || lower.ends_with("pm")
}

/// `3. november 2025`, `3 Nov 2025`, `November 3, 2025`; a weekday before it is read over.
fn named_month(written: &str) -> Option<(Date, &str)> {
    let start = written.find(|c: char| c.is_ascii_digit())?;
    let before: Vec<String> = words(written.get(..start)?);
    let month_before = before.last().and_then(|word| month(word));
    let (first, digits, rest) = number(written.get(start..)?)?;
    if digits > 2 {
        return None;
    }
    let (found, rest) = match month_before {
        Some(found) => (found, rest),
        None => {
            if before.len() > 2 {
                return None;
            }
            let rest = rest.trim_start_matches(['.', ' ', '\u{a0}', '-']);
            let end = rest.find(|c: char| !c.is_alphabetic())?;
            (month(&rest.get(..end)?.to_lowercase())?, rest.get(end..)?)
        }
    };
    let rest = rest.trim_start_matches(['.', ' ', ',', '-', '\u{a0}']);
    let (year, year_digits, rest) = number(rest)?;
    if year_digits != 2 && year_digits != 4 {
        return None;
    }
    Some((day_of(full_year(year, year_digits), found, first)?, rest))
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn month(word: &str) -> Option<i16> {
    MONTHS.iter().position(|names| names.contains(&word)).and_then(|index| i16::try_from(index + 1).ok())
}

/// `14:30`, `kl. 14.30`, `14:30:05.123+01:00`, `2:30 PM`.
fn clock(text: &str) -> Option<Time> {
    let text = text.trim();
    let bare =
        ["klokken", "klokka", "kl.", "kl"].iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text).trim();
    let (hour, _, rest) = number(bare)?;
    let part =
        |text: &'_ str| text.strip_prefix([':', '.']).and_then(number).map(|(value, _, rest)| (value, rest.len()));
    let (minute, left) = part(rest).unwrap_or((0, rest.len()));
    let rest = rest.get(rest.len() - left..)?;
    let (second, left) = part(rest).unwrap_or((0, rest.len()));
    let rest = rest.get(rest.len() - left..)?.trim();
    let (first, zone) = rest.split_once(' ').unwrap_or((rest, ""));
    let half = first.to_ascii_lowercase();
    let hour = match (half.as_str(), hour) {
        ("am", 12) => 0,
        ("pm", 1..=11) => hour + 12,
        _ => hour,
    };
    let known_tail =
        rest.is_empty() || matches!(half.as_str(), "am" | "pm") && (zone.is_empty() || is_zone(zone)) || is_zone(rest);
    if !known_tail {
        return None;
    }
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, 0).ok()
}

/// `Z`, `UTC`, `+01:00`, `GMT+1`, `CET`, `GMT+0000 (Coordinated Universal Time)`, and the fraction of a second.
fn is_zone(text: &str) -> bool {
    let name = text.split([' ', '+', '-']).next().unwrap_or("");
    text.starts_with(['+', '-', '.', ','])
        || matches!(name, "z" | "utc")
        || ((1..=5).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_and_programs_write_them() {
        let afternoon = date(2025, 11, 3).at(14, 30, 0, 0);
        for written in [
            "2025-11-03T14:30:00",
            "2025-11-03T14:30:00Z",
            "2025-11-03 14:30",
            "2025-11-03T14:30:00.000+01:00",
            "3.11.2025 14:30",
            "03.11.2025 kl. 14.30",
            "03.11.25 14:30:00",
            "3. november 2025 kl. 14.30",
            "mandag 3. november 2025, 14:30",
            "November 3, 2025 2:30 PM",
            "11/3/2025 2:30 PM",
            "3/11/2025 14:30",
            "45964.604166667",
            "1762180200",
            "2025/11/03 2:30:00 pm GMT+1",
            "2025/11/03 2:30:00 PM CET",
            "Mon Nov 03 2025 14:30:00 GMT+0000 (Coordinated Universal Time)",
        ] {
            assert_eq!(parse_time(written), Some(afternoon), "{written}");
        }
        for written in
            ["2025-11-03", "3.11.2025", "3. nov. 2025", "3 Nov 2025", "20251103", "45964", "11/03/2025 12:00 AM"]
        {
            assert_eq!(parse_time(written), Some(date(2025, 11, 3).at(0, 0, 0, 0)), "{written}");
        }
        assert_eq!(parse_time("12.06.2014"), Some(date(2014, 6, 12).at(0, 0, 0, 0)));
        assert_eq!(parse_time("12/31/2025"), Some(date(2025, 12, 31).at(0, 0, 0, 0)));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for written in [
            "",
            "i går",
            "31.02.2025",
            "99.99.9999",
            "12",
            "3.11",
            "12345678901234567890",
            "2025-13-01",
            "kl. 14",
            "..",
            "1.1.1 x",
        ] {
            assert_eq!(parse_time(written), None, "{written}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(written in "\\PC{0,40}") {
            let _ = parse_time(&written);
        }

        #[test]
        fn no_mix_of_signs_makes_it_panic(written in "[0-9./: -]{0,30}( (november|PM|kl))?[0-9.]{0,6}") {
            let _ = parse_time(&written);
        }
    }
}
