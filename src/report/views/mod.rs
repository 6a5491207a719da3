//! What the report shows, as plain structs: one file per section, in the order of the page.

mod alike;
mod answers;
mod consensus;
mod contrasts;
mod first_screen;
mod group_work;
mod groups;
mod letters;
mod method;
mod news;
mod own_steps;
mod phrases;
mod quotes;
mod themes;
mod together;
mod unasked;

use serde::Serialize;

use super::compose::Composer;

/// The whole page.
#[derive(Debug, Serialize)]
pub struct Page {
    lang: String,
    title: String,
    /// Whether the material has a name of its own, besides the headline.
    named: bool,
    internal: bool,
    first: first_screen::FirstScreen,
    news: Option<news::NewsSection>,
    themes: themes::Themes,
    groups: groups::Groups,
    consensus: consensus::ConsensusSection,
    group_work: Option<group_work::GroupWorkSection>,
    own_steps: own_steps::OwnStepsSection,
    unasked: unasked::UnaskedSection,
    alike: alike::AlikeSection,
    phrases: phrases::PhrasesSection,
    letters: letters::LettersSection,
    contrasts: contrasts::ContrastsSection,
    together: together::TogetherSection,
    quotes: quotes::QuotesSection,
    method: method::Method,
    lists: Vec<answers::ListView>,
    answers: Vec<answers::AnswerView>,
    per_number: usize,
}

/// All sections; the answers behind the numbers come last, when it is known which they are.
pub fn page(mut composer: Composer<'_>) -> Page {
    let first = first_screen::first_screen(&mut composer);
    let news = news::news(&mut composer);
    let themes = themes::themes(&mut composer);
    let consensus = consensus::consensus(&mut composer);
    let group_work = group_work::group_work(&mut composer);
    let own_steps = own_steps::own_steps(&mut composer);
    let unasked = unasked::unasked(&mut composer);
    let alike = alike::alike(&mut composer);
    let phrases = phrases::phrases(&mut composer);
    let letters = letters::letters(&mut composer);
    let contrasts = contrasts::contrasts(&mut composer);
    let together = together::together(&mut composer);
    let quotes = quotes::quotes(&mut composer);
    let method = method::method(&mut composer);
    // Last of those with links: its many small lists then choose from answers that are shown already.
    let groups = groups::groups(&mut composer);
    let per_number = composer.evidence.limits().per_number;
    let (lists, answers) = answers::evidence(&mut composer);
    let named = !composer.description.title.trim().is_empty();
    Page {
        lang: composer.words.language_tag.clone(),
        title: if named { composer.description.title.clone() } else { first.headline().to_owned() },
        named,
        internal: !composer.source.is_shared(),
        first,
        news,
        themes,
        groups,
        consensus,
        group_work,
        own_steps,
        unasked,
        alike,
        phrases,
        letters,
        contrasts,
        together,
        quotes,
        method,
        lists,
        answers,
        per_number,
    }
}
