//! Themes with their topics, and patterns: how often, among whom, how widely.

use serde::Serialize;

use crate::codebook::Level;
use crate::patterns::{Count, Prevalence, Subject};
use crate::report::charts::{Bar, scale};
use crate::report::compose::{Composer, CountView, Figure};

/// The section.
#[derive(Debug, Serialize)]
pub struct Themes {
    base: String,
    scale: String,
    clustered: bool,
    themes: Vec<ThemeView>,
    patterns: Vec<CodeRow>,
}

/// A theme and its topics, most answers first.
#[derive(Debug, Serialize)]
struct ThemeView {
    row: CodeRow,
    topics: Vec<CodeRow>,
}

/// A code in a table.
#[derive(Debug, Serialize)]
pub struct CodeRow {
    anchor: String,
    name: String,
    definition: String,
    quotes: Option<String>,
    place: String,
    tied: bool,
    count: CountView,
    respondents: Option<Figure>,
    reach: Vec<String>,
    loud: Option<String>,
    bar: Option<Bar>,
}

/// Puts the section together.
pub fn themes(composer: &mut Composer<'_>) -> Themes {
    let prevalence = &composer.source.patterns.prevalence;
    let codes = || prevalence.iter().filter(|entry| matches!(entry.subject, Subject::Code { .. }));
    let visible: Vec<Count> = codes().map(interval).filter(|count| !count.suppressed).collect();
    let most = scale(visible.iter());
    let base = codes().next().map_or(0, |entry| entry.answers.n);
    let mut themes = Vec::new();
    for theme in &composer.source.codebook.themes {
        let Some(entry) = find(prevalence, Level::Theme, &theme.id) else { continue };
        let row = code_row(composer, entry, most);
        let topics = theme
            .topics
            .iter()
            .filter_map(|topic| find(prevalence, Level::Topic, &format!("{}/{}", theme.id, topic.id)));
        let topics = sorted(topics.collect()).into_iter().map(|entry| code_row(composer, entry, most)).collect();
        themes.push((entry.answers, ThemeView { row, topics }));
    }
    themes.sort_by_key(|(count, _)| std::cmp::Reverse(weight(count)));
    let patterns = prevalence.iter().filter(|entry| entry.subject.level() == Some(Level::Pattern)).collect();
    Themes {
        base: composer.numbers.whole(base),
        scale: composer.numbers.percent(most),
        clustered: codes().any(|entry| entry.answers_clustered.is_some()),
        themes: themes.into_iter().map(|(_, view)| view).collect(),
        patterns: sorted(patterns).into_iter().map(|entry| code_row(composer, entry, most)).collect(),
    }
}

/// What is hidden must not be told by its place in an order: it counts as none.
fn weight(count: &Count) -> usize {
    if count.suppressed { 0 } else { count.k }
}

fn sorted(mut entries: Vec<&Prevalence>) -> Vec<&Prevalence> {
    entries.sort_by_key(|entry| std::cmp::Reverse(weight(&entry.answers)));
    entries
}

fn find<'a>(prevalence: &'a [Prevalence], level: Level, code: &str) -> Option<&'a Prevalence> {
    prevalence.iter().find(|entry| entry.subject == Subject::code(level, code))
}

/// The interval that holds where answers depend on each other, where it is known.
fn interval(entry: &Prevalence) -> Count {
    match entry.answers_clustered {
        Some(clustered) => Count { suppressed: entry.answers.suppressed, ..clustered },
        None => entry.answers,
    }
}

fn code_row(composer: &mut Composer<'_>, entry: &Prevalence, most: f64) -> CodeRow {
    let count = interval(entry);
    let name = composer.name(&entry.subject);
    let title = composer.subject_title(&entry.subject);
    let filter = composer.filter(&entry.subject);
    let view = composer.count(&count, &title, &filter, &entry.rows);
    let respondents = entry.respondents.map(|respondents| {
        composer.figure(&respondents, &title, &filter, &entry.rows, crate::report::evidence::Weight::Number)
    });
    let (place, tied) = place(composer, &entry.subject, &entry.answers);
    let quoted = entry.quotes.iter().any(|quote| composer.source.may_quote(quote.row));
    let reach = entry.breadth.iter().filter_map(|breadth| composer.groups_of(&breadth.attribute, &breadth.groups));
    CodeRow {
        anchor: anchor(&entry.subject),
        definition: definition(composer, &entry.subject),
        quotes: quoted.then(|| super::quotes::anchor(&entry.subject)),
        place,
        tied,
        bar: bar(composer, &name, &count, most),
        name,
        count: view,
        respondents,
        reach: reach.collect(),
        loud: loud(composer, entry),
    }
}

/// The anchor of a code in the tables of this section.
pub fn anchor(subject: &Subject) -> String {
    match subject {
        Subject::Code { level, code } => {
            format!("c-{}-{}", crate::export::level_id(*level), code.replace('/', "--"))
        }
        Subject::Cluster { id } => format!("g-{id}"),
    }
}

fn bar(composer: &Composer<'_>, name: &str, count: &Count, most: f64) -> Option<Bar> {
    if count.suppressed || count.n == 0 {
        return None;
    }
    let of = composer.of(count);
    let title = match composer.numbers.interval(count) {
        Some(interval) => composer.words.fill("bar_title", &[("name", name), ("of", &of), ("interval", &interval)]),
        None => composer.words.fill("bar_title_small", &[("name", name), ("of", &of)]),
    };
    Some(Bar::new(count, most, title))
}

/// What a code means; empty for a group of alike answers.
pub fn definition(composer: &Composer<'_>, subject: &Subject) -> String {
    let Subject::Code { level, code } = subject else { return String::new() };
    let codebook = composer.source.codebook;
    let meaning = match level {
        Level::Theme => codebook.theme(code).map(|theme| &theme.meaning),
        Level::Topic => codebook.topic(code).map(|topic| &topic.meaning),
        Level::Pattern => codebook.pattern(code).map(|pattern| &pattern.meaning),
    };
    meaning.map_or_else(String::new, |meaning| meaning.definition.get(composer.description.language).to_owned())
}

/// `3`, or `3–5` where the places cannot be told apart.
fn place(composer: &Composer<'_>, subject: &Subject, count: &Count) -> (String, bool) {
    if count.suppressed || count.k == 0 {
        return (String::new(), false);
    }
    for ranking in &composer.source.patterns.rankings {
        let Some(rank) = ranking.ranks.iter().find(|rank| rank.subject == *subject) else { continue };
        let sharing = ranking.ranks.iter().filter(|other| other.rank == rank.rank).count();
        if !rank.tied || sharing < 2 {
            return (rank.rank.to_string(), false);
        }
        return (format!("{}–{}", rank.rank, rank.rank + sharing - 1), true);
    }
    (String::new(), false)
}

/// A word of warning where one group stands for most of it.
fn loud(composer: &Composer<'_>, entry: &Prevalence) -> Option<String> {
    let loudest = entry
        .breadth
        .iter()
        .filter_map(|breadth| breadth.loudest.as_ref())
        .find(|loudest| loudest.dominates && !loudest.answers.suppressed)?;
    let of = composer.of(&loudest.answers);
    Some(composer.words.fill("loud", &[("group", &loudest.group), ("of", &of)]))
}
