//! From strings with places to lines of text, with blank lines where the page leaves room.

/// A string shown on a page; sizes and places in units of the page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    /// Where it begins.
    pub(super) x: f64,
    pub(super) y: f64,
    /// Where it ends, on the same line.
    pub(super) end: f64,
    /// Height of the type.
    pub(super) size: f64,
    pub(super) text: String,
}

/// Strings whose base lines differ by less than this share of their size stand on one line.
const SAME_LINE: f64 = 0.5;

/// A gap wider than this share of the size is a blank.
const BLANK: f64 = 0.15;

/// A step down that is larger than the usual one by this factor leaves a blank line.
const WIDE_STEP: f64 = 1.25;

/// Type whose size differs by more than this share is set apart by blank lines.
const OTHER_SIZE: f64 = 0.08;

struct Line {
    y: f64,
    end: f64,
    size: f64,
    text: String,
}

/// Lines in the order that the page shows them.
pub(super) fn of(runs: Vec<Run>) -> Vec<String> {
    let mut lines: Vec<Line> = Vec::new();
    for run in runs {
        if run.text.is_empty() || !(run.x.is_finite() && run.y.is_finite() && run.size.is_finite()) {
            continue;
        }
        match lines.last_mut() {
            Some(line)
                if (line.y - run.y).abs() <= SAME_LINE * line.size.max(run.size)
                    && run.x >= line.end - line.size * 2.0 =>
            {
                let gap = run.x - line.end;
                let blank = gap > BLANK * run.size && !line.text.ends_with(' ') && !run.text.starts_with(' ');
                if blank {
                    line.text.push(' ');
                }
                line.text.push_str(&run.text);
                line.end = run.end;
            }
            _ => lines.push(Line { y: run.y, end: run.end, size: run.size, text: run.text }),
        }
    }
    lines.retain(|line| !line.text.trim().is_empty());
    spaced(&lines)
}

/// The lines' texts with blank lines between paragraphs.
fn spaced(lines: &[Line]) -> Vec<String> {
    let pairs =
        || lines.windows(2).filter_map(|pair| if let [before, after] = pair { Some((before, after)) } else { None });
    // In units of the type, so that footnotes do not make all other steps look wide.
    let step =
        |before: &Line, after: &Line| (before.y - after.y).abs() / before.size.max(after.size).max(f64::MIN_POSITIVE);
    let mut steps: Vec<f64> = pairs().map(|(before, after)| step(before, after)).collect();
    steps.sort_by(f64::total_cmp);
    // Within paragraphs steps are the smallest, and even many short paragraphs leave a fifth of them.
    let usual = steps.get(steps.len() / 5).copied().unwrap_or(0.0);
    let mut texts: Vec<String> = lines.first().map(|line| plain(&line.text)).into_iter().collect();
    for (before, after) in pairs() {
        let other_size = (before.size - after.size).abs() > OTHER_SIZE * before.size.max(after.size);
        if step(before, after) > usual * WIDE_STEP || other_size {
            texts.push(String::new());
        }
        texts.push(plain(&after.text));
    }
    texts
}

/// A line without ligatures and control characters.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            'ﬀ' => plain.push_str("ff"),
            'ﬁ' => plain.push_str("fi"),
            'ﬂ' => plain.push_str("fl"),
            'ﬃ' => plain.push_str("ffi"),
            'ﬄ' => plain.push_str("ffl"),
            'ﬅ' | 'ﬆ' => plain.push_str("st"),
            // A bullet of a symbol font, which has no character of its own.
            '\u{f0b7}' | '\u{f0a7}' => plain.push('•'),
            _ if character.is_control() => plain.push(' '),
            _ => plain.push(character),
        }
    }
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(x: f64, y: f64, end: f64, text: &str) -> Run {
        Run { x, y, end, size: 10.0, text: text.to_owned() }
    }

    #[test]
    fn strings_on_one_base_line_are_a_line_and_gaps_are_blanks() {
        let runs = vec![run(0.0, 100.0, 20.0, "Færre"), run(23.0, 100.0, 40.0, "si"), run(40.1, 102.0, 50.0, "loer")];
        assert_eq!(of(runs), ["Færre siloer"]);
    }

    #[test]
    fn room_between_lines_parts_paragraphs() {
        let line = |y, text| run(0.0, y, 50.0, text);
        let runs = vec![line(100.0, "en"), line(88.0, "to"), line(76.0, "tre"), line(56.0, "ﬁre"), line(44.0, "fem")];
        assert_eq!(of(runs), ["en", "to", "tre", "", "fire", "fem"]);
        let short = [100.0, 88.0, 68.0, 56.0, 36.0, 24.0, 4.0].map(|y| line(y, "linje")).to_vec();
        assert_eq!(of(short), ["linje", "linje", "", "linje", "linje", "", "linje", "linje", "", "linje"]);
    }

    #[test]
    fn places_that_are_no_numbers_are_passed_over() {
        assert_eq!(of(vec![run(f64::NAN, 1.0, 2.0, "x"), run(0.0, f64::INFINITY, 2.0, "y")]), Vec::<String>::new());
    }
}
