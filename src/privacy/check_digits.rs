//! Check digits of Norwegian numbers.

/// Whether eleven digits are a national identity number: a fødselsnummer, a D-number (day + 40) or a
/// synthetic one (month + 40, + 65 or + 80), with a date that exists and both check digits.
///
/// Source: Skatteetaten, "Fødselsnummer" (weights and modulus 11).
pub(super) fn is_national_id(digits: &[u8]) -> bool {
    let (Some(first), Some(second)) = (digits.get(9), digits.get(10)) else { return false };
    digits.len() == 11
        && has_birth_date(digits)
        && modulus_11(digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2]) == Some(*first)
        && modulus_11(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) == Some(*second)
}

/// Whether the first six digits can be the day, month and year of birth in a national id.
pub(super) fn has_birth_date(digits: &[u8]) -> bool {
    let &[d1, d2, m1, m2, ..] = digits else { return false };
    let day = 10 * d1 + d2;
    let day = if day > 40 { day - 40 } else { day };
    let month = 10 * m1 + m2;
    let month = match month {
        81..=92 => month - 80,
        66..=77 => month - 65,
        41..=52 => month - 40,
        _ => month,
    };
    let days = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Whether eleven digits are a Norwegian bank account number.
pub(super) fn is_account(digits: &[u8]) -> bool {
    digits.len() == 11 && modulus_11(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) == digits.get(10).copied()
}

/// Whether nine digits are a Norwegian organisation number.
///
/// Source: Brønnøysundregistrene, "Organisasjonsnummeret" (weights and modulus 11; it starts with 8 or 9).
pub(super) fn is_organisation(digits: &[u8]) -> bool {
    digits.len() == 9
        && matches!(digits.first(), Some(8 | 9))
        && modulus_11(digits, &[3, 2, 7, 6, 5, 4, 3, 2]) == digits.get(8).copied()
}

/// The check digit for the leading digits under these weights; none where it would be 10.
fn modulus_11(digits: &[u8], weights: &[u32]) -> Option<u8> {
    let sum: u32 = digits.iter().zip(weights).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        digit => u8::try_from(digit).ok(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The first number with right check digits that starts with these seven digits.
    pub(in super::super) fn national_id(seven: &str) -> String {
        let with_checks = |individual: u8| {
            let mut digits = digits(&format!("{seven}{individual:02}"));
            digits.push(modulus_11(&digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2])?);
            digits.push(modulus_11(&digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2])?);
            Some(digits.iter().map(|digit| char::from(b'0' + digit)).collect())
        };
        (0..100).find_map(with_checks).unwrap()
    }

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().map(|byte| byte - b'0').collect()
    }

    #[test]
    fn ordinary_d_and_synthetic_numbers_are_known_by_their_check_digits() {
        for seven in ["0101901", "4101901", "0141901", "0181901", "2902963"] {
            let number = national_id(seven);
            assert!(is_national_id(&digits(&number)), "{number}");
            let mut wrong = digits(&number);
            wrong[10] = (wrong[10] + 1) % 10;
            assert!(!is_national_id(&wrong));
        }
        assert!(!has_birth_date(&digits("310290")));
        assert!(!has_birth_date(&digits("011390")));
    }

    #[test]
    fn organisations_are_known_by_their_check_digit() {
        assert!(is_organisation(&digits("974760673")));
        assert!(!is_organisation(&digits("974760674")));
        assert!(!is_organisation(&digits("123456785")));
    }

    #[test]
    fn accounts_are_known_by_their_check_digit() {
        assert!(is_account(&digits("12345678903")));
        assert!(!is_account(&digits("12345678904")));
    }
}
