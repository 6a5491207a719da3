//! The lists of names, places and organisations in the binary. What they are made of stands in
//! `models/names/README.md`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// What a word is known as; it may be several at once ("Berg": a surname that is also a word).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Known(u8);

impl Known {
    const FIRST: u8 = 1;
    const FIRST_AND_WORD: u8 = 2;
    const SURNAME: u8 = 4;
    const SURNAME_AND_WORD: u8 = 8;
    const PLACE: u8 = 16;
    const ORGANISATION: u8 = 32;

    /// What a first name is known as that is nothing else.
    pub(super) fn sure_first() -> Self {
        Known(Self::FIRST)
    }

    fn has(self, flags: u8) -> bool {
        self.0 & flags != 0
    }

    /// A first name that is nothing else.
    pub(super) fn is_sure_first(self) -> bool {
        self.has(Self::FIRST) && !self.has(Self::FIRST_AND_WORD | Self::PLACE | Self::ORGANISATION)
    }

    /// A first name, whatever else it is.
    pub(super) fn is_first(self) -> bool {
        self.has(Self::FIRST | Self::FIRST_AND_WORD)
    }

    /// A surname that is nothing else.
    pub(super) fn is_sure_surname(self) -> bool {
        self.has(Self::SURNAME) && !self.has(Self::SURNAME_AND_WORD | Self::PLACE | Self::ORGANISATION)
    }

    /// A surname, whatever else it is.
    pub(super) fn is_surname(self) -> bool {
        self.has(Self::SURNAME | Self::SURNAME_AND_WORD)
    }

    /// A place.
    pub(super) fn is_place(self) -> bool {
        self.has(Self::PLACE)
    }

    /// An organisation, a product, a day or another capitalised word that is no person.
    pub(super) fn is_organisation(self) -> bool {
        self.has(Self::ORGANISATION)
    }

    /// Not known as anything.
    pub(super) fn is_nothing(self) -> bool {
        self.0 == 0
    }
}

const LISTS: [(&str, u8); 6] = [
    (include_str!("../../models/names/first.txt"), Known::FIRST),
    (include_str!("../../models/names/first-also-words.txt"), Known::FIRST_AND_WORD),
    (include_str!("../../models/names/surnames.txt"), Known::SURNAME),
    (include_str!("../../models/names/surnames-also-words.txt"), Known::SURNAME_AND_WORD),
    (include_str!("../../models/names/places.txt"), Known::PLACE),
    (include_str!("../../models/names/organisations.txt"), Known::ORGANISATION),
];

static KNOWN: LazyLock<FxHashMap<&'static str, Known>> = LazyLock::new(|| {
    let mut known: FxHashMap<&'static str, Known> = FxHashMap::default();
    for (list, flag) in LISTS {
        for line in list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            known.entry(line).or_default().0 |= flag;
        }
    }
    known
});

/// What a lower-case word is known as.
pub(super) fn known(lower: &str) -> Known {
    KNOWN.get(lower).copied().unwrap_or_default()
}

/// Whether a word stands in the lists as a first name or a surname, in whatever case.
pub fn is_listed_name(word: &str) -> bool {
    let known = known(&word.to_lowercase());
    known.is_first() || known.is_surname()
}
