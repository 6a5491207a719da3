//! The form under which two texts count as the same.

use unicode_normalization::UnicodeNormalization;

/// The text for comparing: NFKC, case folded, every run of blanks and punctuation one space.
///
/// Letters, digits, emoji and the signs that change a meaning (`+ % & @ $ < > =`) stay. A text of
/// punctuation alone becomes empty.
pub fn normal_form(text: &str) -> String {
    if text.is_ascii() {
        return fold(text.chars());
    }
    // Folding case can bring out letters that compose differently, so compose last.
    let folded = fold(text.nfkc());
    folded.nfkc().collect()
}

fn fold(characters: impl Iterator<Item = char>) -> String {
    let mut folded = String::new();
    let mut gap = false;
    for character in characters {
        if is_gap(character) {
            gap = true;
            continue;
        }
        if gap && !folded.is_empty() {
            folded.push(' ');
        }
        gap = false;
        match character {
            'ß' | 'ẞ' => folded.push_str("ss"),
            'ς' => folded.push('σ'),
            _ => folded.extend(character.to_lowercase().filter(|&lower| lower != '\u{307}')),
        }
    }
    folded
}

fn is_gap(character: char) -> bool {
    match character {
        '+' | '%' | '&' | '@' | '$' | '<' | '>' | '=' => false,
        _ if character.is_ascii() => !character.is_ascii_alphanumeric(),
        '«' | '»' | '¡' | '¿' | '·' | '´' | '¨' | '¸' | '\u{ad}' | '\u{feff}' | '\u{fe0f}' => true,
        '\u{2000}'..='\u{206f}' | '\u{2e00}'..='\u{2e7f}' | '\u{3000}'..='\u{303f}' => true,
        _ => character.is_whitespace() || character.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn case_blanks_and_punctuation_do_not_tell_texts_apart() {
        assert_eq!(normal_form("  Mer PENGER!!\n"), "mer penger");
        assert_eq!(normal_form("«Mer   penger»…"), normal_form("mer penger"));
        assert_eq!(normal_form("ﬁn LØSNING"), "fin løsning");
        assert_eq!(normal_form("På"), normal_form("pa\u{30a}"));
    }

    #[test]
    fn emoji_and_signs_tell_texts_apart() {
        assert_ne!(normal_form("👍"), normal_form("👎"));
        assert_ne!(normal_form("C++"), normal_form("C"));
    }

    #[test]
    fn punctuation_alone_is_empty() {
        assert_eq!(normal_form(" - ... "), "");
    }

    proptest! {
        #[test]
        fn a_normal_form_is_in_nfkc_and_has_no_outer_blanks(text in any::<String>()) {
            let form = normal_form(&text);
            prop_assert_eq!(form.trim(), form.as_str());
            prop_assert_eq!(form.nfkc().collect::<String>(), form);
        }
    }
}
