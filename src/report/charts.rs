//! Charts as plain numbers for inline SVG: bars with intervals, and stances for and against.

use serde::Serialize;

use crate::patterns::{Count, Sides};

/// Width of a chart in its own units.
pub const WIDTH: f64 = 200.0;

/// A bar with the interval of its share.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bar {
    /// End of the bar.
    pub width: f64,
    /// Start of the interval.
    pub low: f64,
    /// End of the interval.
    pub high: f64,
    /// What it shows, in words.
    pub title: String,
}

impl Bar {
    /// A share on a scale that ends at `most`.
    pub fn new(count: &Count, most: f64, title: String) -> Self {
        let place = |share: f64| one_decimal(if most > 0.0 { (share / most).min(1.0) * WIDTH } else { 0.0 });
        Bar { width: place(count.share), low: place(count.low), high: place(count.high), title }
    }
}

/// The end of a scale that holds all of `counts`: the next of 5, 10, 20 ... 100 %.
pub fn scale<'a>(counts: impl Iterator<Item = &'a Count>) -> f64 {
    let most = counts.map(|count| count.high).fold(0.0, f64::max);
    [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8].into_iter().find(|&end| most <= end).unwrap_or(1.0)
}

/// A bar of voices: for A, both, neither, for B.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stance {
    /// From left to right: `a`, `both`, `neither`, `b`, with start and width; those without voices are left out.
    pub pieces: Vec<StancePiece>,
}

/// One piece of a stance bar.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StancePiece {
    /// `a`, `both`, `neither`, `b`.
    pub side: &'static str,
    /// Start.
    pub x: f64,
    /// Width.
    pub width: f64,
}

impl Stance {
    /// Of those who said anything of the claims.
    pub fn new(sides: &Sides) -> Self {
        let counts = [("a", sides.a), ("both", sides.both), ("neither", sides.neither), ("b", sides.b)];
        let total: usize = counts.iter().map(|(_, count)| count).sum();
        let mut pieces = Vec::new();
        let mut before = 0_usize;
        for (side, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            let place = |number: usize| number as f64 / total as f64 * WIDTH;
            let x = one_decimal(place(before));
            before += count;
            pieces.push(StancePiece { side, x, width: one_decimal(one_decimal(place(before)) - x) });
        }
        Stance { pieces }
    }
}

/// A step of seven for the shade of a share on a scale that ends at `most`; 0 is none.
pub fn shade(count: &Count, most: f64) -> usize {
    if count.suppressed || count.k == 0 || most <= 0.0 {
        return 0;
    }
    ((count.share / most * 6.0).ceil() as usize).clamp(1, 6)
}

fn one_decimal(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patterns::Unit;

    #[test]
    fn a_stance_bar_is_filled_to_its_end() {
        for sides in [
            Sides { a: 1, b: 1, both: 1, neither: 0, unclear: 9 },
            Sides { a: 7, b: 3, both: 2, neither: 1, unclear: 0 },
        ] {
            let stance = Stance::new(&sides);
            let end = stance.pieces.last().map(|piece| piece.x + piece.width).unwrap();
            assert!((end - WIDTH).abs() < 0.05);
        }
        assert!(Stance::new(&Sides::default()).pieces.is_empty());
    }

    #[test]
    fn shades_rise_with_the_share_and_nothing_has_none() {
        let shades: Vec<usize> =
            [0, 1, 10, 20].iter().map(|&k| shade(&Count::new(Unit::Answers, k, 20), 1.0)).collect();
        assert_eq!(shades, [0, 1, 3, 6]);
    }
}
