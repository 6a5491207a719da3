//! One column of a table, and what its header and contents say of its use.

use super::contents::ColumnSample;
use super::headers::{self, TextHeader, normalise};
use super::parse_time;
use super::personal::{self, Personal};
use super::survey::Part;
use crate::settings::Role;

/// A column whose use is being looked for.
pub(super) struct Candidate<'a> {
    pub(super) header: &'a str,
    /// The header in normal form.
    pub(super) normal: String,
    pub(super) sample: ColumnSample<'a>,
    pub(super) role: Option<Role>,
    pub(super) personal: Option<Personal>,
    pub(super) group: Option<String>,
    /// The question's words, where the header is a code or holds more than them.
    pub(super) question: Option<String>,
    /// What a survey tool's export says of it.
    pub(super) part: Option<Part>,
}

impl Candidate<'_> {
    pub(super) fn drop_as(&mut self, personal: Personal) {
        self.role = Some(Role::Drop);
        self.personal = Some(personal);
    }

    pub(super) fn text_header(&self) -> Option<TextHeader> {
        headers::text_header(&self.normal)
    }

    /// Whether the column stands for an open question.
    pub(super) fn asks_an_open_question(&self) -> bool {
        let likely = matches!(self.text_header(), Some(TextHeader::Likely(_)));
        let question = headers::reads_as_question(self.header);
        // An empty sample says nothing against it.
        let open = !self.sample.is_numeric() && !self.sample.is_closed();
        let answers_a_group = headers::mentions_group(&self.normal) && self.sample.mean_length() < 30.0;
        (likely && (open || !question)) || (question && open && !answers_a_group)
    }

    /// Whether the column stands for a question with answers to choose from.
    pub(super) fn asks_a_closed_question(&self) -> bool {
        headers::reads_as_question(self.header)
            && !self.sample.is_numeric()
            && (self.sample.is_closed() || headers::mentions_group(&self.normal))
    }

    /// Contents that look personal; respondents become pseudonyms instead, and an id of eight digits is no phone.
    pub(super) fn personal_by_contents(&self) -> Option<Personal> {
        let role = headers::single_role(&self.normal).map(|(role, _)| role);
        match personal::by_contents(&self.sample)? {
            _ if role == Some(Role::Respondent) => None,
            Personal::Phone | Personal::Name if role.is_some() || headers::is_group(&self.normal) => None,
            personal => Some(personal),
        }
    }

    /// Whether the contents contradict what the header says of the column.
    pub(super) fn contradicts(&self, role: Role, rank: usize) -> bool {
        match role {
            Role::Id => rank > 0 && !self.sample.is_unique(),
            Role::Time => {
                !self.sample.values.is_empty() && self.sample.share(|value| parse_time(value).is_some()) < 0.5
            }
            _ => false,
        }
    }
}

/// Words that only a choice between few is made of.
const CHOICES: &str = "ja|nei|vet ikke|veit ikkje|yes|no|don t know|enig|uenig|helt enig|delvis enig|litt enig|verken enig \
        eller uenig|delvis uenig|litt uenig|helt uenig|ikke aktuelt|ikke relevant|agree|disagree|strongly agree|\
        strongly disagree|neutral|nøytral|checked|not checked|selected|y|n|true|false|sant|usant";

/// Headers that ask for words of one's own begin so.
const OPEN_STARTS: &str = "hva|kva|hvordan|korleis|hvorfor|kvifor|beskriv|skildr|fortell|forklar|what|how|why|describe|explain|\
        kommentar|kommentarer|andre|annet|øvrige|innspill|innspel|any|other|comments";

/// How columns of a survey tool's export are told apart by their contents.
impl Candidate<'_> {
    /// Whether it holds words rather than marks of a choice.
    pub(super) fn holds_words(&self) -> bool {
        let is_mark = |value: &str| headers::is_listed(&normalise(value), CHOICES);
        !self.sample.is_numeric() && self.sample.share(is_mark) < 0.9 && personal::by_contents(&self.sample).is_none()
    }

    pub(super) fn words(&self) -> &str {
        self.question.as_deref().unwrap_or(self.header)
    }

    fn asks_openly(&self) -> bool {
        let normal = normalise(self.words());
        headers::is_listed(normal.split(' ').next().unwrap_or(""), OPEN_STARTS)
            || headers::text_header(&normal).is_some()
    }

    fn asks_for_a_group(&self) -> bool {
        let normal = normalise(self.words());
        headers::is_group(&normal) || (headers::mentions_group(&normal) && self.sample.mean_length() < 40.0)
    }

    /// Whether respondents chose from a list.
    fn is_choice(&self) -> bool {
        let sample = &self.sample;
        let is_few = sample.values.len() < 6 && !self.asks_openly() && sample.mean_length() < 40.0;
        sample.is_multiple_choice()
            || sample.is_closed()
            || sample.is_chosen_from_long_texts()
            || sample.share(|value| headers::is_listed(&normalise(value), CHOICES)) >= 0.9
            || (is_few && sample.repeats())
    }

    /// Whether each respondent chose one from a list that is short enough to compare across.
    pub(super) fn is_single_choice(&self) -> bool {
        let is_date = self.sample.share(|value| parse_time(value).is_some()) >= 0.5;
        let chosen = self.asks_for_a_group() || self.is_choice();
        chosen && !self.sample.is_multiple_choice() && !self.sample.is_numeric() && !is_date
    }

    /// Whether a question of an export was answered in free text. One that nobody among the first rows answered counts:
    /// later rows may.
    pub(super) fn is_answered_freely(&self) -> bool {
        let sample = &self.sample;
        if self.asks_for_a_group() || sample.is_numeric() || personal::by_contents(sample).is_some() {
            return false;
        }
        if sample.share(|value| parse_time(value).is_some()) >= 0.5 || (!sample.values.is_empty() && self.is_choice()) {
            return false;
        }
        let asks = self.asks_openly() || headers::reads_as_question(self.words());
        asks || sample.mean_words() >= 3.0
    }
}
