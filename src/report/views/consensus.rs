//! Where voices and groups take the same side, and where they split.

use serde::Serialize;

use crate::codebook::Level;
use crate::export::consensus::side_id;
use crate::patterns::{Consensus, ConsensusWord, Count, Side};
use crate::report::charts::Stance;
use crate::report::compose::{Composer, Figure, QuoteView};
use crate::report::evidence::Weight;

/// Quotes of the side that fewer took.
const MINORITY_QUOTES: usize = 2;

/// The section.
#[derive(Debug, Serialize)]
pub struct ConsensusSection {
    topics: Vec<TopicView>,
    too_few: Vec<TopicView>,
}

/// One topic.
#[derive(Debug, Serialize)]
struct TopicView {
    anchor: String,
    name: String,
    word: String,
    word_class: &'static str,
    lead: Option<String>,
    of: Option<String>,
    interval: Option<String>,
    minority: Option<String>,
    hidden: bool,
    sides: Vec<SideView>,
    unit: String,
    stance: Stance,
    stance_title: String,
    no_side: String,
    left_out: Option<String>,
    chance: bool,
    groups: Vec<String>,
}

/// One claim, or both.
#[derive(Debug, Serialize)]
struct SideView {
    side: &'static str,
    label: String,
    claim: String,
    figure: Figure,
    quotes: Vec<QuoteView>,
}

/// Puts the section together: topics on which eight or more took a side, then the others.
pub fn consensus(composer: &mut Composer<'_>) -> ConsensusSection {
    let mut entries: Vec<&Consensus> = composer.source.patterns.consensus.iter().collect();
    entries
        .sort_by_key(|entry| std::cmp::Reverse(if composer.source.hides_sides(entry) { 0 } else { entry.took_side.n }));
    let (too_few, told): (Vec<&Consensus>, Vec<&Consensus>) =
        entries.into_iter().partition(|entry| entry.word == ConsensusWord::TooFew);
    ConsensusSection {
        topics: told.into_iter().map(|entry| topic(composer, entry)).collect(),
        too_few: too_few.into_iter().map(|entry| topic(composer, entry)).collect(),
    }
}

/// The anchor of a topic's stances.
pub fn anchor(topic: &str) -> String {
    format!("s-{}", topic.replace('/', "--"))
}

fn topic(composer: &mut Composer<'_>, entry: &Consensus) -> TopicView {
    let name = composer.code_name(Level::Topic, &entry.topic);
    let hidden = composer.source.hides_sides(entry);
    let voices = entry.voices;
    let whole = |number: usize| composer.numbers.whole(number);
    let stance_title = composer.words.fill(
        "stance_title",
        &[
            ("name", &name),
            ("a", &whole(voices.a)),
            ("b", &whole(voices.b)),
            ("both", &whole(voices.both)),
            ("neither", &whole(voices.neither)),
        ],
    );
    let no_side = composer.words.fill("no_side", &[("n", &composer.unless_small(voices.unclear))]);
    let left_out = left_out(composer, entry);
    let (word, word_class) = word_of(composer, entry.word);
    TopicView {
        anchor: anchor(&entry.topic),
        word,
        word_class,
        lead: entry
            .lead
            .filter(|_| !hidden && entry.word != ConsensusWord::TooFew)
            .map(|side| side_id(side).to_owned()),
        of: (!hidden && entry.took_side.n > 0).then(|| composer.of(&entry.took_side)),
        interval: composer.numbers.interval(&entry.took_side).filter(|_| !hidden),
        minority: minority(composer, entry).filter(|_| !hidden),
        hidden,
        sides: if hidden { Vec::new() } else { sides(composer, entry, &name) },
        unit: composer.word(match entry.took_side.unit {
            crate::patterns::Unit::Respondents => "unit_respondents",
            crate::patterns::Unit::Voices => "unit_voices",
            crate::patterns::Unit::Groups => "unit_groups",
            crate::patterns::Unit::Answers => "unit_answers",
        }),
        stance: Stance::new(&voices),
        stance_title,
        no_side,
        left_out,
        chance: !hidden
            && entry.word != ConsensusWord::TooFew
            && entry.word != ConsensusWord::Split
            && entry.p_even > 0.05,
        groups: group_words(composer, entry),
        name,
    }
}

/// How many hold the claim that fewer hold, where there is a side with more.
fn minority(composer: &Composer<'_>, entry: &Consensus) -> Option<String> {
    let side = match entry.lead? {
        Side::A => Side::B,
        Side::B => Side::A,
    };
    let n = entry.took_side.n;
    let count = Count::exact(entry.took_side.unit, n - entry.took_side.k.min(n), n);
    (count.k > 0 && entry.word != ConsensusWord::TooFew)
        .then(|| composer.words.fill("minority", &[("of", &composer.of(&count)), ("side", side_id(side))]))
}

/// Sides that are not the writer's own: a question's premise, or the opinion of others.
fn left_out(composer: &Composer<'_>, entry: &Consensus) -> Option<String> {
    let parts: Vec<String> = [("left_out_presupposed", entry.presupposed), ("left_out_reported", entry.reported)]
        .into_iter()
        .filter(|(_, number)| *number > 0 && !composer.source.is_small(*number))
        .map(|(key, number)| composer.words.fill(key, &[("n", &composer.numbers.whole(number))]))
        .collect();
    (!parts.is_empty()).then(|| composer.words.fill("left_out", &[("list", &parts.join(", "))]))
}

/// The word, and the class it is shown with.
pub fn word_of(composer: &Composer<'_>, word: ConsensusWord) -> (String, &'static str) {
    let (key, class) = match word {
        ConsensusWord::Unanimous => ("word_unanimous", "unanimous"),
        ConsensusWord::LargeMajority => ("word_large_majority", "majority"),
        ConsensusWord::Majority => ("word_majority", "majority"),
        ConsensusWord::Split => ("word_split", "split"),
        ConsensusWord::TooFew => ("word_too_few", "few"),
    };
    (composer.word(key), class)
}

fn sides(composer: &mut Composer<'_>, entry: &Consensus, name: &str) -> Vec<SideView> {
    let verdict = crate::export::answers::topic_column("verdict", &entry.topic);
    let list = [
        ("a", Some(Side::A), entry.voices.a, &entry.rows_a, &entry.quotes_a),
        ("b", Some(Side::B), entry.voices.b, &entry.rows_b, &entry.quotes_b),
        ("both", None, entry.voices.both, &entry.rows_both, &entry.quotes_both),
    ];
    let mut views = Vec::new();
    for (side, claim_side, voices, rows, quotes) in list {
        if side == "both" && voices == 0 {
            continue;
        }
        let label = claim_side.map_or_else(|| composer.word("both_label"), |side| side_id(side).to_owned());
        let claim = claim_side.map_or_else(|| composer.word("both_claim"), |side| claim(composer, &entry.topic, side));
        let claim = if claim.ends_with(['.', '!', '?']) { claim } else { format!("{claim}.") };
        let filter = match claim_side {
            Some(side) => format!("{verdict} = {}", side_id(side)),
            None => format!("{verdict} = both | A + B"),
        };
        let title = composer.words.fill("list_side", &[("name", name), ("side", &label)]);
        let unit = crate::export::unit_id(entry.took_side.unit);
        let href = composer.evidence.link(&title, &filter, rows, Weight::Number);
        let figure = Figure { text: composer.numbers.whole(voices), value: Some(voices), unit, href };
        // The minority's own words weigh more than one more of what most say.
        let few = claim_side.is_some() && entry.lead.is_some() && claim_side != entry.lead;
        let most = if few { MINORITY_QUOTES } else { 1 };
        let quotes = quotes.iter().filter_map(|quote| composer.quote(quote)).take(most).collect();
        views.push(SideView { side, label, claim, figure, quotes });
    }
    views
}

/// The words of a claim; a topic without a second claim has the rejection of the first.
pub fn claim(composer: &Composer<'_>, topic: &str, side: Side) -> String {
    let claims = composer.source.codebook.topic(topic).map(|topic| topic.claims.as_slice()).unwrap_or_default();
    let found = claims.iter().find(|claim| claim.id == side_id(side));
    match found.map(|claim| claim.text.get(composer.description.language)) {
        Some(text) if !text.is_empty() => text.to_owned(),
        _ => composer.word(if side == Side::A { "claim_missing" } else { "claim_rejection" }),
    }
}

fn group_words(composer: &Composer<'_>, entry: &Consensus) -> Vec<String> {
    let told = entry.groups.iter().filter(|groups| groups.groups.n > 1 && !groups.groups.suppressed);
    told.map(|groups| {
        let whole = |number: usize| composer.numbers.whole(number);
        let attribute = capitalised(composer.words.plural(&groups.attribute).unwrap_or(&groups.attribute));
        let (word, _) = word_of(composer, groups.word);
        composer.words.fill(
            if groups.even > 0 { "stance_groups_even" } else { "stance_groups" },
            &[
                ("groups", &attribute),
                ("a", &whole(groups.a)),
                ("b", &whole(groups.b)),
                ("even", &whole(groups.even)),
                ("word", &word),
            ],
        )
    })
    .collect()
}

fn capitalised(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
